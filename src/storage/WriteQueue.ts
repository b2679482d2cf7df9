import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { LlamaHomeError } from '../errors/index.js';
import { faultOf, isOutage } from './storageError.js';
import type { Tables } from './tables.js';

export type Writer = Transaction<Tables>;

export interface WriteOptions {
  /** It waits for the end of an outage, in its order. Default: it fails with the outage. */
  lasting?: boolean;
}

interface Job {
  /** Does the work; what it gives back tells the caller, once all is committed. */
  run(writer: Writer): Promise<() => void>;
  reject(error: unknown): void;
  lasting: boolean;
}

/** Committed together at most. More would hold the event loop for longer than a token takes. */
const mostPerGroup = 25;
/** Between two tries during an outage, in ms. */
const pauseMs = { atFirst: 100, atMost: 1000 };

/**
 * Group commit: what is written in the same turn of the event loop becomes one transaction, in the order it was asked
 * for, and between groups other work has its turn. During an outage lasting work stays in its order and is tried again;
 * other work fails at once.
 */
export class WriteQueue {
  private jobs: Job[] = [];
  private flushing: Promise<void> | undefined;
  private outage: unknown;
  private giveUpAt = Number.POSITIVE_INFINITY;

  /**
   * @param transact runs work in a transaction and settles when it is committed; it may run it again
   * @param onOutage called with its error when an outage is met, and again at each try that fails
   */
  constructor(
    private readonly transact: (work: (writer: Writer) => Promise<void>) => Promise<void>,
    private readonly onOutage: (error: unknown) => void = () => undefined,
  ) {}

  /** How much waits to be written. */
  get size(): number {
    return this.jobs.length;
  }

  /** Resolves with what `work` gives when it is committed. `work` may be called more than once. */
  add<T>(work: (writer: Writer) => Promise<T>, { lasting = false }: WriteOptions = {}): Promise<T> {
    if (this.outage !== undefined && !lasting) return Promise.reject(this.outage);
    return new Promise((resolve, reject) => {
      const run = async (writer: Writer) => {
        const value = await work(writer);
        return () => resolve(value);
      };
      this.jobs.push({ run, reject, lasting });
      this.flushing ??= this.flush();
    });
  }

  /** Settles when nothing is left to write; during an outage lasting work fails after `busyTimeoutMs`. */
  async close(busyTimeoutMs: number): Promise<void> {
    this.giveUpAt = performance.now() + busyTimeoutMs;
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
    for (let pause = pauseMs.atFirst; group.length > 0; pause = Math.min(2 * pause, pauseMs.atMost)) {
      let done: (() => void)[] = [];
      try {
        await this.transact(async (writer) => {
          done = [];
          for (const job of group) done.push(await job.run(writer));
        });
        this.outage = undefined;
        for (const tell of done) tell();
        return;
      } catch (error) {
        if (!isOutage(error)) return this.settleFailed(group, error);
        group = this.keepLasting(group, error);
      }
      if (group.length > 0) await delay(pause * (0.5 + Math.random() / 2));
    }
  }

  /** What one job did wrong must not cost the others: each gets a transaction of its own. */
  private async settleFailed(group: Job[], error: unknown): Promise<void> {
    if (group.length > 1 && concernsOne(error)) for (const job of group) await this.commit([job]);
    else for (const job of group) job.reject(error);
  }

  /** Fails what does not wait for the end of an outage; gives what does of the group. */
  private keepLasting(group: Job[], error: unknown): Job[] {
    const isOver = performance.now() > this.giveUpAt;
    const stays = ({ lasting }: Job) => lasting && !isOver;
    const failed = [...group, ...this.jobs].filter((job) => !stays(job));
    const kept = group.filter(stays);
    this.jobs = this.jobs.filter(stays);
    // Whoever hears of it may write again at once, which is to be refused.
    this.outage = kept.length + this.jobs.length > 0 ? error : undefined;
    for (const job of failed) job.reject(error);
    this.onOutage(error);
    return kept;
  }
}

function concernsOne(error: unknown): boolean {
  const cause = error instanceof LlamaHomeError && error.code === 'internal_error' ? error.cause : error;
  if (cause instanceof LlamaHomeError) return true;
  return ['not unique', 'other'].includes(faultOf(cause));
}
