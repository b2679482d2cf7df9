import { bulkhead } from 'cockatiel';
import { unlessAborted } from './waiting.js';

/** Gives out a bounded number of places; who comes later waits for one, in order. */
export class Semaphore {
  private readonly policy: ReturnType<typeof bulkhead>;

  constructor(count: number) {
    this.policy = bulkhead(count, Number.POSITIVE_INFINITY);
  }

  /** Waits for a place; call what it gives to hand it back. An abort ends the wait. */
  acquire(signal?: AbortSignal): Promise<() => void> {
    const acquired = new Promise<() => void>((resolve, reject) => {
      const hold = () =>
        new Promise<void>((release) => {
          // Nobody waits for this place any more: it goes to the next one.
          if (signal?.aborted) release();
          resolve(release);
        });
      this.policy.execute(hold).catch(reject);
    });
    return unlessAborted(acquired, signal);
  }
}
