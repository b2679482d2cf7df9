/**
 * Every error a client can see, with its HTTP status. GraphQL shows the code in upper case, REST in lower case.
 * A new code is one new line here.
 */
export const errorCatalogue = {
  invalid_request: 400,
  context_length_exceeded: 400,
  unsupported_schema: 400,
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

/**
 * What each code means and what to do, for the documentation.
 * @public
 */
export const errorMeanings: Readonly<Record<ErrorCode, string>> = {
  invalid_request: 'A field or a header is wrong: `details.field` names it, with what is allowed. Change the request.',
  context_length_exceeded:
    'Prompt and `max_tokens` do not fit into the context: `details` has `prompt_tokens`, `max_tokens` and `context_length`.',
  unsupported_schema:
    'What the answer was to be held to can not be enforced: `details` has `path`, a JSON Pointer into the schema, and `keyword`.',
  query_too_complex: 'The GraphQL document is too deep, too wide or too costly; `details` says by what.',
  authentication_required: 'Send an API key or a token as `Authorization: Bearer …`.',
  invalid_token: 'The key or token is none of this server, or was revoked.',
  token_expired: 'The token has run out: get another one.',
  permission_denied: 'The caller lacks a scope: `details` names it.',
  not_found: 'There is nothing at this address, or under this id.',
  model_not_found: 'There is no such model: `details.near` has similar ids.',
  prompt_not_found: "There is no such prompt, it was deleted, or it is somebody else's.",
  method_not_allowed: 'The address takes other methods: see `Allow`.',
  conflict: 'What was asked does not go with the present state, a model in use for example.',
  idempotency_mismatch: 'The idempotency key was used with another input within 24 hours.',
  payload_too_large: 'The body is larger than the server takes, as sent or decoded.',
  unsupported_media_type: 'Send JSON, and encode it by gzip, deflate or br, if at all.',
  rate_limit_exceeded:
    'The allowance is used up: try again after `details.retry_after` seconds, also in `Retry-After`.',
  cancelled: 'The prompt was cancelled before it was complete.',
  internal_error: 'A fault of the server, which has logged it under `details.request_id`.',
  engine_failed: 'The engine failed at this prompt: it may be tried again.',
  overloaded: 'The queue is full, or the database is away for a moment: try again after `details.retry_after` seconds.',
  model_unavailable:
    'The model is not installed, damaged or does not fit into memory. Without `details.retry_after` waiting does not help.',
  deadline_exceeded: 'The answer was not whole within `deadline_ms`.',
};
