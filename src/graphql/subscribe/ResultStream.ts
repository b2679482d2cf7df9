import type { ExecutionResult } from 'graphql';

type Results = AsyncIterableIterator<ExecutionResult>;

export interface ResultStreamOptions {
  /** What is thrown becomes the last result; left out, it is thrown on. */
  lastResult?: (error: unknown) => ExecutionResult;
  /** Called once, at the end or when the consumer leaves. */
  onEnd?: () => void;
}

/** The results of a subscription, one for each event, with one promise between event and result. */
export class ResultStream<Event> implements Results {
  constructor(
    private readonly source: AsyncIterator<Event, unknown>,
    private readonly toResult: (event: Event) => ExecutionResult | Promise<ExecutionResult>,
    private readonly options: ResultStreamOptions = {},
  ) {}

  private ended = false;

  next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return this.source.next().then(this.take, this.fail);
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    const ended = this.end();
    await this.source.return?.();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private readonly take = (step: IteratorResult<Event, unknown>) => {
    if (step.done === true) return this.end();
    const result = this.toResult(step.value);
    return result instanceof Promise
      ? result.then((value) => ({ done: false as const, value }))
      : { done: false as const, value: result };
  };

  private readonly fail = (error: unknown) => {
    const { lastResult } = this.options;
    this.end();
    if (lastResult === undefined) throw error;
    return { done: false as const, value: lastResult(error) };
  };

  private end(): { done: true; value: undefined } {
    if (!this.ended) this.options.onEnd?.();
    this.ended = true;
    return { done: true, value: undefined };
  }
}
