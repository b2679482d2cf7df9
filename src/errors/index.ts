export { type ErrorCode, errorCatalogue } from './catalogue.js';
export { checkObject, objectOf } from './checkObject.js';
export { type ErrorDetails, invalidRequest, isRetryable, LlamaHomeError } from './LlamaHomeError.js';
