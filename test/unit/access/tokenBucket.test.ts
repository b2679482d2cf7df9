import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Bucket, type BucketState, takeFromBucket } from '../../../src/access/tokenBucket.js';

const start = Date.UTC(2026, 0, 1);
const buckets: fc.Arbitrary<Bucket> = fc.record({
  capacity: fc.integer({ min: 1, max: 200 }),
  perMinute: fc.integer({ min: 1, max: 100_000 }),
});
/** Calls with the milliseconds that pass before each. */
const calls = fc.array(
  fc.record({ wait: fc.integer({ min: 0, max: 120_000 }), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
  {
    maxLength: 60,
  },
);

function costOf(share: number, { capacity }: Bucket): number {
  return Math.round(share * capacity);
}

function replay(bucket: Bucket, steps: { wait: number; share: number }[]) {
  let state: BucketState | undefined;
  let now = start;
  const taken = steps.map(({ wait, share }) => {
    now += wait;
    const cost = costOf(share, bucket);
    const step = takeFromBucket(state, bucket, cost, now);
    const before = state;
    state = step.state;
    return { now, cost, before, after: step.state, ...step.taken };
  });
  return { taken, state, now };
}

test('a full bucket gives its burst at once, and nothing more', () => {
  const bucket = { capacity: 10, perMinute: 60 };
  const all = takeFromBucket(undefined, bucket, 10, start);
  expect(all.taken).toMatchObject({ allowed: true, remaining: 0, resetAt: start + 10_000 });
  expect(takeFromBucket(all.state, bucket, 1, start).taken).toMatchObject({ allowed: false, retryAfterMs: 1000 });
});

test('a refused request may be made after exactly its waiting time, and not a millisecond before', () => {
  fc.assert(
    fc.property(buckets, calls, fc.double({ min: 0, max: 1, noNaN: true }), (bucket, steps, share) => {
      const { state, now } = replay(bucket, steps);
      const cost = Math.max(1, costOf(share, bucket));
      const { taken } = takeFromBucket(state, bucket, cost, now);
      if (taken.allowed) return;
      expect(takeFromBucket(state, bucket, cost, now + taken.retryAfterMs).taken.allowed).toBe(true);
      expect(takeFromBucket(state, bucket, cost, now + taken.retryAfterMs - 1).taken.allowed).toBe(false);
    }),
  );
});

test('a refused request costs nothing', () => {
  fc.assert(
    fc.property(buckets, calls, (bucket, steps) => {
      const { taken } = replay(bucket, steps);
      for (const { allowed, before, after, now } of taken.filter((step) => !step.allowed)) {
        expect(allowed).toBe(false);
        const asked = takeFromBucket(before, bucket, 0, now + 1000).taken;
        expect(takeFromBucket(after, bucket, 0, now + 1000).taken).toEqual(asked);
      }
    }),
  );
});

test('no stretch of time gives more than the burst and what came back in it', () => {
  fc.assert(
    fc.property(buckets, calls, (bucket, steps) => {
      const given = replay(bucket, steps).taken.filter(({ allowed }) => allowed);
      for (const [index, first] of given.entries()) {
        let sum = 0;
        for (const { cost, now } of given.slice(index)) {
          sum += cost;
          expect(sum).toBeLessThanOrEqual(bucket.capacity + ((now - first.now) * bucket.perMinute) / 60_000);
        }
      }
    }),
  );
});

test('what remains can be taken, and one more can not', () => {
  fc.assert(
    fc.property(buckets, calls, (bucket, steps) => {
      const { state, now } = replay(bucket, steps);
      const { remaining } = takeFromBucket(state, bucket, 0, now).taken;
      expect(takeFromBucket(state, bucket, remaining, now).taken.allowed).toBe(true);
      expect(takeFromBucket(state, bucket, remaining + 1, now).taken.allowed).toBe(false);
    }),
  );
});

test('the bucket is full at its reset time, and not before', () => {
  fc.assert(
    fc.property(buckets, calls, (bucket, steps) => {
      const { state, now } = replay(bucket, steps);
      const { resetAt } = takeFromBucket(state, bucket, 0, now).taken;
      expect(takeFromBucket(state, bucket, bucket.capacity, resetAt).taken.allowed).toBe(true);
      expect(takeFromBucket(state, bucket, 0, resetAt).state).toBeUndefined();
      if (state !== undefined && resetAt > now) {
        expect(takeFromBucket(state, bucket, bucket.capacity, resetAt - 1).taken.allowed).toBe(false);
      }
    }),
  );
});

test('what is given back can be taken again, but never more than the burst', () => {
  fc.assert(
    fc.property(buckets, calls, fc.integer({ min: 1, max: 300 }), (bucket, steps, back) => {
      const { state, now } = replay(bucket, steps);
      const { remaining } = takeFromBucket(state, bucket, 0, now).taken;
      const given = takeFromBucket(state, bucket, -back, now);
      expect(given.taken.allowed).toBe(true);
      expect(given.taken.remaining).toBe(Math.min(bucket.capacity, remaining + back));
    }),
  );
});

test('more than the burst is never allowed', () => {
  expect(takeFromBucket(undefined, { capacity: 10, perMinute: 60 }, 11, start).taken).toMatchObject({
    allowed: false,
    retryAfterMs: Infinity,
  });
});

test('a clock that goes back neither fills the bucket nor locks it', () => {
  const bucket = { capacity: 2, perMinute: 60 };
  const { state } = takeFromBucket(undefined, bucket, 2, start);
  const back = takeFromBucket(state, bucket, 1, start - 3_600_000);
  expect(back.taken).toMatchObject({ allowed: false, retryAfterMs: 1000 });
  expect(takeFromBucket(back.state, bucket, 1, start - 3_600_000 + 1000).taken.allowed).toBe(true);
});
