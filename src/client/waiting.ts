const callbacks = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back when `signal` is aborted, at once if it is already; call what it returns when that is of no interest any
 * more. However many wait for one signal, it has one listener: Node warns of leaks from the eleventh on.
 */
export function onAbort(signal: AbortSignal | undefined, callback: () => void): () => void {
  if (signal === undefined) return () => undefined;
  if (signal.aborted) {
    callback();
    return () => undefined;
  }
  let waiting = callbacks.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    callbacks.set(signal, waiting);
    const all = waiting;
    signal.addEventListener(
      'abort',
      () => {
        for (const each of [...all]) each();
      },
      { once: true },
    );
  }
  waiting.add(callback);
  return () => waiting.delete(callback);
}

/** Waits; an abort ends it at once with the reason of the signal. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      forget();
      resolve();
    }, ms);
    const forget = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason);
    });
  });
}

/** Settles as `work` does, or rejects with the reason of the signal when that is aborted first; the work goes on then. */
export function unlessAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal?.reason));
    work.then(resolve, reject).finally(forget);
  });
}

/** Aborts `controller` when `signal` is; call what it returns when that is of no interest any more. */
export function link(signal: AbortSignal | undefined, controller: AbortController): () => void {
  return onAbort(signal, () => controller.abort(signal?.reason));
}

export interface BackoffOptions {
  /** Seconds before the first retry; doubled for each further one. */
  backoffFactor: number;
  /** Seconds that a wait may grow to. */
  maxDelay: number;
}

/**
 * Milliseconds to wait before a retry: what the server asked for, else `backoffFactor` doubled each time. Up to a
 * quarter more (a tenth of a second at most after the server's word) is added at random, so that many clients that
 * failed together do not come back together.
 * @param retry 0 for the first
 * @param random 0 to 1
 */
export function backoffMs(
  retry: number,
  { backoffFactor, maxDelay }: BackoffOptions,
  retryAfter: number | undefined,
  random: number,
): number {
  if (retryAfter !== undefined) return retryAfter * 1000 + random * Math.min(100, retryAfter * 250);
  return Math.min(backoffFactor * 2 ** retry, maxDelay) * 1000 * (1 + random * 0.25);
}
