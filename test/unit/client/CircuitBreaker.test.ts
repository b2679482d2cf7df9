import { describe, expect, test, vi } from 'vitest';
import { APIError, CircuitBreaker, CircuitOpenError, ConnectionError, isFailure } from '../../../src/client/error.js';

const down = () => Promise.reject(new ConnectionError('no answer'));
const up = () => Promise.resolve('up');

async function failTimes(breaker: CircuitBreaker, times: number): Promise<void> {
  for (let n = 0; n < times; n++) await expect(breaker.execute(down)).rejects.toBeInstanceOf(ConnectionError);
}

describe('CircuitBreaker', () => {
  test('opens after failureThreshold failures in a row, and lets one through after resetTimeout', async () => {
    vi.useFakeTimers();
    try {
      const breaker = new CircuitBreaker({ failureThreshold: 3, resetTimeout: 10 });
      await failTimes(breaker, 2);
      expect(await breaker.execute(up)).toBe('up');
      await failTimes(breaker, 3);
      expect(breaker.state).toBe('open');

      let calls = 0;
      const counted = () => {
        calls++;
        return up();
      };
      vi.advanceTimersByTime(4000);
      const refused = await breaker.execute(counted).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(CircuitOpenError);
      expect(refused).toMatchObject({ code: 'circuit_open', retryAfter: 6, retryable: false });
      expect(calls).toBe(0);

      vi.advanceTimersByTime(6000);
      await failTimes(breaker, 1);
      expect(breaker.state).toBe('open');
      vi.advanceTimersByTime(10_000);
      expect(await breaker.execute(counted)).toBe('up');
      expect([breaker.state, calls]).toEqual(['closed', 1]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('refusals and requests to come back later are no failures', async () => {
    const breaker = new CircuitBreaker({ failureThreshold: 1 });
    const errors = [
      new APIError('no', 'invalid_request', 400),
      new APIError('slow', 'rate_limit_exceeded', 429, { retry_after: 1 }),
      new APIError('full', 'overloaded', 503, { retry_after: 1 }),
      new APIError('late', 'deadline_exceeded', 504),
    ];
    for (const error of errors) await expect(breaker.execute(() => Promise.reject(error))).rejects.toBe(error);
    expect(breaker.state).toBe('closed');
  });

  test('stands alone: any other error counts, an abort does not', () => {
    expect(isFailure(new Error('down'))).toBe(true);
    expect(isFailure(new DOMException('left', 'AbortError'))).toBe(false);
  });

  test('refuses settings that can not be meant', () => {
    expect(() => new CircuitBreaker({ failureThreshold: 0 })).toThrow(RangeError);
    expect(() => new CircuitBreaker({ resetTimeout: -1 })).toThrow(RangeError);
  });
});
