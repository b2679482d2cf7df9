import type { ErrorCode } from '../../errors/index.js';

/** Errors of every route that reads a body. */
export const errorsOfBody = [
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[];

/** What a prompt can fail with once it runs. */
export const errorsOfRunning = [
  'context_length_exceeded',
  'unsupported_schema',
  'model_not_found',
  'cancelled',
  'engine_failed',
  'overloaded',
  'model_unavailable',
  'deadline_exceeded',
] as const satisfies readonly ErrorCode[];

export const errorsOfSubmitting = [
  ...errorsOfBody,
  ...errorsOfRunning,
  'query_too_complex',
  'idempotency_mismatch',
] as const satisfies readonly ErrorCode[];

export const linesDescription =
  'Newline-delimited JSON, or server-sent events when the request accepts `text/event-stream`: lines with pieces of the text, and a last one with `done` or `error`.';
