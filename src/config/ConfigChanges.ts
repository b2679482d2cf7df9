import type { Config } from './Config.js';

type Result = IteratorResult<Config, void>;

/** One follower: it holds at most the one Config that was not read yet, the latest. */
class Follower implements AsyncGenerator<Config, void, void> {
  private unread: Config | undefined;
  private readonly waiting: ((result: Result) => void)[] = [];
  private ended = false;

  constructor(private readonly onEnd: (follower: Follower) => void) {}

  push(config: Config): void {
    const waiting = this.waiting.shift();
    if (waiting === undefined) this.unread = config;
    else waiting({ done: false, value: config });
  }

  next(): Promise<Result> {
    const { unread } = this;
    this.unread = undefined;
    if (unread !== undefined) return Promise.resolve({ done: false, value: unread });
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** No more changes come; the unread one can still be read. */
  end(): void {
    this.ended = true;
    for (const waiting of this.waiting.splice(0)) waiting({ done: true, value: undefined });
    this.onEnd(this);
  }

  async return(): Promise<Result> {
    this.unread = undefined;
    this.end();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<Result> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Hands each new Config to any number of followers. A native generator could not be left while it waits. */
export class ConfigChanges {
  private readonly followers = new Set<Follower>();

  /** The changes from now on. Who reads slowly misses those between, never the last one. */
  follow(): AsyncGenerator<Config, void, void> {
    const follower = new Follower((gone) => this.followers.delete(gone));
    this.followers.add(follower);
    return follower;
  }

  emit(config: Config): void {
    for (const follower of this.followers) follower.push(config);
  }

  /** Ends every follower. */
  close(): void {
    for (const follower of this.followers) follower.end();
  }
}
