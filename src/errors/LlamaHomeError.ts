import { type ErrorCode, errorCatalogue } from './catalogue.js';

/** What a client may read about an error: plain JSON, snake_case keys, nothing of the machine (no path, SQL, stack). */
export type ErrorDetails = Record<string, unknown>;

/**
 * The one error class that services throw. Transports turn it into their own form; whatever else is thrown is a bug
 * and reaches the client as `internal_error`.
 */
export class LlamaHomeError extends Error {
  override readonly name = 'LlamaHomeError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, details?: ErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** The HTTP status of the catalogue. */
  get status(): number {
    return errorCatalogue[this.code];
  }
}

/** Shorthand for the most common refusal: a field that is wrong, and what it may be. */
export function invalidRequest(field: string, message: string, details: ErrorDetails = {}): LlamaHomeError {
  return new LlamaHomeError('invalid_request', message, { field, ...details });
}

/** Whether the same request may succeed when sent again: such a failure frees its idempotency key. */
export function isRetryable(code: ErrorCode): boolean {
  return ['engine_failed', 'overloaded', 'model_unavailable', 'internal_error', 'rate_limit_exceeded'].includes(code);
}
