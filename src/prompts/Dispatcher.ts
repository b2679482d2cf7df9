import DataLoader from 'dataloader';
import type { Engine, EngineExit, EngineProgress, EngineRequest } from '../engine/Engine.js';
import { withEngine } from '../engine/withEngine.js';
import { LlamaHomeError } from '../errors/index.js';
import {
  asError,
  deadlineExceeded,
  engineFailed,
  notEvaluated,
  refusalByModel,
  tooLong,
  tooManyWait,
} from './dispatchErrors.js';
import { FairQueue, type Waiting } from './FairQueue.js';
import type { LivePrompt } from './LivePrompt.js';
import { isFinished, type PromptMode } from './Prompt.js';

/** A live prompt on its way to the engine. */
export interface Dispatched extends Waiting {
  readonly live: LivePrompt;
  readonly mode: PromptMode;
  /** Set by admission. */
  tokens: number[];
  /** Why it has to stop; decides how it ends once the engine has let go of it. */
  stopping: 'cancelled' | 'deadline' | undefined;
  /** Engine processes that ended while they had it. */
  deaths: number;
}

export interface DispatcherOptions {
  modelId: string;
  /** The running engine of the model, loading it when needed. */
  engine: () => Promise<Engine>;
  /** Prompts that may wait. */
  queueLimit: number;
  /** Running prompts of each owner, over all models. */
  ownersRunning: Map<string, number>;
  /** Called with detached prompts that are about to be handed to the engine; what it returns is awaited first. */
  beforeRun: (prompts: readonly Dispatched[]) => Promise<void>;
  /** Called with what each step of the engine brought for a prompt. */
  advanced: (prompt: Dispatched, progress: EngineProgress) => void;
  /** Called once for each prompt, when it has ended. */
  ended: (prompt: Dispatched) => void;
}

/** The way of one model's prompts into its engine: admission, the queue, and the progress coming back. */
export class Dispatcher {
  private readonly queue: FairQueue<Dispatched>;
  private readonly handedOver = new Map<string, Dispatched>();
  /** Of those, the ones that the engine does not know yet. */
  private readonly beginning = new Set<string>();
  /** Admitted, but not in the queue yet. */
  private reserved = 0;
  private engine: Engine | undefined;
  private pumping = false;
  private admitting = 0;
  private abandoned = false;
  private meanMs: number | null = null;

  /**
   * Gathers what is submitted in the same turn of the event loop, from one batch or many clients, into one admission:
   * one message to the engine tokenizes all, one hands all over.
   */
  private readonly admission = new DataLoader<Dispatched, true>((prompts) => this.admitTogether(prompts), {
    cache: false,
    batchScheduleFn: (run) => setImmediate(run),
  });

  constructor(private readonly options: DispatcherOptions) {
    this.queue = new FairQueue(options.ownersRunning);
  }

  get waiting(): number {
    return this.queue.size + this.reserved;
  }

  get active(): number {
    return this.handedOver.size;
  }

  position(prompt: Waiting): number | null {
    return this.queue.position(prompt.id, prompt.ownerId);
  }

  /** Milliseconds until a prompt that comes now would start; null until one has ended. */
  expectedQueueMs(): number | null {
    const slots = this.engine?.info.slots ?? 1;
    const free = slots - this.handedOver.size;
    if (free > 0 && this.queue.size === 0) return 0;
    return this.meanMs === null ? null : Math.ceil(((this.queue.size + 1) / slots) * this.meanMs);
  }

  /**
   * Counts the tokens of a prompt and reserves its place; `enqueue` or `forget` it then.
   * @throws LlamaHomeError `context_length_exceeded`, `overloaded`, `model_unavailable`, `invalid_request`, `engine_failed`
   */
  async admit(prompt: Dispatched): Promise<void> {
    // While the model loads, nothing is counted yet: this keeps those who wait for it within the same bound.
    if (this.engine === undefined && this.admitting >= this.options.queueLimit) throw this.overloaded();
    this.admitting++;
    try {
      await this.admission.load(prompt);
    } finally {
      this.admitting--;
    }
  }

  /** Gives back the place of an admitted prompt that will not be enqueued. */
  forget(): void {
    this.reserved--;
  }

  enqueue(prompt: Dispatched): void {
    this.reserved--;
    if (prompt.stopping !== undefined) return;
    this.queue.push(prompt);
    this.pump();
  }

  /** Ends a prompt wherever it stands; one that the engine has ends with its next step. */
  stop(prompt: Dispatched, why: 'cancelled' | 'deadline'): void {
    if (prompt.stopping !== undefined || isFinished(prompt.live.prompt.status)) return;
    prompt.stopping = why;
    if (this.beginning.delete(prompt.id)) {
      this.letGo(prompt);
      return;
    }
    if (this.handedOver.has(prompt.id)) {
      this.engine?.cancel([prompt.id]);
      return;
    }
    this.queue.remove(prompt.id, prompt.ownerId);
    this.end(prompt);
  }

  /** Ends a prompt that admission refused after it was accepted. */
  refuse(prompt: Dispatched, error: LlamaHomeError): void {
    if (prompt.stopping === undefined && !this.abandoned) this.end(prompt, error);
  }

  /** Takes prompts that still wait out of the queue without ending them. */
  withdraw(matches: (prompt: Dispatched) => boolean): void {
    const all = this.queue.clear();
    for (const prompt of all) if (!matches(prompt)) this.queue.push(prompt);
  }

  /** Lets go of the engine: what it still works on stays as it is stored, to run again at the next start. */
  abandon(): void {
    if (this.engine !== undefined) this.engine.onProgress = undefined;
    this.engine = undefined;
    this.abandoned = true;
    this.handedOver.clear();
    this.beginning.clear();
    this.queue.clear();
  }

  /** Hands over as much as fits, once per turn of the event loop. */
  pump(): void {
    if (this.pumping || this.abandoned || this.queue.size === 0) return;
    this.pumping = true;
    setImmediate(async () => {
      try {
        await this.handOver();
      } catch (error) {
        this.failWaiting(asError(error));
      } finally {
        this.pumping = false;
      }
      if (this.hasRoom() && this.queue.size > 0 && !this.blocked) this.pump();
    });
  }

  /** Set when what waits may not run now because of owner or batch limits: a release pumps again. */
  private blocked = false;

  private hasRoom(): boolean {
    if (this.engine === undefined) return true;
    // A few more than there are sequences, so that a freed one is taken in the very next step.
    const { slots } = this.engine.info;
    return this.handedOver.size < slots + Math.ceil(slots / 4);
  }

  private async handOver(): Promise<void> {
    const engine = await this.connect();
    const prompts: Dispatched[] = [];
    this.blocked = false;
    while (this.hasRoom()) {
      const prompt = this.queue.take();
      if (prompt === undefined) {
        this.blocked = this.queue.size > 0;
        break;
      }
      this.handedOver.set(prompt.id, prompt);
      prompts.push(prompt);
    }
    const attached = prompts.filter(({ mode }) => mode === 'attached');
    if (attached.length > 0) engine.submit(attached.map(toRequest));
    const detached = prompts.filter(({ mode }) => mode !== 'attached');
    // Not awaited: while the database is away these wait, and the others run.
    if (detached.length > 0) void this.begin(detached, engine);
  }

  /** Hands over what has to be noted first; what was stopped meanwhile has gone. */
  private async begin(prompts: readonly Dispatched[], engine: Engine): Promise<void> {
    for (const { id } of prompts) this.beginning.add(id);
    let failure: unknown;
    try {
      await this.options.beforeRun(prompts);
    } catch (error) {
      failure = error;
    }
    // With another engine these are in the queue again, or on their way once more.
    if (engine !== this.engine) return;
    const ready = prompts.filter(({ id }) => this.beginning.delete(id));
    if (failure === undefined) engine.submit(ready.map(toRequest));
    else for (const prompt of ready) this.letGo(prompt, asError(failure));
  }

  private async connect(): Promise<Engine> {
    const engine = await this.options.engine();
    if (engine !== this.engine) {
      this.engine = engine;
      engine.onProgress = (progress) => this.advance(progress);
      void engine.closed.then((exit) => this.lost(engine, exit));
    }
    return engine;
  }

  private async admitTogether(prompts: readonly Dispatched[]): Promise<(true | Error)[]> {
    const conversations = prompts.map(({ live }) => live.prompt.messages);
    const { engine, result: tokenized } = await withEngine(
      () => this.connect(),
      (running) => running.tokenize(conversations),
    );
    return prompts.map((prompt, index) => {
      const result = tokenized[index];
      if (result === undefined || result instanceof LlamaHomeError) return result ?? engineFailed();
      if ('moreThan' in result) return tooLong(result, prompt.live.prompt.sampling, engine.info);
      const refusal = refusalByModel(result.tokens, prompt.live.prompt.sampling, engine.info);
      if (refusal !== undefined) return refusal;
      const free = Math.max(0, engine.info.slots - this.handedOver.size);
      if (this.waiting >= this.options.queueLimit + free) return this.overloaded();
      prompt.tokens = result.tokens;
      this.reserved++;
      return true;
    });
  }

  private overloaded(): LlamaHomeError {
    return tooManyWait(this.options.queueLimit, this.meanMs);
  }

  private advance(progress: readonly EngineProgress[]): void {
    for (const step of progress) {
      const prompt = this.handedOver.get(step.id);
      if (prompt === undefined) continue;
      prompt.live.advance(step);
      this.options.advanced(prompt, step);
      if (step.failed !== undefined) this.letGo(prompt, notEvaluated());
      else if (step.finished?.reason === 'cancelled') this.letGo(prompt);
      else if (step.finished !== undefined) {
        prompt.live.complete(step.finished.reason === 'stop' ? 'STOP' : 'LENGTH');
        this.letGo(prompt);
      }
    }
  }

  /**
   * The engine process is gone: what had not begun goes back into the queue, and what nobody waits for runs again from its
   * beginning, unless a process died of it, maybe, before. What else ran has failed.
   */
  private lost(engine: Engine, { expected }: EngineExit): void {
    if (engine !== this.engine) return;
    this.engine = undefined;
    for (const prompt of [...this.handedOver.values()]) {
      // What the process has not been given yet can't have killed it.
      if (!expected && !this.beginning.has(prompt.id)) prompt.deaths++;
      const mayRunAgain = prompt.deaths < 2 && (prompt.mode === 'detached' || !prompt.live.started);
      if (prompt.stopping !== undefined || !mayRunAgain) this.letGo(prompt, engineFailed());
      else {
        if (prompt.live.started) prompt.live.restart();
        this.handedOver.delete(prompt.id);
        this.queue.release(prompt);
        this.queue.push(prompt);
      }
    }
    this.beginning.clear();
    this.pump();
  }

  private failWaiting(error: LlamaHomeError): void {
    if (this.abandoned) return;
    for (const prompt of this.queue.clear()) this.end(prompt, error);
    for (const prompt of [...this.handedOver.values()]) {
      if (!prompt.live.started) this.letGo(prompt, error);
    }
  }

  private letGo(prompt: Dispatched, error?: LlamaHomeError): void {
    this.handedOver.delete(prompt.id);
    this.queue.release(prompt);
    this.end(prompt, error);
    this.pump();
  }

  private end(prompt: Dispatched, error?: LlamaHomeError): void {
    const { live, stopping } = prompt;
    if (stopping === 'cancelled') live.complete('CANCELLED');
    else if (stopping === 'deadline') live.fail(deadlineExceeded());
    else if (error !== undefined) live.fail(error);
    const { createdAt, finishedAt } = live.prompt;
    if (live.prompt.status === 'COMPLETED' && finishedAt !== null) {
      const ms = finishedAt.getTime() - createdAt.getTime();
      this.meanMs = this.meanMs === null ? ms : 0.8 * this.meanMs + 0.2 * ms;
    }
    this.options.ended(prompt);
  }
}

function toRequest({ id, ownerId, tokens, live, mode }: Dispatched): EngineRequest {
  return { id, tokens, scope: ownerId, sampling: live.prompt.sampling, unread: mode === 'attached' };
}
