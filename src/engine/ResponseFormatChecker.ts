import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { LlamaHomeError } from '../errors/index.js';
import { shorten } from '../errors/shorten.js';
import type { Refusal } from './answers/checkWorker.js';
import { type ResponseFormat, responseFormatKinds } from './ResponseFormat.js';

// As for the engine process: a thread can only be started from what was built.
const entry = fileURLToPath(new URL('../../dist/engine/answers/checkWorker.js', import.meta.url));

/** So long a format may take to compile, the start of the thread included. */
const timeoutMs = 2000;
const heapMb = 256;
const mostResults = 1000;
/** Of one owner, waiting for the thread. */
const mostWaiting = 256;

interface Job {
  id: number;
  ownerId: string;
  format: ResponseFormat;
  settle: (refusal: Refusal | null) => void;
}

/**
 * Says before a prompt is accepted whether its response format can be enforced. Formats are compiled in a thread of
 * their own, one at a time, within a bounded time and memory: one made to explode slows nobody but those who wait for
 * theirs to be checked, and they take turns by owner. Results are remembered, for their owner only: how long a check
 * takes tells nothing of what others have asked for.
 */
export class ResponseFormatChecker {
  private worker: Worker | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** By owner, whose turn is next first. */
  private readonly jobs = new Map<string, Job[]>();
  private current: Job | undefined;
  private made = 0;
  private closed = false;
  private readonly results = new LRUCache<string, { refusal: Refusal | null }>({ max: mostResults });
  private readonly underWay = new Map<string, Promise<Refusal | null>>();

  /** @throws LlamaHomeError `unsupported_schema` with path and keyword; `overloaded` when too many of this owner wait */
  async check(ownerId: string, format: ResponseFormat): Promise<void> {
    const key = createHash('sha256')
      .update(JSON.stringify([ownerId, format]))
      .digest('base64');
    const refusal = await this.refusal(key, { ownerId, format });
    if (refusal === null) return;
    const { message, path, keyword } = refusal;
    const place = path === '' ? '' : ` (at ${shorten(path, 200)})`;
    const reason = `${shorten(message.replace(/\.$/, ''), 500)}${place}`;
    throw new LlamaHomeError('unsupported_schema', `The response format can not be enforced: ${reason}.`, {
      path,
      keyword,
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    const { worker } = this;
    this.stop(worker);
    await worker?.terminate();
  }

  private refusal(key: string, asked: Pick<Job, 'ownerId' | 'format'>): Promise<Refusal | null> {
    const known = this.results.get(key);
    if (known !== undefined) return Promise.resolve(known.refusal);
    let result = this.underWay.get(key);
    if (result === undefined) {
      const waiting = this.jobs.get(asked.ownerId) ?? [];
      if (waiting.length >= mostWaiting) throw tooManyWait();
      this.jobs.set(asked.ownerId, waiting);
      result = new Promise((settle) => waiting.push({ ...asked, id: this.made++, settle }));
      this.underWay.set(key, result);
      void result.then((refusal) => {
        this.underWay.delete(key);
        this.results.set(key, { refusal });
      });
      this.next();
    }
    return result;
  }

  private next(): void {
    if (this.current !== undefined || this.closed) return;
    const job = this.take();
    if (job === undefined) {
      this.worker?.unref();
      return;
    }
    this.current = job;
    const worker = this.worker ?? this.start();
    this.worker = worker;
    worker.ref();
    this.timer = setTimeout(() => this.giveUp(worker, 'takes too long'), timeoutMs);
    worker.postMessage({ id: job.id, format: job.format });
  }

  private take(): Job | undefined {
    const [turn] = this.jobs;
    if (turn === undefined) return undefined;
    const [ownerId, waiting] = turn;
    const job = waiting.shift();
    this.jobs.delete(ownerId);
    if (waiting.length > 0) this.jobs.set(ownerId, waiting);
    return job;
  }

  private start(): Worker {
    const worker = new Worker(entry, { resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    worker.on('message', ({ id, refusal }: { id: number; refusal: Refusal | null }) => {
      if (this.current?.id === id) this.settle(refusal);
    });
    // It has run out of memory, or there is a fault in the compiler.
    worker.on('error', () => this.giveUp(worker, 'takes too much memory'));
    return worker;
  }

  private giveUp(worker: Worker, why: string): void {
    if (this.worker !== worker) return;
    const { current } = this;
    this.stop(worker);
    void worker.terminate();
    const keyword = responseFormatKinds.find((kind) => current?.format[kind] !== undefined) ?? 'json';
    this.settle({ message: `It ${why} to compile: write a simpler one.`, path: '', keyword });
  }

  private stop(worker: Worker | undefined): void {
    clearTimeout(this.timer);
    worker?.removeAllListeners();
    this.worker = undefined;
  }

  private settle(refusal: Refusal | null): void {
    clearTimeout(this.timer);
    const { current } = this;
    this.current = undefined;
    current?.settle(refusal);
    this.next();
  }
}

function tooManyWait(): LlamaHomeError {
  return new LlamaHomeError('overloaded', 'Too many new response formats wait to be checked: try again in 1 s.', {
    retry_after: 1,
  });
}
