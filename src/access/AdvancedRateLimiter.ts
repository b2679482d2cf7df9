import { checkObject, invalidRequest } from '../errors/index.js';
import { type Allowance, bucketOf, checkBucket, type RateLimitCheck, type RateLimiterOptions } from './RateLimiter.js';
import { MemoryRateLimitStore, type RateLimitStore } from './RateLimitStore.js';
import type { Bucket } from './tokenBucket.js';

/**
 * Allowances by tier. A key has one bucket, whichever of its tiers it comes with.
 *
 * @example
 * const limiter = new AdvancedRateLimiter({
 *   tiers: {
 *     basic: { requestsPerMinute: 60, burstSize: 10 },
 *     pro: { rpm: 300, burst: 50 },
 *   },
 * });
 * const { allowed, retryAfter } = await limiter.check(userId, 'pro');
 */
export class AdvancedRateLimiter<Tier extends string> {
  private readonly buckets: Map<string, Bucket>;
  private readonly store: RateLimitStore;
  private readonly now: () => number;

  /** @throws LlamaHomeError `invalid_request` for a tier whose allowance is not made of whole numbers from 1 on */
  constructor(options: { tiers: Readonly<Record<Tier, Allowance>> } & RateLimiterOptions) {
    checkObject('options', options);
    const { tiers, store, now } = options;
    checkObject('tiers', tiers);
    const entries = Object.entries<Allowance>(tiers);
    this.buckets = new Map(entries.map(([tier, allowance]) => [tier, bucketOf(allowance, `tiers.${tier}`)]));
    this.store = store ?? new MemoryRateLimitStore();
    this.now = now ?? Date.now;
  }

  /**
   * Takes `cost` requests (default 1) of the key's allowance, or nothing when they are not all there. A cost of 0 only looks.
   * `invalid_request` when there is no such tier, or the cost is above its burst.
   */
  async check(key: string, tier: Tier, cost = 1): Promise<RateLimitCheck> {
    const bucket = this.buckets.get(tier);
    if (bucket === undefined) {
      const allowed = [...this.buckets.keys()];
      throw invalidRequest('tier', `There is no tier "${tier}". Tiers are ${allowed.join(', ')}.`, { allowed });
    }
    return checkBucket(this.store, bucket, { key, cost, now: this.now() });
  }
}
