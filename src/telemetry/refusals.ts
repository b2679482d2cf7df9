import { type ErrorCode, errorCatalogue } from '../errors/index.js';

/** Errors that are no refusals: something went wrong, or the caller did not want to go on. */
const failures: readonly string[] = [
  'cancelled',
  'internal_error',
  'engine_failed',
  'deadline_exceeded',
] satisfies ErrorCode[];

/** Every code that a request or prompt can be refused with. */
export const refusalCodes: readonly string[] = Object.keys(errorCatalogue).filter((code) => !failures.includes(code));

export function isRefusal(code: string): boolean {
  return refusalCodes.includes(code);
}
