import { APIError, type ErrorDetails } from './APIError.js';
import {
  AuthenticationError,
  CancelledError,
  ConflictError,
  ContextLengthError,
  DeadlineExceededError,
  InvalidRequestError,
  NotFoundError,
  PermissionError,
  RateLimitError,
  ServerError,
  UnavailableError,
} from './errors.js';

type ErrorClass = new (
  message: string,
  code: string,
  status: number,
  details?: ErrorDetails,
  requestId?: string,
) => APIError;

/** The server's error catalogue as clients need it: status and family of each code. */
export const catalogue: Readonly<Record<string, readonly [status: number, family: ErrorClass]>> = {
  invalid_request: [400, InvalidRequestError],
  context_length_exceeded: [400, ContextLengthError],
  unsupported_schema: [400, InvalidRequestError],
  query_too_complex: [400, InvalidRequestError],
  authentication_required: [401, AuthenticationError],
  invalid_token: [401, AuthenticationError],
  token_expired: [401, AuthenticationError],
  permission_denied: [403, PermissionError],
  not_found: [404, NotFoundError],
  model_not_found: [404, NotFoundError],
  prompt_not_found: [404, NotFoundError],
  method_not_allowed: [405, InvalidRequestError],
  conflict: [409, ConflictError],
  idempotency_mismatch: [409, ConflictError],
  payload_too_large: [413, InvalidRequestError],
  unsupported_media_type: [415, InvalidRequestError],
  rate_limit_exceeded: [429, RateLimitError],
  cancelled: [499, CancelledError],
  internal_error: [500, ServerError],
  engine_failed: [502, ServerError],
  overloaded: [503, UnavailableError],
  model_unavailable: [503, UnavailableError],
  deadline_exceeded: [504, DeadlineExceededError],
};

/** An error as the server tells it: REST in lower case, GraphQL in upper case. */
export interface ErrorBody {
  code: string;
  message: string;
  details: ErrorDetails;
}

/** The error class that a told error belongs to. A code that this client does not know yet is a plain APIError. */
export function toAPIError(told: ErrorBody, status?: number, requestId?: string): APIError {
  const code = told.code.toLowerCase();
  const [known, family] = catalogue[code] ?? [status ?? 500, APIError];
  return new family(told.message, code, known, told.details, requestId);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reads `{code, message, details}`; undefined when it is nothing of the kind. */
export function readErrorBody(value: unknown): ErrorBody | undefined {
  if (!isRecord(value) || typeof value.code !== 'string' || typeof value.message !== 'string') return undefined;
  return { code: value.code, message: value.message, details: isRecord(value.details) ? value.details : {} };
}

/** Reads the first of a list of GraphQL errors; one without a code is about the request itself. */
export function readGraphQLError(errors: unknown): ErrorBody | undefined {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (!isRecord(first) || typeof first.message !== 'string') return undefined;
  const extensions = isRecord(first.extensions) ? first.extensions : {};
  const code = typeof extensions.code === 'string' ? extensions.code : 'invalid_request';
  return { code, message: first.message, details: isRecord(extensions.details) ? extensions.details : {} };
}
