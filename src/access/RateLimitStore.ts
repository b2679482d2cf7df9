import { type Bucket, type BucketState, type Taken, takeFromBucket } from './tokenBucket.js';

/** Where buckets are kept. Fill it with a shared store (Redis, say) when several servers share their allowances. */
export interface RateLimitStore {
  /**
   * One atomic step: what `takeFromBucket` does, on the bucket of `key`. No other step on the same key may come between
   * its reading and its writing. `now` is in milliseconds since the epoch; a shared store may use its own clock instead.
   */
  take(key: string, bucket: Bucket, cost: number, now: number): Taken | Promise<Taken>;
}

interface Entry {
  state: BucketState;
  fullAt: number;
}

/** How many forgotten buckets one step clears away at most, so that no single request pays for a crowd. */
const clearedPerStep = 1000;

/** Buckets in this process. One that is full again is forgotten: memory follows the callers of the last minutes. */
export class MemoryRateLimitStore implements RateLimitStore {
  /** Least recently used first. */
  private readonly entries = new Map<string, Entry>();

  /** Buckets in memory. */
  get size(): number {
    return this.entries.size;
  }

  take(key: string, bucket: Bucket, cost: number, now: number): Taken {
    this.forgetFull(now);
    const { state, taken } = takeFromBucket(this.entries.get(key)?.state, bucket, cost, now);
    this.entries.delete(key);
    if (state !== undefined) this.entries.set(key, { state, fullAt: taken.resetAt });
    return taken;
  }

  private forgetFull(now: number): void {
    let left = clearedPerStep;
    for (const [key, { fullAt }] of this.entries) {
      if (fullAt > now || left-- === 0) return;
      this.entries.delete(key);
    }
  }
}
