import type { ExecutionResult } from 'graphql';

type Results = AsyncIterableIterator<ExecutionResult>;
type Step = IteratorResult<ExecutionResult, undefined>;

/** What is done with each result of a subscription on its way out. */
export interface ResultStage {
  toResult?: (result: ExecutionResult) => ExecutionResult;
  /** What is thrown before it becomes the last result; left out, it is thrown on. */
  lastResult?: (error: unknown) => ExecutionResult;
  /** Called once, at the end or when the consumer leaves. */
  onEnd?: () => void;
}

/** The results of a subscription, one for each event, with one promise between event and result, whatever is done with it. */
export class ResultStream<Event> implements Results {
  private readonly stages: ResultStage[] = [];
  private ended = false;

  constructor(
    private readonly source: AsyncIterator<Event, unknown>,
    private readonly read: (event: Event) => ExecutionResult | Promise<ExecutionResult>,
  ) {}

  /** The same results, after a further stage. Nobody may have begun to read them. */
  static through(results: AsyncIterable<ExecutionResult>, stage: ResultStage): Results {
    const stream =
      results instanceof ResultStream
        ? results
        : new ResultStream(results[Symbol.asyncIterator](), (result: ExecutionResult) => result);
    stream.stages.push(stage);
    return stream;
  }

  next(): Promise<Step> {
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return this.source.next().then(this.take, this.fail);
  }

  async return(): Promise<Step> {
    const ended = this.end();
    await this.source.return?.();
    return ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private readonly take = (step: IteratorResult<Event, unknown>): Step | Promise<Step> => {
    if (step.done === true) return this.end();
    try {
      const result = this.read(step.value);
      return result instanceof Promise ? result.then(this.pass).catch(this.fail) : this.pass(result);
    } catch (error) {
      return this.fail(error);
    }
  };

  private readonly pass = (result: ExecutionResult): Step => ({ done: false, value: afterStages(this.stages, result) });

  private readonly fail = (error: unknown): Step => {
    this.end();
    // Nobody will ask it for more; what it says to that concerns nobody.
    this.source.return?.().catch(() => undefined);
    const at = this.stages.findIndex(({ lastResult }) => lastResult !== undefined);
    const last = this.stages[at]?.lastResult?.(error);
    if (last === undefined) throw error;
    return { done: false, value: afterStages(this.stages.slice(at + 1), last) };
  };

  private end(): Step {
    if (!this.ended) for (const { onEnd } of this.stages) onEnd?.();
    this.ended = true;
    return { done: true, value: undefined };
  }
}

function afterStages(stages: readonly ResultStage[], result: ExecutionResult): ExecutionResult {
  return stages.reduce((passed, { toResult }) => toResult?.(passed) ?? passed, result);
}
