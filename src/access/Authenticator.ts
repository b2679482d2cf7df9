import type { Logger } from 'pino';
import { LlamaHomeError } from '../errors/index.js';
import type { ApiKeyRecord, ApiKeyRepository } from './ApiKeyRepository.js';
import { hashApiKey, isSameHash, isWellFormedApiKey, looksLikeApiKey } from './apiKeys.js';
import { FailedLogins } from './FailedLogins.js';
import { localAdministrator, type Principal } from './Principal.js';
import type { TokenValidator } from './TokenValidator.js';

/** The last use of a key is written down at most this often. */
const touchEveryMs = 60_000;

export interface AuthenticatorOptions {
  /** Whether anybody has to prove anything: `LLAMAHOME_AUTH`. */
  authentication: boolean;
  tokens: TokenValidator;
  keys: ApiKeyRepository;
  logger: Logger;
  now: () => number;
}

/** Finds out who is calling, for every transport. */
export class Authenticator {
  private readonly failures = new FailedLogins();
  private readonly touching = new Set<string>();
  private readonly principals = new WeakMap<ApiKeyRecord, Principal>();

  constructor(private readonly options: AuthenticatorOptions) {}

  /** See AccessService. */
  async authenticate(authorization: string | null | undefined, address: string): Promise<Principal> {
    if (!this.options.authentication) return localAdministrator;
    if (authorization == null || authorization.trim() === '') {
      throw new LlamaHomeError(
        'authentication_required',
        'Send a token or an API key as "Authorization: Bearer TOKEN".',
      );
    }
    try {
      return await this.principalOf(credentialIn(authorization));
    } catch (error) {
      if (error instanceof LlamaHomeError && error.status === 401) throw this.failure(error, address);
      throw error;
    }
  }

  /** The Principal as it stands now: `token_expired`, `invalid_token` for a revoked key. */
  async stillValid(principal: Principal): Promise<Principal> {
    const { expiresAt, keyId } = principal;
    if (expiresAt !== undefined && expiresAt.getTime() <= this.options.now()) {
      throw tokenExpired();
    }
    if (keyId === undefined || principal.via !== 'key') return this.principalOfToken(principal);
    return this.principalOfKey(await this.options.keys.find(keyId));
  }

  private async principalOf(credential: string): Promise<Principal> {
    if (!looksLikeApiKey(credential)) return this.principalOfToken(await this.options.tokens.read(credential));
    if (!isWellFormedApiKey(credential)) throw unknownKey();
    const hash = hashApiKey(credential);
    const record = await this.options.keys.findByHash(hash);
    const principal = this.principalOfKey(record !== undefined && isSameHash(record.hash, hash) ? record : undefined);
    if (record !== undefined) this.touch(record);
    return principal;
  }

  /** A token counts for as long as the key that it was made with. */
  private async principalOfToken(principal: Principal): Promise<Principal> {
    const { keyId } = principal;
    if (keyId === undefined) return principal;
    const record = await this.options.keys.find(keyId);
    if (record !== undefined && record.revokedAt === null) return principal;
    throw new LlamaHomeError(
      'invalid_token',
      'The API key that this token was made with was revoked. Get a new token.',
    );
  }

  private principalOfKey(record: ApiKeyRecord | undefined): Principal {
    if (record === undefined) throw unknownKey();
    if (record.revokedAt !== null)
      throw new LlamaHomeError('invalid_token', 'This API key was revoked. Use another one.');
    const known = this.principals.get(record);
    if (known !== undefined) return known;
    const { id, userId, tier, scopes } = record;
    const principal: Principal = { userId, tier, scopes: new Set(scopes), via: 'key', keyId: id };
    this.principals.set(record, principal);
    return principal;
  }

  /** Writes down that a key was used; the request does not wait for it. */
  private touch({ id, lastUsedAt }: ApiKeyRecord): void {
    const { keys, logger, now } = this.options;
    if (this.touching.has(id) || (lastUsedAt !== null && now() - lastUsedAt.getTime() < touchEveryMs)) return;
    this.touching.add(id);
    keys
      .touch(id, new Date(now()))
      .catch((error: unknown) =>
        logger.warn({ err: error, keyId: id }, 'the last use of an API key could not be written down'),
      )
      .finally(() => this.touching.delete(id));
  }

  private failure(error: LlamaHomeError, address: string): LlamaHomeError {
    const waitMs = this.failures.record(address, this.options.now());
    if (waitMs === 0) return error;
    return new LlamaHomeError(
      'rate_limit_exceeded',
      'Too many failed log-ins from this address. Wait, then try with a valid token.',
      { retry_after: waitMs / 1000, reason: 'failed_log_ins' },
    );
  }
}

/** The refusal of a token that was good when its bearer came in. */
export function tokenExpired(): LlamaHomeError {
  return new LlamaHomeError('token_expired', 'The token has run out. Get a new one and connect again.');
}

function unknownKey(): LlamaHomeError {
  return new LlamaHomeError('invalid_token', 'There is no such API key here.');
}

/** What stands behind "Bearer". */
function credentialIn(authorization: string): string {
  const [scheme = '', credential = '', ...rest] = authorization.trim().split(/\s+/, 3);
  if (scheme.toLowerCase() === 'bearer' && credential !== '' && rest.length === 0) return credential;
  throw new LlamaHomeError('invalid_token', 'Write the word "Bearer" before the token: "Authorization: Bearer TOKEN".');
}
