import { createSecretKey, type KeyObject } from 'node:crypto';
import { invalidRequest } from '../errors/index.js';

/** HS256 wants a key at least as long as its hash (RFC 7518, section 3.2). */
export const minimumSecretBytes = 32;

/** The key that signs tokens. `invalid_request` when it is shorter than 32 bytes. */
export function secretKeyFrom(secretKey: string | Uint8Array): KeyObject {
  const bytes = typeof secretKey === 'string' ? Buffer.from(secretKey, 'utf8') : secretKey;
  if (!(bytes instanceof Uint8Array) || bytes.byteLength < minimumSecretBytes) {
    throw invalidRequest('secretKey', `secretKey must have at least ${minimumSecretBytes} bytes; use random ones.`, {
      minimum_bytes: minimumSecretBytes,
    });
  }
  return createSecretKey(bytes);
}
