import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const keyPattern = /^lh_[A-Za-z0-9_-]{43}$/;
const shownCharacters = 9;

/** Whether a credential claims to be an API key. */
export function looksLikeApiKey(credential: string): boolean {
  return credential.startsWith('lh_');
}

/** Whether it has the form of one: `lh_` and 43 base64url characters. */
export function isWellFormedApiKey(key: string): boolean {
  return keyPattern.test(key);
}

/** What is stored of a key: its SHA-256. The key has 256 random bits, so a slow hash would add nothing. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Compares two hashes in constant time. */
export function isSameHash(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}

/** A new API key, with what is stored of it. */
export function generateApiKey(): { key: string; prefix: string; hash: string } {
  const key = `lh_${randomBytes(32).toString('base64url')}`;
  return { key, prefix: key.slice(0, shownCharacters), hash: hashApiKey(key) };
}
