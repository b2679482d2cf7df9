import { randomUUID } from 'node:crypto';

/** The caller's `x-request-id` when it is a sane one, else a new one. */
export function requestIdFrom(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
}
