/** From this many listeners on, it is measured what telling them takes. */
const crowd = 16;
/** Between two tellings of a crowd passes this many times what one took: a tenth of a core at most is spent on them. */
const restFactor = 9;

/**
 * Tells those who wait that there is something new. A crowd is told at a pace that leaves the processor to those who
 * make what is new: each then finds more at once.
 */
export class Announcer {
  private readonly listeners = new Set<() => void>();
  private timer: NodeJS.Timeout | undefined;
  private restUntil = 0;

  /** Calls back at the next telling; look for what is new before. */
  once(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Does not call back any more. */
  drop(listener: () => void): void {
    this.listeners.delete(listener);
  }

  /** Tells everybody at once: for what nobody may wait for. */
  tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const listeners = [...this.listeners];
    this.listeners.clear();
    const begun = performance.now();
    for (const listener of listeners) listener();
    if (listeners.length < crowd) return;
    // All that the listeners do at once is done before the next turn of the event loop.
    setImmediate(() => {
      const now = performance.now();
      this.restUntil = now + restFactor * (now - begun);
    });
  }

  /** Tells at once, or a crowd that was told just now a little later. */
  tellInTime(): void {
    const rest = this.restUntil - performance.now();
    if (this.listeners.size < crowd || rest <= 0) this.tell();
    else this.timer ??= setTimeout(() => this.tell(), rest).unref();
  }
}
