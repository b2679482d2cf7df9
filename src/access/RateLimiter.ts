import { checkObject, invalidRequest } from '../errors/index.js';
import { MemoryRateLimitStore, type RateLimitStore } from './RateLimitStore.js';
import type { Bucket } from './tokenBucket.js';

/** An allowance: so many requests a minute, so many of them at once, by either names. Both whole numbers from 1 on. */
export type Allowance = { requestsPerMinute: number; burstSize: number } | { rpm: number; burst: number };

export interface RateLimiterOptions {
  /** Default: in this process. */
  store?: RateLimitStore;
  /** The time in milliseconds since the epoch. Default: `Date.now`. */
  now?: () => number;
}

export interface RateLimitCheck {
  allowed: boolean;
  /** Whole requests that may be made right now. */
  remaining: number;
  /** Seconds after which the same request is allowed, exact to the millisecond; 0 when it was. */
  retryAfter: number;
  /** When the whole burst is there again. */
  resetAt: Date;
}

function checkRate(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw invalidRequest(field, `${field} must be a whole number from 1 on.`, { minimum: 1 });
}

/**
 * The bucket of an allowance; `invalid_request` when it is not made of whole numbers from 1 on.
 * @param place where the allowance stands in what the caller gave; default at its top
 */
export function bucketOf(allowance: Allowance, place?: string): Bucket {
  checkObject(place ?? 'allowance', allowance);
  const at = (name: string) => (place === undefined ? name : `${place}.${name}`);
  if ('rpm' in allowance) {
    return { capacity: checkRate(at('burst'), allowance.burst), perMinute: checkRate(at('rpm'), allowance.rpm) };
  }
  return {
    capacity: checkRate(at('burstSize'), allowance.burstSize),
    perMinute: checkRate(at('requestsPerMinute'), allowance.requestsPerMinute),
  };
}

/** Takes from the bucket of `key`; `invalid_request` when `cost` is not a whole number from 0 to the burst. */
export async function checkBucket(
  store: RateLimitStore,
  bucket: Bucket,
  { key, cost, now }: { key: string; cost: number; now: number },
): Promise<RateLimitCheck> {
  if (!Number.isSafeInteger(cost) || cost < 0 || cost > bucket.capacity) {
    throw invalidRequest('cost', `cost must be a whole number from 0 to the burst, ${bucket.capacity}.`, {
      minimum: 0,
      maximum: bucket.capacity,
    });
  }
  const { allowed, remaining, retryAfterMs, resetAt } = await store.take(key, bucket, cost, now);
  return { allowed, remaining, retryAfter: retryAfterMs / 1000, resetAt: new Date(resetAt) };
}

/**
 * One allowance for each key, as a token bucket.
 *
 * @example
 * const limiter = new RateLimiter({ requestsPerMinute: 60, burstSize: 10 });
 * const { allowed, retryAfter } = await limiter.check(userId);
 */
export class RateLimiter {
  private readonly bucket: Bucket;
  private readonly store: RateLimitStore;
  private readonly now: () => number;

  /** @throws LlamaHomeError `invalid_request` when the allowance is not made of whole numbers from 1 on */
  constructor(options: Allowance & RateLimiterOptions) {
    checkObject('options', options);
    const { store, now, ...allowance } = options;
    this.bucket = bucketOf(allowance);
    this.store = store ?? new MemoryRateLimitStore();
    this.now = now ?? Date.now;
  }

  /** Takes `cost` requests (default 1) of the key's allowance, or nothing when they are not all there. A cost of 0 only looks. */
  check(key: string, cost = 1): Promise<RateLimitCheck> {
    return checkBucket(this.store, this.bucket, { key, cost, now: this.now() });
  }
}
