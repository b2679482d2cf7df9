import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { APIError, AuthenticationError, isRetryable, RateLimitError, RetryHandler } from '../../../src/client/error.js';
import { backoffMs } from '../../../src/client/waiting.js';

const overloaded = () => new APIError('full', 'overloaded', 503);

/** Fails with these errors, one a call, then succeeds. */
function failing(...errors: unknown[]) {
  const calls: number[] = [];
  return {
    calls,
    run: async () => {
      calls.push(performance.now());
      const error = errors.shift();
      if (error !== undefined) throw error;
      return 'done';
    },
  };
}

describe('RetryHandler', () => {
  test('tries again until it succeeds, telling how many tries went before', async () => {
    const retries: number[] = [];
    const work = failing(overloaded(), overloaded());
    const result = await new RetryHandler({ backoffFactor: 0.001 }).execute((retry) => {
      retries.push(retry);
      return work.run();
    });
    expect([result, retries]).toEqual(['done', [0, 1, 2]]);
  });

  test('gives up after maxRetries with the last error', async () => {
    const last = overloaded();
    const work = failing(overloaded(), overloaded(), last, overloaded());
    const tried = new RetryHandler({ maxRetries: 2, backoffFactor: 0.001 }).execute(work.run);
    await expect(tried).rejects.toBe(last);
    expect(work.calls).toHaveLength(3);
  });

  test.each([
    ['a refusal', new AuthenticationError('who?')],
    ['an error of the program', new TypeError('x is not a function')],
    ['something that is no error', 'oops'],
  ])('throws %s at once', async (_name, error) => {
    const work = failing(error);
    await expect(new RetryHandler({ backoffFactor: 0.001 }).execute(work.run)).rejects.toBe(error);
    expect(work.calls).toHaveLength(1);
  });

  test('waits backoffFactor seconds, twice as long each time', async () => {
    const work = failing(overloaded(), overloaded());
    await new RetryHandler({ backoffFactor: 0.04 }).execute(work.run);
    const [first = 0, second = 0, third = 0] = work.calls;
    expect(second - first).toBeGreaterThan(38);
    expect(third - second).toBeGreaterThan(78);
  });

  test('waits as long as the server asks, whatever the backoff', async () => {
    const work = failing(new RateLimitError('slow', undefined, undefined, { retry_after: 0.12 }));
    await new RetryHandler({ backoffFactor: 10 }).execute(work.run);
    const [first = 0, second = 0] = work.calls;
    expect(second - first).toBeGreaterThan(118);
    expect(second - first).toBeLessThan(1000);
  });

  test('does not wait when the server asks for too long', async () => {
    const error = new RateLimitError('slow', undefined, undefined, { retry_after: 61 });
    await expect(new RetryHandler().execute(failing(error).run)).rejects.toBe(error);
  });

  test('an abort ends the wait at once, with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const work = failing(overloaded());
    const tried = new RetryHandler({ backoffFactor: 60 }).execute(work.run, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 5);
    await expect(tried).rejects.toBe(reason);
    expect(work.calls).toHaveLength(1);
    await expect(new RetryHandler().execute(work.run, { signal: controller.signal })).rejects.toBe(reason);
    expect(work.calls).toHaveLength(1);
  });

  test('refuses settings that can not be meant', () => {
    expect(() => new RetryHandler({ maxRetries: 1.5 })).toThrow(
      'maxRetries must be a whole number of at least 0, not 1.5.',
    );
    expect(() => new RetryHandler({ backoffFactor: -1 })).toThrow(RangeError);
    expect(() => new RetryHandler({ backoffFactor: Number.NaN })).toThrow(RangeError);
  });

  test('sees what a library says about the network', () => {
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    expect(isRetryable(reset)).toBe(true);
    expect(isRetryable(new TypeError('fetch failed', { cause: reset }))).toBe(true);
    expect(isRetryable(new TypeError('fetch failed'))).toBe(false);
    expect(isRetryable(undefined)).toBe(false);
  });
});

test('a wait is never shorter than asked for, and never much longer', () => {
  const settings = fc.record({
    backoffFactor: fc.double({ min: 0, max: 100, noNaN: true }),
    maxDelay: fc.double({ min: 0, max: 100, noNaN: true }),
  });
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(40), settings, random, (retry, options, chance) => {
      const nominal = Math.min(options.backoffFactor * 2 ** retry, options.maxDelay) * 1000;
      const ms = backoffMs(retry, options, undefined, chance);
      expect(ms).toBeGreaterThanOrEqual(nominal);
      expect(ms).toBeLessThanOrEqual(nominal * 1.25);
    }),
  );
  fc.assert(
    fc.property(
      fc.nat(40),
      settings,
      random,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      (retry, options, chance, seconds) => {
        const ms = backoffMs(retry, options, seconds, chance);
        expect(ms).toBeGreaterThanOrEqual(seconds * 1000);
        expect(ms).toBeLessThanOrEqual(seconds * 1000 + 100);
      },
    ),
  );
});
