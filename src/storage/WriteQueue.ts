import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { LlamaHomeError } from '../errors/index.js';
import { faultOf } from './storageError.js';
import type { Tables } from './tables.js';

export type Writer = Transaction<Tables>;

interface Job {
  /** Does the work; what it gives back tells the caller, once all is committed. */
  run(writer: Writer): Promise<() => void>;
  reject(error: unknown): void;
}

/** Committed together at most. More would hold the event loop for longer than a token takes. */
const mostPerGroup = 25;

/**
 * Group commit: what is written in the same turn of the event loop becomes one transaction, in the order it was asked
 * for, and between groups other work has its turn.
 */
export class WriteQueue {
  private jobs: Job[] = [];
  private flushing: Promise<void> | undefined;

  /** `transact` runs work in a transaction and settles when it is committed; it may run it again. */
  constructor(private readonly transact: (work: (writer: Writer) => Promise<void>) => Promise<void>) {}

  /** Resolves with what `work` gives when it is committed. `work` may be called more than once. */
  add<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (writer: Writer) => {
        const value = await work(writer);
        return () => resolve(value);
      };
      this.jobs.push({ run, reject });
      this.flushing ??= this.flush();
    });
  }

  /** Settles when nothing is left to write. */
  async idle(): Promise<void> {
    while (this.flushing !== undefined) await this.flushing;
  }

  private async flush(): Promise<void> {
    while (this.jobs.length > 0) {
      await nextTurn();
      await this.commit(this.jobs.splice(0, mostPerGroup));
    }
    this.flushing = undefined;
  }

  private async commit(group: Job[]): Promise<void> {
    let done: (() => void)[] = [];
    try {
      await this.transact(async (writer) => {
        done = [];
        for (const job of group) done.push(await job.run(writer));
      });
    } catch (error) {
      // What one job did wrong must not cost the others: each gets a transaction of its own.
      if (group.length > 1 && concernsOne(error)) for (const job of group) await this.commit([job]);
      else for (const job of group) job.reject(error);
      return;
    }
    for (const tell of done) tell();
  }
}

function concernsOne(error: unknown): boolean {
  const cause = error instanceof LlamaHomeError && error.code === 'internal_error' ? error.cause : error;
  if (cause instanceof LlamaHomeError) return true;
  return ['not unique', 'other'].includes(faultOf(cause));
}
