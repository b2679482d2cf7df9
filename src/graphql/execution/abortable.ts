/** What can be wrapped: any async generator, or no more of one than this. */
type Source<T> = Pick<AsyncGenerator<T, void, void>, 'next' | 'return'>;

export interface AbortableOptions {
  /** Called once when the consumer leaves before the source has ended, at once. */
  onLeave?: () => void;
  /** Leaves as if by `return()` when aborted. */
  signal?: AbortSignal;
}

/**
 * Wraps a stream so that its consumer can leave at any moment. `return()` of a native async generator waits for the
 * value that is under way, which for a stream of events may never come: here it ends a waiting `next()` and calls
 * `onLeave` at once, and lets the source end in its own time.
 */
export function abortable<T>(source: Source<T>, options: AbortableOptions = {}): AsyncGenerator<T, void, void> {
  return new Abortable(source, options);
}

class Abortable<T> implements AsyncGenerator<T, void, void> {
  private ended = false;
  private readonly waiting = new Set<() => void>();
  private readonly onAbort = () => this.leave();

  constructor(
    private readonly source: Source<T>,
    private readonly options: AbortableOptions,
  ) {
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
    if (options.signal?.aborted) this.leave();
  }

  next(): Promise<IteratorResult<T, void>> {
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      const wake = () => resolve({ done: true, value: undefined });
      this.waiting.add(wake);
      this.source.next().then(
        (result) => {
          this.waiting.delete(wake);
          if (result.done) this.end();
          resolve(result);
        },
        (error: unknown) => {
          this.waiting.delete(wake);
          this.end();
          reject(error);
        },
      );
    });
  }

  return(): Promise<IteratorResult<T, void>> {
    this.leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<T, void>> {
    this.leave();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
  }

  private end(): void {
    this.ended = true;
    this.options.signal?.removeEventListener('abort', this.onAbort);
  }

  private leave(): void {
    if (this.ended) return;
    this.end();
    this.options.onLeave?.();
    for (const wake of this.waiting) wake();
    this.waiting.clear();
    // Nobody listens any more: what the source says from here on, an error included, concerns nobody.
    this.source.return().catch(() => undefined);
  }
}
