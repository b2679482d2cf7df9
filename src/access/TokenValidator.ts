import type { KeyObject } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import { checkObject, LlamaHomeError } from '../errors/index.js';
import { checkUserId } from './grantInput.js';
import { type Principal, scopes, tiers } from './Principal.js';
import { secretKeyFrom } from './secretKey.js';

/** Our tokens have some 300 characters; far longer ones are refused before anything is computed. */
const longestToken = 4096;
/** Seconds that the clock of another maker of tokens may be ahead. A token never lasts longer than its `exp`. */
const clockSkew = 5;
/** The last moment that a Date can hold, in seconds. */
const lastSecond = 8.64e12;

function invalidToken(): LlamaHomeError {
  return new LlamaHomeError(
    'invalid_token',
    'The token is not valid here. Get a new one, and send it as "Authorization: Bearer TOKEN".',
  );
}

function tokenExpired(): LlamaHomeError {
  return new LlamaHomeError('token_expired', 'The token has run out. Get a new one.');
}

/** Checks tokens: JWT signed with HS256 and the server's secret, no other algorithm. */
export class TokenValidator {
  private readonly key: KeyObject;
  private readonly now: () => number;

  /** `secretKey`: at least 32 bytes, the same as the maker's. `now`: milliseconds since the epoch, `Date.now` by default. */
  constructor(options: { secretKey: string | Uint8Array; now?: () => number }) {
    checkObject('options', options);
    const { secretKey, now = Date.now } = options;
    this.key = secretKeyFrom(secretKey);
    this.now = now;
  }

  /** The Principal of a token, or null when it is not valid (any more). */
  async validateToken(token: string): Promise<Principal | null> {
    try {
      return await this.read(token);
    } catch (error) {
      if (error instanceof LlamaHomeError) return null;
      throw error;
    }
  }

  /** The Principal of a token. `invalid_token`, `token_expired`. */
  async read(token: string): Promise<Principal> {
    if (typeof token !== 'string' || token.length > longestToken) throw invalidToken();
    return this.principalOf(await this.verify(token));
  }

  private async verify(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: clockSkew,
        currentDate: new Date(this.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw tokenExpired();
      throw invalidToken();
    }
  }

  private principalOf({ sub, exp, iat, tier = 'basic', scope = '', key }: JWTPayload): Principal {
    const seconds = this.now() / 1000;
    const knownTier = tiers.find((known) => known === tier);
    if (exp === undefined || !(exp <= lastSecond) || knownTier === undefined || typeof scope !== 'string')
      throw invalidToken();
    if (key !== undefined && typeof key !== 'string') throw invalidToken();
    if (iat !== undefined && !(iat <= seconds + clockSkew)) throw invalidToken();
    if (exp <= seconds) throw tokenExpired();
    const names = scope.split(' ');
    return {
      userId: userIdOf(sub),
      tier: knownTier,
      scopes: new Set(scopes.filter((known) => names.includes(known))),
      via: 'token',
      expiresAt: new Date(Math.round(exp * 1000)),
      ...(key === undefined ? {} : { keyId: key }),
    };
  }
}

function userIdOf(sub: unknown): string {
  try {
    return checkUserId(sub);
  } catch {
    throw invalidToken();
  }
}
