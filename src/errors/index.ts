export { type ErrorCode, errorCatalogue } from './catalogue.js';
export { type ErrorDetails, invalidRequest, isRetryable, LlamaHomeError } from './LlamaHomeError.js';
