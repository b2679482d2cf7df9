import type { ModelEvent } from './Model.js';

/** Events of one follower. Progress that it has not read yet is replaced by newer progress of the same model. */
class Follower implements AsyncGenerator<ModelEvent, void, void> {
  private readonly queue: ModelEvent[] = [];
  private readonly waiting: ((result: IteratorResult<ModelEvent, void>) => void)[] = [];
  private ended = false;

  constructor(
    readonly modelId: string | null,
    private readonly onEnd: (follower: Follower) => void,
  ) {}

  push(event: ModelEvent): void {
    const waiting = this.waiting.shift();
    if (waiting !== undefined) {
      waiting({ done: false, value: event });
      return;
    }
    const last = this.queue.findLastIndex(({ model }) => model.id === event.model.id);
    if (last !== -1 && this.queue[last]?.state === event.state) this.queue[last] = event;
    else this.queue.push(event);
  }

  next(): Promise<IteratorResult<ModelEvent, void>> {
    const event = this.queue.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  end(): void {
    this.ended = true;
    for (const waiting of this.waiting.splice(0)) waiting({ done: true, value: undefined });
    this.onEnd(this);
  }

  return(): Promise<IteratorResult<ModelEvent, void>> {
    this.queue.length = 0;
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<ModelEvent, void>> {
    this.end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}

/** Hands events of models to any number of followers; a follower that leaves is gone at once. */
export class ModelEvents {
  private readonly followers = new Set<Follower>();

  /** The events of one model or, with null, of all, from now on. */
  follow(modelId: string | null, first?: ModelEvent): AsyncGenerator<ModelEvent, void, void> {
    const follower = new Follower(modelId, (gone) => this.followers.delete(gone));
    this.followers.add(follower);
    if (first !== undefined) follower.push(first);
    return follower;
  }

  emit(event: ModelEvent): void {
    for (const follower of this.followers) {
      if (follower.modelId === null || follower.modelId === event.model.id) follower.push(event);
    }
  }

  /** Ends every follower after what it has not read yet. */
  close(): void {
    for (const follower of this.followers) follower.end();
  }
}
