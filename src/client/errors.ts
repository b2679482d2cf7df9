import { APIError, type ErrorDetails } from './APIError.js';

/** The request itself is wrong (400, 405, 413, 415): it fails again until it is changed. `details.field` names what. */
export class InvalidRequestError extends APIError {
  override readonly name: string = 'InvalidRequestError';

  constructor(message: string, code = 'invalid_request', status = 400, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }

  /** The field that is wrong, where one is. */
  get field(): string | undefined {
    return stringOf(this.details.field);
  }
}

/** The prompt and `maxTokens` do not fit into the model's context. */
export class ContextLengthError extends InvalidRequestError {
  override readonly name = 'ContextLengthError';

  constructor(message: string, code = 'context_length_exceeded', status = 400, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }

  /** Tokens of the prompt. */
  get promptTokens(): number | undefined {
    return numberOf(this.details.prompt_tokens);
  }

  /** Tokens that were asked for. */
  get maxTokens(): number | undefined {
    return numberOf(this.details.max_tokens);
  }

  /** Tokens that fit. */
  get contextLength(): number | undefined {
    return numberOf(this.details.context_length);
  }
}

/** No token or key, or one that does not hold (any more) (401). */
export class AuthenticationError extends APIError {
  override readonly name = 'AuthenticationError';

  constructor(message: string, code = 'authentication_required', status = 401, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** The token or key does not allow this (403). */
export class PermissionError extends APIError {
  override readonly name = 'PermissionError';

  constructor(message: string, code = 'permission_denied', status = 403, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }

  /** The scope that would allow it. */
  get requiredScope(): string | undefined {
    return stringOf(this.details.required_scope);
  }
}

/** There is no such prompt, model or address (404). Of a model, `details` tell near ids. */
export class NotFoundError extends APIError {
  override readonly name = 'NotFoundError';

  constructor(message: string, code = 'not_found', status = 404, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/**
 * The request contradicts an earlier one or the state of things (409): `conflict`, or `idempotency_mismatch` when its
 * idempotency key was used for another input.
 */
export class ConflictError extends APIError {
  override readonly name = 'ConflictError';

  constructor(message: string, code = 'conflict', status = 409, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** The allowance is used up (429): it works again after `retryAfter` seconds. */
export class RateLimitError extends APIError {
  override readonly name = 'RateLimitError';

  constructor(message: string, code = 'rate_limit_exceeded', status = 429, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** The prompt was cancelled, by somebody or because its caller was gone (499). */
export class CancelledError extends APIError {
  override readonly name = 'CancelledError';

  constructor(message: string, code = 'cancelled', status = 499, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** Something failed on the server: `internal_error` (500), or `engine_failed` (502). Both may be tried again. */
export class ServerError extends APIError {
  override readonly name = 'ServerError';
}

/**
 * The server or the model has no room or is not there (503): try again after `retryAfter` seconds. Where that is
 * undefined and `modelState` is told, waiting does not help: `pull` says how to install the model.
 */
export class UnavailableError extends APIError {
  override readonly name = 'UnavailableError';

  constructor(message: string, code = 'overloaded', status = 503, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }

  /** Of the model that was asked for: `available` is not installed, `downloading`, `failed`. */
  get modelState(): string | undefined {
    return stringOf(this.details.state);
  }

  /** The command that installs the model, where that is what it lacks. */
  get pull(): string | undefined {
    return stringOf(this.details.pull);
  }
}

/** The answer was not whole within `deadlineMs` (504). */
export class DeadlineExceededError extends APIError {
  override readonly name = 'DeadlineExceededError';

  constructor(message: string, code = 'deadline_exceeded', status = 504, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/**
 * The server could not be reached, the connection broke, or what came was no answer of a LlamaHome server.
 * `code` is `connection_failed`, `timeout` (see TimeoutError), `client_closed`, or `unexpected_answer` with the status of
 * that answer.
 */
export class ConnectionError extends APIError {
  override readonly name: string = 'ConnectionError';

  constructor(message: string, code = 'connection_failed', status = 0, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** Nothing came for as long as the option `timeoutMs` says. */
export class TimeoutError extends ConnectionError {
  override readonly name = 'TimeoutError';

  constructor(message: string, code = 'timeout', status = 0, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** A CircuitBreaker that is open let nothing through; `retryAfter` seconds until it tries again. */
export class CircuitOpenError extends APIError {
  override readonly name = 'CircuitOpenError';

  constructor(message: string, code = 'circuit_open', status = 503, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** A followed prompt had to run again and its text came out differently from what was already handed out: begin anew. */
export class RestartedError extends APIError {
  override readonly name = 'RestartedError';

  constructor(message: string, code = 'prompt_restarted', status = 409, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

/** A followed text is not what the server has stored: it was damaged on its way. Read it with `prompt(id)`. */
export class IntegrityError extends APIError {
  override readonly name = 'IntegrityError';

  constructor(message: string, code = 'text_damaged', status = 0, ...rest: ErrorRest) {
    super(message, code, status, ...rest);
  }
}

type ErrorRest = [details?: ErrorDetails, requestId?: string, options?: ErrorOptions];

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
