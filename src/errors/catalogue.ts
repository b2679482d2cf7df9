/**
 * Every error a client can see, with its HTTP status. GraphQL shows the code in upper case, REST in lower case.
 * A new code is one new line here.
 */
export const errorCatalogue = {
  invalid_request: 400,
  context_length_exceeded: 400,
  query_too_complex: 400,
  authentication_required: 401,
  invalid_token: 401,
  token_expired: 401,
  permission_denied: 403,
  not_found: 404,
  model_not_found: 404,
  prompt_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_mismatch: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limit_exceeded: 429,
  cancelled: 499,
  internal_error: 500,
  engine_failed: 502,
  overloaded: 503,
  model_unavailable: 503,
  deadline_exceeded: 504,
} as const;

/** A code of the catalogue, as REST shows it. */
export type ErrorCode = keyof typeof errorCatalogue;
