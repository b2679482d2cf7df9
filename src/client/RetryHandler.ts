import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { APIError } from './APIError.js';
import { objectOf, optionsOf, refused } from './checkArguments.js';
import { inRange } from './inRange.js';
import { type BackoffOptions, backoffMs, wait } from './waiting.js';

/** How often it tries, and how long it waits. */
export interface RetryOptions {
  /** Tries after the first one; default 3, 0 for none. */
  maxRetries?: number | undefined;
  /** Seconds before the first retry, doubled for each further one; default 0.5. */
  backoffFactor?: number | undefined;
  /** Seconds that such a wait may grow to; default 30. */
  maxDelay?: number | undefined;
  /** When the server asks for a longer wait than these seconds, its error is thrown at once; default 60. */
  maxRetryAfter?: number | undefined;
  /** Whether an error may be tried again; default `isRetryable`. */
  shouldRetry?: ((error: unknown) => boolean) | undefined;
}

/** For one call. */
export interface ExecuteOptions {
  /** Ends a wait at once; the call rejects with its reason. Default none. */
  signal?: AbortSignal | undefined;
}

/** Errors of sockets that Node gives a code, with which libraries that open them reject. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

function isNetworkError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && networkCodes.has(error.code)) return true;
  return error.cause !== undefined && isNetworkError(error.cause);
}

/**
 * Whether the very same call may succeed when tried again: an APIError says so itself (429, 503, `internal_error`,
 * `engine_failed`, broken connections); of other errors only those of the network count.
 */
export function isRetryable(error: unknown): boolean {
  return error instanceof APIError ? error.retryable : isNetworkError(error);
}

/**
 * Tries a call again while its failure may pass: waits `backoffFactor` seconds, twice as long each time, with jitter,
 * or exactly as long as the server asked (`retryAfter`). Its state is in each call: one handler can serve many.
 *
 *     const answer = await new RetryHandler({ maxRetries: 5 }).execute(() => client.process('Hello'));
 */
export class RetryHandler {
  /** As given, with what was left out filled in. */
  readonly options: Readonly<Required<RetryOptions>>;

  /** @throws RangeError when an option is out of range */
  constructor(given?: RetryOptions | null) {
    const options: RetryOptions = objectOf('options', given);
    this.options = {
      maxRetries: inRange('maxRetries', options.maxRetries ?? 3, { whole: true }),
      backoffFactor: inRange('backoffFactor', options.backoffFactor ?? 0.5),
      maxDelay: inRange('maxDelay', options.maxDelay ?? 30),
      maxRetryAfter: inRange('maxRetryAfter', options.maxRetryAfter ?? 60),
      shouldRetry: options.shouldRetry ?? isRetryable,
    };
  }

  /**
   * Calls `fn` until it succeeds, fails for good, or has failed `maxRetries` times again; then throws its last error.
   * @param fn is told how many tries went before
   */
  async execute<T>(fn: (retry: number) => Promise<T> | T, options?: ExecuteOptions | null): Promise<T> {
    if (typeof fn !== 'function') throw refused('fn', 'What is executed must be a function.');
    const { signal } = optionsOf(options);
    const { maxRetries } = this.options;
    let delay = 0;
    // The policy's own wait could not be aborted, so it waits for nothing and the next try begins with the wait.
    const backoff = new DelegateBackoff<{ attempt: number; result: { error: Error } | { value: unknown } }>(
      ({ attempt, result }) => {
        delay = this.delayMs(attempt - 1, 'error' in result ? result.error : undefined);
        return 0;
      },
    );
    const policy = retry(
      handleWhen((error) => signal?.aborted !== true && this.mayRetry(error)),
      { maxAttempts: maxRetries, backoff },
    );
    signal?.throwIfAborted();
    return policy.execute(async ({ attempt }) => {
      if (attempt > 0) await wait(delay, signal);
      return fn(attempt);
    });
  }

  private mayRetry(error: unknown): boolean {
    const { shouldRetry, maxRetryAfter } = this.options;
    return shouldRetry(error) && (retryAfterOf(error) ?? 0) <= maxRetryAfter;
  }

  private delayMs(retries: number, error: unknown): number {
    const options: BackoffOptions = this.options;
    return backoffMs(retries, options, retryAfterOf(error), Math.random());
  }
}

function retryAfterOf(error: unknown): number | undefined {
  return error instanceof APIError ? error.retryAfter : undefined;
}
