import type { LlamaHomeError } from './LlamaHomeError.js';

/** When to come back, in whole seconds; nothing where it is not known. */
export function retryAfterHeader(seconds: unknown): Record<string, string> {
  return typeof seconds === 'number' ? { 'retry-after': String(Math.ceil(seconds)) } : {};
}

/** The HTTP headers that belong to an error, whichever API tells it. */
export function errorHeaders({
  status,
  details = {},
}: Pick<LlamaHomeError, 'status' | 'details'>): Record<string, string> {
  const allowed = Array.isArray(details.allowed) ? details.allowed.join(', ') : undefined;
  return {
    ...retryAfterHeader(details.retry_after),
    ...(status === 405 && allowed !== undefined ? { allow: allowed } : {}),
    ...(status === 415 && allowed !== undefined ? { 'accept-encoding': allowed } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
}
