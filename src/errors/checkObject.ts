import { invalidRequest } from './LlamaHomeError.js';

/** Checks an argument that has to be an object. @throws LlamaHomeError `invalid_request` */
export function checkObject(field: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw invalidRequest(field, `${field} must be an object.`);
}

/** An argument that has to be an object; null and undefined are an empty one. @throws LlamaHomeError `invalid_request` */
export function objectOf<T extends object>(field: string, value: T | null | undefined): Partial<T> {
  if (value == null) return {};
  checkObject(field, value);
  return value;
}
