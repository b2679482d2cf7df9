/** How a bucket fills. Both are whole numbers from 1 on. */
export interface Bucket {
  /** Requests at once: the burst. */
  capacity: number;
  /** Requests that come back in a minute. */
  perMinute: number;
}

/** What is missing from a bucket at a point in time. A full bucket has no state. */
export interface BucketState {
  /** Parts of a request that were taken and have not come back: 60,000 parts are one request. */
  missing: number;
  /** Milliseconds since the epoch. */
  at: number;
}

export interface Taken {
  allowed: boolean;
  /** Whole requests that may be taken now. */
  remaining: number;
  /** Milliseconds after which the same cost is allowed, exactly; 0 when it was, Infinity when it never is. */
  retryAfterMs: number;
  /** When the bucket is full again, in milliseconds since the epoch. */
  resetAt: number;
}

/**
 * A request has this many parts, so that `perMinute` parts come back each millisecond and every step is whole-number arithmetic:
 * waiting times are exact, not rounded.
 */
const partsPerRequest = 60_000;

function missingAt(state: BucketState | undefined, { perMinute }: Bucket, now: number): number {
  if (state === undefined) return 0;
  return Math.max(0, state.missing - Math.max(0, now - state.at) * perMinute);
}

/**
 * Takes `cost` requests from a bucket, or nothing when they are not all there.
 * A cost of 0 looks without taking; a negative one gives back, never past full. A clock that goes back fills nothing.
 * Keeping what is missing instead of what is left lets one bucket be used with different capacities.
 */
export function takeFromBucket(
  state: BucketState | undefined,
  bucket: Bucket,
  cost: number,
  now: number,
): { state: BucketState | undefined; taken: Taken } {
  const before = missingAt(state, bucket, now);
  const capacity = bucket.capacity * partsPerRequest;
  const wanted = Math.max(0, before + cost * partsPerRequest);
  const allowed = cost <= 0 || wanted <= capacity;
  const missing = allowed ? wanted : before;
  return {
    state: missing === 0 ? undefined : { missing, at: now },
    taken: {
      allowed,
      remaining: Math.max(0, Math.floor((capacity - missing) / partsPerRequest)),
      retryAfterMs: allowed ? 0 : cost > bucket.capacity ? Infinity : Math.ceil((wanted - capacity) / bucket.perMinute),
      resetAt: now + Math.ceil(missing / bucket.perMinute),
    },
  };
}
