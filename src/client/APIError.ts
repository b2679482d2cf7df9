/** What the server tells about an error beside its message: plain JSON in the words of the error catalogue, snake_case. */
export type ErrorDetails = Record<string, unknown>;

/** Codes after which the very same request may succeed. */
const retryableCodes = new Set([
  'rate_limit_exceeded',
  'internal_error',
  'engine_failed',
  'overloaded',
  'model_unavailable',
  'connection_failed',
  'timeout',
]);

/** For answers that carry no code of the catalogue, as from a proxy in between. */
const retryableStatuses = new Set([200, 202, 408, 425, 429, 500, 502, 503, 504]);

/**
 * Every error that the client throws, and every failed item of a batch, is one of these; an aborted call alone rejects
 * with the reason of its own AbortSignal. The subclasses tell the family, `code` tells it exactly.
 */
export class APIError extends Error {
  override readonly name: string = 'APIError';
  /** A code of the server's error catalogue in lower case, or one that the client itself gives (see ConnectionError). */
  readonly code: string;
  /** The HTTP status that belongs to the code; 0 when there was no answer. */
  readonly status: number;
  /** As the catalogue says for the code; empty when there is nothing to add. */
  readonly details: ErrorDetails;
  /** `x-request-id` of the answer, for the server's log. */
  readonly requestId: string | undefined;

  /**
   * @param code default `internal_error`
   * @param status default 500
   */
  constructor(
    message: string,
    code = 'internal_error',
    status = 500,
    details: ErrorDetails = {},
    requestId?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.status = status;
    this.details = details;
    this.requestId = requestId;
  }

  /** Whether the very same request may succeed when it is sent again. */
  get retryable(): boolean {
    // A model that is not installed or not usable stays so until somebody sees to it: the server names no time then.
    if (this.code === 'model_unavailable' && this.details.state !== undefined) return this.retryAfter !== undefined;
    // So is a key refused that does not hold, where many were tried: a good one would have passed.
    if (this.details.reason === 'failed_log_ins') return false;
    if (retryableCodes.has(this.code)) return true;
    return this.code === 'unexpected_answer' && retryableStatuses.has(this.status);
  }

  /** Seconds to wait before the next try, exact to the millisecond; undefined when the server named none. */
  get retryAfter(): number | undefined {
    const seconds = this.details.retry_after;
    return typeof seconds === 'number' && seconds >= 0 ? seconds : undefined;
  }

  /** So that results which hold errors can be stored. */
  toJSON(): Record<string, unknown> {
    const { name, message, code, status, details, requestId } = this;
    return { name, message, code, status, details, requestId };
  }
}
