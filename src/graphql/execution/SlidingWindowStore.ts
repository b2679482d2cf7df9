import { type Identity, Store } from '@envelop/rate-limiter';

interface Calls {
  times: readonly number[];
  windowMs: number;
}

/** Times of calls for @envelop/rate-limiter, in memory that follows the calls of the last window (its own store never forgets). */
export class SlidingWindowStore extends Store {
  /** Least recently called first. */
  private readonly calls = new Map<string, Calls>();

  /** Identities in memory. */
  get size(): number {
    return this.calls.size;
  }

  setForIdentity(identity: Identity, times: readonly number[], windowMs = 0): void {
    const key = keyOf(identity);
    this.calls.delete(key);
    this.calls.set(key, { times, windowMs });
    this.forgetOld();
  }

  getForIdentity(identity: Identity): readonly number[] {
    return this.calls.get(keyOf(identity))?.times ?? [];
  }

  /** Milliseconds until the oldest call of the window no longer counts. */
  retryAfterMs(identity: Identity): number {
    const { times, windowMs } = this.calls.get(keyOf(identity)) ?? { times: [], windowMs: 0 };
    return Math.max(0, (times[0] ?? 0) + windowMs - Date.now());
  }

  private forgetOld(): void {
    const now = Date.now();
    for (const [key, { times, windowMs }] of this.calls) {
      if ((times.at(-1) ?? 0) + windowMs > now) return;
      this.calls.delete(key);
    }
  }
}

function keyOf({ contextIdentity, fieldIdentity }: Identity): string {
  return JSON.stringify([fieldIdentity, contextIdentity]);
}
