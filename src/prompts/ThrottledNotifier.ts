/** From this many listeners on, notifications are throttled. */
const throttledFrom = 16;
/** The pause after a notification, as a multiple of the time it took: at most a tenth of a core is spent on them. */
const pauseFactor = 9;

/**
 * Notifies listeners that there is something new. With many listeners it waits between notifications, so that the
 * processor is left to the decoding; each listener then finds more at once.
 */
export class ThrottledNotifier {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private pausedUntil = 0;

  /** Calls `listener` once, at the next notification; look for what is new before. */
  once(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Takes the listener off. */
  drop(listener: () => void): void {
    this.listeners.delete(listener);
  }

  /** Notifies all listeners now, for what must not wait. */
  notify(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const listeners = [...this.listeners];
    this.listeners.clear();
    const begun = performance.now();
    for (const listener of listeners) listener();
    if (listeners.length < throttledFrom) return;
    // All that the listeners do at once is done before the next turn of the event loop.
    setImmediate(() => {
      const now = performance.now();
      this.pausedUntil = now + pauseFactor * (now - begun);
    });
  }

  /** Notifies now, or a little later when many listeners were notified just before. */
  notifyThrottled(): void {
    const pause = this.pausedUntil - performance.now();
    if (this.listeners.size < throttledFrom || pause <= 0) this.notify();
    else this.timer ??= setTimeout(() => this.notify(), pause).unref();
  }
}
