import { invalidRequest } from '../errors/index.js';
import type { Call } from '../http/Call.js';

/**
 * The idempotency key of a request, or null. A client that sends it twice wants to know that it was not damaged on its way.
 * @throws LlamaHomeError `invalid_request` when the two differ
 */
export function idempotencyKeyOf({ request: { headers } }: Pick<Call, 'request'>): string | null {
  const key = headers.get('idempotency-key');
  const again = headers.get('x-idempotency-key') ?? key;
  if (again === key) return key;
  throw invalidRequest('x-idempotency-key', 'The headers Idempotency-Key and X-Idempotency-Key must be the same.');
}
