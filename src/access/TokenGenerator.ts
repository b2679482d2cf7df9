import type { KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { checkObject } from '../errors/index.js';
import { checkExpiresIn, checkScopes, checkTier, checkUserId } from './grantInput.js';
import type { Scope, Tier } from './Principal.js';
import { secretKeyFrom } from './secretKey.js';

/** What a basic user needs. */
export const defaultScopes: readonly Scope[] = ['prompts:run', 'models:read', 'config:read'];

/** What a token says. */
export interface TokenClaims {
  /** 1 to 128 printable characters; all tokens and keys of a user share one allowance. */
  userId: string;
  /** Seconds that it lasts: 1 to a year. */
  expiresIn: number;
  /** Default: basic. */
  tier?: Tier | null;
  /** Default: `prompts:run`, `models:read`, `config:read`. */
  scopes?: readonly Scope[] | null;
}

/** What bounds a token that is made with another token or with an API key. */
export interface TokenBounds {
  /** It runs out no later than this. */
  notAfter?: Date | undefined;
  /** Database id of the API key whose revocation ends it. */
  keyId?: string | undefined;
}

/** Makes tokens: JWT signed with HS256 and the server's secret. */
export class TokenGenerator {
  private readonly key: KeyObject;
  private readonly now: () => number;

  /** `secretKey`: at least 32 bytes, the same as the server's. `now`: milliseconds since the epoch, `Date.now` by default. */
  constructor(options: { secretKey: string | Uint8Array; now?: () => number }) {
    checkObject('options', options);
    const { secretKey, now = Date.now } = options;
    this.key = secretKeyFrom(secretKey);
    this.now = now;
  }

  /** A token for `Authorization: Bearer …`. `invalid_request` names the claim that is wrong. */
  async createToken(claims: TokenClaims): Promise<string> {
    return (await this.issue(claims)).token;
  }

  /** A token, and when it runs out. */
  async issue(claims: TokenClaims, { notAfter, keyId }: TokenBounds = {}): Promise<{ token: string; expiresAt: Date }> {
    checkObject('claims', claims);
    const { userId, expiresIn, tier, scopes } = claims;
    const issuedAt = this.now();
    // Claims may have fractions of a second (RFC 7519, section 2): a token of one second then lasts a whole one.
    const iat = issuedAt / 1000;
    const end = issuedAt + checkExpiresIn(expiresIn) * 1000;
    const expiresAt = new Date(Math.min(end, notAfter?.getTime() ?? end));
    const token = await new SignJWT({
      sub: checkUserId(userId),
      tier: checkTier(tier ?? 'basic'),
      scope: checkScopes(scopes ?? [...defaultScopes]).join(' '),
      iat,
      exp: expiresAt.getTime() / 1000,
      ...(keyId === undefined ? {} : { key: keyId }),
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(this.key);
    return { token, expiresAt };
  }
}
