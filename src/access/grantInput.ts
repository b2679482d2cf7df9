import { invalidRequest } from '../errors/index.js';
import { type Scope, scopes, type Tier, tiers } from './Principal.js';

/** Seconds that a token may last at most: a year. */
export const longestTokenSeconds = 365 * 24 * 60 * 60;
const longestText = 128;

/** Control characters, and halves of characters outside the basic plane that stand alone: neither can be shown or stored safely. */
const unprintable = /[\p{Control}\p{Surrogate}]/u;

function checkText(field: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '' || value.length > longestText || unprintable.test(value)) {
    throw invalidRequest(field, `${field} must be 1 to ${longestText} printable characters.`, {
      maximum_length: longestText,
    });
  }
  return value.trim();
}

/** A user id: 1 to 128 printable characters, spaces around it left out. */
export function checkUserId(value: unknown): string {
  return checkText('userId', value);
}

/** The name of an API key: 1 to 128 printable characters. */
export function checkKeyName(value: unknown): string {
  return checkText('name', value);
}

export function checkTier(value: unknown): Tier {
  const tier = tiers.find((known) => known === value);
  if (tier === undefined) throw invalidRequest('tier', `tier must be one of ${tiers.join(', ')}.`, { allowed: tiers });
  return tier;
}

/** Scopes, each once. */
export function checkScopes(value: unknown): Scope[] {
  if (!Array.isArray(value)) throw invalidRequest('scopes', 'scopes must be a list.', { allowed: scopes });
  for (const name of value) {
    if (!scopes.some((known) => known === name)) {
      throw invalidRequest('scopes', `There is no scope ${JSON.stringify(name)}. Scopes are ${scopes.join(', ')}.`, {
        allowed: scopes,
      });
    }
  }
  return scopes.filter((scope) => value.includes(scope));
}

/** Seconds that a token lasts: a whole number from 1 to a year. */
export function checkExpiresIn(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > longestTokenSeconds) {
    const message = `expiresIn must be a whole number of seconds from 1 to ${longestTokenSeconds} (a year).`;
    throw invalidRequest('expiresIn', message, { minimum: 1, maximum: longestTokenSeconds });
  }
  return value;
}
