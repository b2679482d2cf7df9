import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { APIError } from './APIError.js';
import { objectOf, refused } from './checkArguments.js';
import { CircuitOpenError } from './errors.js';
import { inRange } from './inRange.js';

/** When it opens, and for how long. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it, 1 or more; default 5. */
  failureThreshold?: number | undefined;
  /** Seconds that it stays open before one call may try; default 30. */
  resetTimeout?: number | undefined;
  /** Whether an error says that the other side is in trouble; default `isFailure`. */
  isFailure?: ((error: unknown) => boolean) | undefined;
}

/**
 * Whether an error says that the other side is in trouble. A refusal (4xx) does not, nor does one that says when to
 * come back; an aborted call says nothing about anybody.
 */
export function isFailure(error: unknown): boolean {
  if (error instanceof APIError) {
    if (error.code === 'deadline_exceeded' || error.code === 'model_unavailable') return false;
    return (
      error.retryAfter === undefined &&
      (error.status === 0 || error.status >= 500 || error.code === 'unexpected_answer')
    );
  }
  return !(error instanceof Error && error.name === 'AbortError');
}

/**
 * Stops calling what keeps failing: after `failureThreshold` failures in a row every call is refused at once, until
 * after `resetTimeout` seconds one call may try; its outcome decides. Share one breaker between all calls to one server.
 */
export class CircuitBreaker {
  private readonly policy: CircuitBreakerPolicy;
  private readonly resetMs: number;
  private openedAt = 0;

  /** @throws RangeError when an option is out of range */
  constructor(given?: CircuitBreakerOptions | null) {
    const options: CircuitBreakerOptions = objectOf('options', given);
    const failureThreshold = inRange('failureThreshold', options.failureThreshold ?? 5, { least: 1, whole: true });
    this.resetMs = inRange('resetTimeout', options.resetTimeout ?? 30) * 1000;
    this.policy = circuitBreaker(handleWhen(options.isFailure ?? isFailure), {
      halfOpenAfter: this.resetMs,
      breaker: new ConsecutiveBreaker(failureThreshold),
    });
    this.policy.onBreak(() => {
      this.openedAt = Date.now();
    });
  }

  /** `closed` lets everything through, `open` nothing, `half-open` is trying one call. */
  get state(): 'closed' | 'open' | 'half-open' {
    const { state } = this.policy;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.HalfOpen ? 'half-open' : 'open';
  }

  /** Calls `fn` and gives what it gives. @throws CircuitOpenError, without calling it, while it is open; else what `fn` throws */
  async execute<T>(fn: () => Promise<T> | T): Promise<T> {
    if (typeof fn !== 'function') throw refused('fn', 'What is executed must be a function.');
    try {
      return await this.policy.execute(() => fn());
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      const seconds = Math.max(0, this.openedAt + this.resetMs - Date.now()) / 1000;
      throw new CircuitOpenError(
        `The server failed several times in a row and is left alone for ${seconds.toFixed(1)} s more.`,
        'circuit_open',
        503,
        { retry_after: seconds },
      );
    }
  }
}
