import { describe, expect, test } from 'vitest';
import {
  AdvancedRateLimiter,
  MemoryRateLimitStore,
  RateLimiter,
  type RateLimitStore,
} from '../../../src/access/security.js';

function clock() {
  let now = Date.UTC(2026, 0, 1);
  return { now: () => now, pass: (ms: number) => (now += ms) };
}

describe('RateLimiter', () => {
  test('allows the burst, then says exactly when to come back', async () => {
    const time = clock();
    const limiter = new RateLimiter({ requestsPerMinute: 45, burstSize: 2, now: time.now });
    expect(await limiter.check('ann')).toMatchObject({ allowed: true, remaining: 1, retryAfter: 0 });
    expect(await limiter.check('ann')).toMatchObject({ allowed: true, remaining: 0 });
    const refused = await limiter.check('ann');
    expect(refused).toMatchObject({ allowed: false, remaining: 0, retryAfter: 1.334 });
    time.pass(1333);
    expect(await limiter.check('ann')).toMatchObject({ allowed: false, retryAfter: 0.001 });
    time.pass(1);
    expect(await limiter.check('ann')).toMatchObject({ allowed: true });
  });

  test('keeps keys apart, whatever they are called', async () => {
    const limiter = new RateLimiter({ requestsPerMinute: 60, burstSize: 1 });
    for (const key of ['ann', 'ben', '__proto__', 'constructor', '']) {
      expect((await limiter.check(key)).allowed).toBe(true);
      expect((await limiter.check(key)).allowed).toBe(false);
    }
  });

  test('takes several at once or none of them', async () => {
    const limiter = new RateLimiter({ requestsPerMinute: 60, burstSize: 5, now: clock().now });
    await limiter.check('ann', 3);
    expect(await limiter.check('ann', 3)).toMatchObject({ allowed: false, remaining: 2, retryAfter: 1 });
    expect(await limiter.check('ann', 2)).toMatchObject({ allowed: true, remaining: 0 });
  });

  test.each([6, -1, 0.5, Number.NaN])('refuses a cost of %s for a burst of 5', async (cost) => {
    const limiter = new RateLimiter({ requestsPerMinute: 60, burstSize: 5 });
    await expect(limiter.check('ann', cost)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'cost', maximum: 5 },
    });
  });

  test.each([0, -1, 1.5, Number.NaN, Infinity])('refuses an allowance of %s', (value) => {
    expect(() => new RateLimiter({ requestsPerMinute: value, burstSize: 5 })).toThrow(
      'requestsPerMinute must be a whole number',
    );
    expect(() => new RateLimiter({ requestsPerMinute: 60, burstSize: value })).toThrow(
      'burstSize must be a whole number',
    );
  });

  test('many at the same moment never get more than the burst', async () => {
    const limiter = new RateLimiter({ requestsPerMinute: 60, burstSize: 10, now: clock().now });
    const checks = await Promise.all(Array.from({ length: 100 }, () => limiter.check('ann')));
    expect(checks.filter(({ allowed }) => allowed)).toHaveLength(10);
  });
});

describe('AdvancedRateLimiter', () => {
  const tiers = { basic: { requestsPerMinute: 60, burstSize: 1 }, pro: { requestsPerMinute: 300, burstSize: 3 } };

  test('gives each tier its allowance', async () => {
    const limiter = new AdvancedRateLimiter({ tiers, now: clock().now });
    await limiter.check('ann', 'basic');
    expect(await limiter.check('ann', 'basic')).toMatchObject({ allowed: false, retryAfter: 1 });
    await limiter.check('ben', 'pro', 3);
    expect(await limiter.check('ben', 'pro')).toMatchObject({ allowed: false, retryAfter: 0.2 });
  });

  test('takes allowances by their short names, and says which is wrong', async () => {
    const limiter = new AdvancedRateLimiter({ tiers: { basic: { rpm: 60, burst: 1 } }, now: clock().now });
    await limiter.check('ann', 'basic');
    expect(await limiter.check('ann', 'basic')).toMatchObject({ allowed: false, retryAfter: 1 });
    expect(() => new AdvancedRateLimiter({ tiers: { basic: { rpm: 60, burst: 0 } } })).toThrow('tiers.basic.burst');
    const single = new RateLimiter({ rpm: 60, burst: 2, now: clock().now });
    expect(await single.check('ann')).toMatchObject({ allowed: true, remaining: 1 });
  });

  test('a key has one bucket, whichever tier it comes with', async () => {
    const limiter = new AdvancedRateLimiter({ tiers, now: clock().now });
    await limiter.check('ann', 'pro', 2);
    expect((await limiter.check('ann', 'basic')).allowed).toBe(false);
    expect((await limiter.check('ann', 'pro')).allowed).toBe(true);
  });

  test('refuses a tier that it does not know', async () => {
    const limiter = new AdvancedRateLimiter<string>({ tiers });
    await expect(limiter.check('ann', 'gold')).rejects.toMatchObject({
      code: 'invalid_request',
      details: { allowed: ['basic', 'pro'] },
    });
    await expect(limiter.check('ann', '__proto__')).rejects.toMatchObject({ code: 'invalid_request' });
  });
});

describe('stores', () => {
  const bucket = { capacity: 10, perMinute: 60 };

  test('memory forgets buckets that are full again', () => {
    const store = new MemoryRateLimitStore();
    const start = Date.UTC(2026, 0, 1);
    // A million callers, five hundred in each second: each bucket is full again after a second.
    for (let caller = 0; caller < 1_000_000; caller++) {
      store.take(`user-${caller}`, bucket, 1, start + Math.floor(caller / 500) * 1000);
      if (caller % 100_000 === 0) expect(store.size).toBeLessThanOrEqual(1000);
    }
    store.take('somebody', bucket, 0, start + 3_600_000);
    expect(store.size).toBe(0);
  });

  test('looking without taking remembers nobody', () => {
    const store = new MemoryRateLimitStore();
    for (let caller = 0; caller < 1000; caller++) store.take(`user-${caller}`, bucket, 0, 0);
    expect(store.size).toBe(0);
  });

  test('a store outside the process can stand behind a limiter', async () => {
    const memory = new MemoryRateLimitStore();
    const remote: RateLimitStore = {
      take: async (...step) => {
        await new Promise(setImmediate);
        return memory.take(...step);
      },
    };
    const servers = [1, 2].map(
      () => new RateLimiter({ requestsPerMinute: 60, burstSize: 10, store: remote, now: () => 0 }),
    );
    const checks = await Promise.all(Array.from({ length: 30 }, (_, index) => servers[index % 2]?.check('ann')));
    expect(checks.filter((check) => check?.allowed)).toHaveLength(10);
  });
});
