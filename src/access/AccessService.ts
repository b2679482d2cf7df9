import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import type { ConfigService } from '../config/ConfigService.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import type { ApiKey, ApiKeyInput } from './ApiKey.js';
import type { ApiKeyRecord, ApiKeyRepository } from './ApiKeyRepository.js';
import { Authenticator } from './Authenticator.js';
import { generateApiKey } from './apiKeys.js';
import { checkKeyName, checkScopes, checkTier, checkUserId } from './grantInput.js';
import { localAdministrator, type Principal, type Scope, scopes } from './Principal.js';
import { MemoryRateLimitStore, type RateLimitStore } from './RateLimitStore.js';
import { RevocationWatcher } from './RevocationWatcher.js';
import { requireScope } from './requireScope.js';
import { defaultScopes, type TokenClaims, TokenGenerator } from './TokenGenerator.js';
import { TokenValidator } from './TokenValidator.js';
import { isAbove, tierAllowances } from './tiers.js';
import type { Bucket, Taken } from './tokenBucket.js';

/** The allowance of a Principal as it stands. */
export interface RateLimitState {
  /** Requests a minute. */
  limit: number;
  burst: number;
  /** Whole requests that may be made right now. */
  remaining: number;
  /** When the bucket is full again. */
  resetAt: Date;
}

const estimates: Bucket = { capacity: 120, perMinute: 120 };

export interface AccessServiceOptions {
  /** Whether callers have to prove who they are: `LLAMAHOME_AUTH`. */
  authentication: boolean;
  /** Signs tokens, at least 32 bytes: what `loadSecret` gives. */
  secret: string;
  keys: ApiKeyRepository;
  /** The basic tier's rate is read from it at each request. */
  config: Pick<ConfigService, 'current'>;
  logger: Logger;
  /** Where the buckets are kept. Default: in this process. */
  store?: RateLimitStore;
  /** The time in milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number;
}

/** Who may do what, and how much. Methods throw LlamaHomeError only. */
export class AccessService {
  private readonly keys: ApiKeyRepository;
  private readonly config: Pick<ConfigService, 'current'>;
  private readonly store: RateLimitStore;
  private readonly now: () => number;
  private readonly tokens: TokenGenerator;
  private readonly authenticator: Authenticator;
  private readonly revocations = new RevocationWatcher((principal) => this.refusalOf(principal));

  constructor({ authentication, secret, keys, config, logger, store, now = Date.now }: AccessServiceOptions) {
    this.keys = keys;
    this.config = config;
    this.store = store ?? new MemoryRateLimitStore();
    this.now = now;
    this.tokens = new TokenGenerator({ secretKey: secret, now });
    const validator = new TokenValidator({ secretKey: secret, now });
    this.authenticator = new Authenticator({ authentication, tokens: validator, keys, logger, now });
  }

  /**
   * The Principal of an `Authorization` header value (HTTP, SSE, REST) or of `connection_init`'s `authorization` (WebSocket).
   * `authentication_required`, `invalid_token`, `token_expired`; `rate_limit_exceeded` after too many failures from `address`.
   * With authentication off, everybody is the local administrator.
   */
  authenticate(authorization: string | null | undefined, address: string): Promise<Principal> {
    return this.authenticator.authenticate(authorization, address);
  }

  /** A Principal found earlier, as it stands now. `token_expired`, `invalid_token` when its key was revoked. */
  stillValid(principal: Principal): Promise<Principal> {
    return this.authenticator.stillValid(principal);
  }

  /**
   * Calls `onRevoked` once with `token_expired` or `invalid_token`, when the token of a Principal that stays connected runs
   * out, or its key is revoked: at once by this process, within about a second by another. Returns the way to stop that.
   */
  watch(principal: Principal, onRevoked: (error: LlamaHomeError) => void): () => void {
    return this.revocations.watch(principal, onRevoked);
  }

  /**
   * Takes `cost` requests from the Principal's bucket, or throws `rate_limit_exceeded` with an exact `retry_after` and takes nothing.
   * `invalid_request` when the cost is above the burst.
   */
  async charge(principal: Principal, cost: number): Promise<RateLimitState> {
    const bucket = this.bucketOf(principal);
    if (cost > bucket.capacity) {
      const message = `These are ${cost} prompts, and the ${principal.tier} tier may send ${bucket.capacity} at once (its burst). Send fewer at a time.`;
      throw invalidRequest('prompts', message, { prompts: cost, burst: bucket.capacity });
    }
    const taken = await this.take(principal, cost);
    if (taken.allowed) return stateOf(bucket, taken);
    const seconds = taken.retryAfterMs / 1000;
    throw new LlamaHomeError(
      'rate_limit_exceeded',
      `The allowance of ${bucket.perMinute} requests a minute is used up. Try again in ${seconds} s.`,
      { retry_after: seconds },
    );
  }

  /** Gives back what `charge` took, for a request that was refused after all. */
  async refund(principal: Principal, cost: number): Promise<RateLimitState> {
    return stateOf(this.bucketOf(principal), await this.take(principal, -cost));
  }

  async rateLimit(principal: Principal): Promise<RateLimitState> {
    return stateOf(this.bucketOf(principal), await this.take(principal, 0));
  }

  /**
   * Counts one estimate, or one look at a very long prompt: they cost no allowance, and have a limit of their own.
   * @throws LlamaHomeError `rate_limit_exceeded` with an exact `retry_after`
   */
  async countEstimate(principal: Principal): Promise<void> {
    const taken = await this.store.take(`estimate\n${principal.userId}`, estimates, 1, this.now());
    if (taken.allowed) return;
    const seconds = taken.retryAfterMs / 1000;
    throw new LlamaHomeError(
      'rate_limit_exceeded',
      `There may be ${estimates.perMinute} estimates, and very long prompts that are refused, a minute. Try again in ${seconds} s.`,
      { retry_after: seconds },
    );
  }

  /** Takes back what `countEstimate` counted. */
  async uncountEstimate(principal: Principal): Promise<void> {
    await this.store.take(`estimate\n${principal.userId}`, estimates, -1, this.now());
  }

  /** How many prompts of this Principal may run at once. */
  concurrency(principal: Pick<Principal, 'tier'>): number {
    return tierAllowances[principal.tier].concurrency;
  }

  /**
   * Makes a token. Needs the scope `keys:manage`, and `prompts:all` for another user's `prompts:run`;
   * `permission_denied` when it would allow more than the caller's own.
   * Left out: the basic tier, and those of the default scopes that the caller has.
   * Made with a token, it ends no later than that one; revoking the API key that stands behind either ends it at once.
   */
  async createToken(principal: Principal, input: TokenClaims): Promise<{ token: string; expiresAt: Date }> {
    requireScope(principal, 'keys:manage');
    const tier = checkTier(input.tier ?? 'basic');
    const granted = checkScopes(input.scopes ?? defaultScopes.filter((scope) => principal.scopes.has(scope)));
    const userId = checkUserId(input.userId);
    checkGrant(principal, { userId, tier, scopes: granted });
    const { expiresAt: notAfter, keyId } = principal;
    return this.tokens.issue({ userId, expiresIn: input.expiresIn, tier, scopes: granted }, { notAfter, keyId });
  }

  /**
   * Makes an API key; `key` is shown this once. It is the caller's own unless `userId` says whose.
   * Needs the scope `keys:manage`, and `prompts:all` for another user's `prompts:run`;
   * `permission_denied` when it would allow more than the caller's own.
   */
  async createApiKey(principal: Principal, input: ApiKeyInput): Promise<{ apiKey: ApiKey; key: string }> {
    requireScope(principal, 'keys:manage');
    const name = checkKeyName(input.name);
    const userId = checkUserId(input.userId ?? principal.userId);
    const tier = checkTier(input.tier);
    const granted = checkScopes(input.scopes);
    checkGrant(principal, { userId, tier, scopes: granted });
    return this.insertKey({ name, userId, tier, scopes: granted });
  }

  /**
   * Ends an API key at once; ending it again changes nothing. Needs the scope `keys:manage`. `not_found`;
   * `permission_denied` for a key of another user that allows more than the caller's own.
   */
  async revokeApiKey(principal: Principal, id: string): Promise<ApiKey> {
    requireScope(principal, 'keys:manage');
    const record = await this.keys.find(id);
    if (record === undefined) throw new LlamaHomeError('not_found', 'There is no API key with this id.');
    if (record.userId !== principal.userId) checkCovers(principal, record);
    if (record.revokedAt !== null) return shown(record);
    const revokedAt = new Date(this.now());
    await this.keys.revoke(id, revokedAt);
    // Who revokes its own key over a socket is still to get the answer, so this comes right behind it.
    setImmediate(() => void this.revocations.check(id));
    return { ...shown(record), revokedAt };
  }

  /** Null when there is none. Needs the scope `keys:manage`. */
  async findApiKey(principal: Principal, id: string): Promise<ApiKey | null> {
    requireScope(principal, 'keys:manage');
    const record = await this.keys.find(id);
    return record === undefined ? null : shown(record);
  }

  /** Every API key, revoked ones too, or those of one user. Needs the scope `keys:manage`. */
  async listApiKeys(principal: Principal, filter: { userId?: string } = {}): Promise<ApiKey[]> {
    requireScope(principal, 'keys:manage');
    return (await this.keys.list(filter)).map(shown);
  }

  /** Makes the administrator's API key when no key that is in force allows everything, and returns it this once; else null. */
  async ensureAdminKey(): Promise<string | null> {
    const { tier } = localAdministrator;
    const known = await this.keys.list();
    if (known.some((key) => key.revokedAt === null && key.tier === tier && hasAll(key.scopes))) return null;
    const { key } = await this.insertKey({ name: 'Administrator', userId: 'admin', tier, scopes: [...scopes] });
    return key;
  }

  private async insertKey(
    fields: Pick<ApiKey, 'name' | 'userId' | 'tier' | 'scopes'>,
  ): Promise<{ apiKey: ApiKey; key: string }> {
    const { key, prefix, hash } = generateApiKey();
    const apiKey: ApiKey = {
      ...fields,
      id: `key_${uuid()}`,
      prefix,
      createdAt: new Date(this.now()),
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.keys.insert({ ...apiKey, hash });
    return { apiKey, key };
  }

  private async refusalOf(principal: Principal): Promise<LlamaHomeError | undefined> {
    try {
      await this.stillValid(principal);
    } catch (error) {
      // A database that can't be read for a moment revokes nothing.
      if (error instanceof LlamaHomeError && error.status === 401) return error;
    }
    return undefined;
  }

  private bucketOf({ tier }: Principal): Bucket {
    const { requestsPerMinute, burst } = tierAllowances[tier];
    const perMinute = tier === 'basic' ? this.config.current.systemSettings.maxRequestsPerMinute : requestsPerMinute;
    return { capacity: burst, perMinute };
  }

  private async take(principal: Principal, cost: number): Promise<Taken> {
    return this.store.take(principal.userId, this.bucketOf(principal), cost, this.now());
  }
}

function stateOf({ capacity, perMinute }: Bucket, { remaining, resetAt }: Taken): RateLimitState {
  return { limit: perMinute, burst: capacity, remaining, resetAt: new Date(resetAt) };
}

type Grant = Pick<ApiKey, 'userId' | 'tier' | 'scopes'>;

/** Nobody grants more than it has. Who can send prompts as another user can read that user's, which is more than its own. */
function checkGrant(principal: Principal, grant: Grant): void {
  checkCovers(principal, grant);
  if (grant.userId !== principal.userId && grant.scopes.includes('prompts:run')) requireScope(principal, 'prompts:all');
}

/** Throws `permission_denied` when the grant allows more than the Principal may do itself. */
function checkCovers(principal: Principal, { tier, scopes: granted }: Pick<Grant, 'tier' | 'scopes'>): void {
  for (const scope of granted) requireScope(principal, scope);
  if (isAbove(tier, principal.tier)) {
    const message = `You cannot manage access of the ${tier} tier: yours is ${principal.tier}.`;
    throw new LlamaHomeError('permission_denied', message, { tier: principal.tier });
  }
}

function hasAll(granted: readonly Scope[]): boolean {
  return scopes.every((scope) => granted.includes(scope));
}

function shown({ hash: _hash, ...apiKey }: ApiKeyRecord): ApiKey {
  return apiKey;
}
