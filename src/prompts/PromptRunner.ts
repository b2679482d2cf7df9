import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AccessService } from '../access/AccessService.js';
import { isRetryable, LlamaHomeError } from '../errors/index.js';
import type { ModelService } from '../models/ModelService.js';
import { type Dispatched, Dispatcher } from './Dispatcher.js';
import { LivePrompt } from './LivePrompt.js';
import type { PromptObserver } from './PromptObserver.js';
import type { PromptRecord, PromptRepository } from './PromptRepository.js';

export interface PromptRunnerOptions {
  repository: PromptRepository;
  models: ModelService;
  access: Pick<AccessService, 'concurrency' | 'countEstimate' | 'uncountEstimate'>;
  /** Prompts that may wait per model. */
  queueLimit: number;
  logger: Logger;
  observer?: PromptObserver;
}

/** How many prompts of a model there are. */
export interface PromptLoad {
  model: string;
  running: number;
  waiting: number;
}

/** A prompt that has not ended, or whose end is not stored yet. */
export interface RunningPrompt {
  record: PromptRecord;
  live: LivePrompt;
  dispatched: Dispatched;
  dispatcher: Dispatcher;
  deadline: NodeJS.Timeout | undefined;
  /** Who waits for it or streams it as their own request; a repeated request shares its prompt. */
  callers: number;
  /** Nothing can refuse it any more. */
  accepted: boolean;
}

export interface BatchLimit {
  id: string;
  /** Prompts of the batch that run at once. */
  limit: number;
}

/** How long the end of the server waits for the database, in ms. */
const storedWithinMs = 2000;
/** What the owner of a prompt is taken for when an earlier build stored it without its tier. */
const unknownTier = 'basic';

/** The prompts that are under way: from their acceptance until their end is stored. */
export class PromptRunner {
  private readonly running = new Map<string, RunningPrompt>();
  /** Writes of how prompts ended that are under way. */
  private readonly saving = new Set<Promise<void>>();
  private readonly dispatchers = new Map<string, Dispatcher>();
  private readonly ownersRunning = new Map<string, number>();

  constructor(private readonly options: PromptRunnerOptions) {}

  find(id: string): RunningPrompt | undefined {
    return this.running.get(id);
  }

  /** Accepted prompts whose end is not stored yet. */
  get underWay(): PromptRecord[] {
    return [...this.running.values()].flatMap(({ accepted, record }) => (accepted ? record : []));
  }

  get waiting(): number {
    return [...this.dispatchers.values()].reduce((sum, { waiting }) => sum + waiting, 0);
  }

  /** Of each model that was asked for since the start. */
  get load(): PromptLoad[] {
    return [...this.dispatchers].map(([model, { active, waiting }]) => ({ model, running: active, waiting }));
  }

  /** How many follow a prompt that has not ended. */
  get followers(): number {
    let count = 0;
    for (const { live } of this.running.values()) count += live.followers;
    return count;
  }

  /**
   * Takes up what an earlier server left: detached prompts run, again from their beginning when they had begun; what
   * somebody waited for has failed.
   */
  async recover(): Promise<void> {
    const left = await this.options.repository.unfinished();
    const interrupted: PromptRecord[] = [];
    for (const record of left) {
      const knownModel = this.options.models.find(record.modelId) !== undefined;
      if (record.mode === 'detached' && knownModel) {
        if (record.status === 'RUNNING') record.attempt++;
        record.status = 'QUEUED';
        record.text = '';
        const running = this.track(
          record,
          this.options.access.concurrency({ tier: record.ownerTier ?? unknownTier }),
          null,
        );
        running.accepted = true;
        void this.admitLater(running);
      } else {
        new LivePrompt(record).fail(interruptedByRestart());
        record.idempotencyKey = null;
        interrupted.push(record);
      }
    }
    if (left.length > 0) {
      await this.options.repository.updateMany(left);
      this.options.logger.info(
        { again: left.length - interrupted.length, failed: interrupted.length },
        'recovered prompts',
      );
    }
  }

  /** Counts the prompt's tokens, finds it a place and stores it; then it is accepted. */
  async admit(record: PromptRecord, ownerLimit: number, batch: BatchLimit | null): Promise<PromptRecord> {
    const { models, repository } = this.options;
    if (repository.refusal !== undefined) throw repository.refusal;
    if (record.mode === 'detached' && models.loadedEngine(record.modelId) === undefined) {
      const loadable = await models.isLoadable(record.modelId);
      if (!loadable.ok) throw loadable.error;
      await this.insert(record);
      const running = this.track(record, ownerLimit, batch);
      running.accepted = true;
      void this.admitLater(running);
      return record;
    }
    const running = this.track(record, ownerLimit, batch);
    const { dispatcher, dispatched, live } = running;
    try {
      await Promise.race([dispatcher.admit(dispatched), live.ended()]);
      // What a caller will come back for must be stored before it is told so; the rest is written while it runs.
      if (record.mode === 'detached' || record.idempotencyKey !== null) await this.insert(record);
      else repository.insert([record], { lasting: true }).catch((error) => this.notStored(record, error));
    } catch (error) {
      if (dispatched.tokens.length > 0) dispatcher.forget();
      this.untrack(running);
      throw error;
    }
    running.accepted = true;
    this.options.observer?.admitted(record);
    dispatcher.enqueue(dispatched);
    return record;
  }

  /** Stores a prompt that is accepted only when that has worked. */
  private async insert(record: PromptRecord): Promise<void> {
    const { repository } = this.options;
    try {
      await repository.insert([record]);
    } catch (error) {
      if (error instanceof LlamaHomeError && error.code === 'overloaded') {
        repository.withdraw(record.id).catch((failure) => this.notStored(record, failure));
      }
      throw error;
    }
  }

  /** When the server stops in the middle of an outage, the database's log line has told it for all. */
  private notStored({ id }: PromptRecord, error: unknown): void {
    const level = error instanceof LlamaHomeError && error.code === 'overloaded' ? 'debug' : 'error';
    this.options.logger[level]({ err: error, prompt: id }, 'prompt not stored');
  }

  /** Admission of a prompt that was accepted before its tokens could be counted. */
  private async admitLater(running: RunningPrompt): Promise<void> {
    const { dispatcher, dispatched, record } = running;
    try {
      await dispatcher.admit(dispatched);
      this.options.observer?.admitted(record);
      dispatcher.enqueue(dispatched);
    } catch (error) {
      const known = error instanceof LlamaHomeError;
      if (!known) this.options.logger.error({ err: error }, 'admission failed');
      dispatcher.refuse(
        dispatched,
        known ? error : new LlamaHomeError('internal_error', 'The prompt could not be run.'),
      );
    }
  }

  private track(record: PromptRecord, ownerLimit: number, batch: BatchLimit | null): RunningPrompt {
    const live = new LivePrompt(record);
    const dispatcher = this.dispatcherOf(record.modelId);
    const { id, ownerId, priority, mode, deadlineAt } = record;
    const dispatched: Dispatched = {
      id,
      ownerId,
      priority,
      ownerLimit,
      batch,
      live,
      mode,
      tokens: [],
      stopping: undefined,
      deaths: 0,
    };
    const left = deadlineAt === null ? undefined : Math.max(0, deadlineAt.getTime() - Date.now());
    const deadline =
      left === undefined ? undefined : setTimeout(() => dispatcher.stop(dispatched, 'deadline'), left).unref();
    const running = { record, live, dispatched, dispatcher, deadline, callers: 0, accepted: false };
    this.running.set(id, running);
    this.options.observer?.arrived(record, mode);
    return running;
  }

  private untrack({ record, deadline }: RunningPrompt): void {
    clearTimeout(deadline);
    this.running.delete(record.id);
  }

  dispatcherOf(modelId: string): Dispatcher {
    let dispatcher = this.dispatchers.get(modelId);
    if (dispatcher === undefined) {
      dispatcher = new Dispatcher({
        modelId,
        engine: () => this.options.models.engine(modelId),
        queueLimit: this.options.queueLimit,
        ownersRunning: this.ownersRunning,
        beforeRun: (prompts) => this.noteRunning(prompts),
        advanced: ({ live }, progress) => this.options.observer?.advanced(live.prompt, progress),
        ended: (prompt) => this.ended(prompt),
      });
      this.dispatchers.set(modelId, dispatcher);
    }
    return dispatcher;
  }

  /**
   * What may run again after a crash must be known to have begun before anybody can have read its text: during an outage
   * of the database it waits.
   */
  private async noteRunning(prompts: readonly Dispatched[]): Promise<void> {
    const begun = prompts.flatMap(({ id, mode }) => {
      const running = mode === 'detached' ? this.running.get(id) : undefined;
      return running === undefined ? [] : [{ ...running.record, status: 'RUNNING' as const }];
    });
    if (begun.length > 0) await this.options.repository.updateMany(begun, { lasting: true });
  }

  private ended({ id }: Dispatched): void {
    const running = this.running.get(id);
    if (running === undefined) return;
    const { record, deadline } = running;
    clearTimeout(deadline);
    this.options.observer?.ended(record);
    if (record.error !== null && isRetryable(record.error.code)) record.idempotencyKey = null;
    const speed = record.timings.tokensPerSecond;
    if (speed !== null) this.options.models.recordSpeed(record.modelId, speed);
    for (const dispatcher of this.dispatchers.values()) dispatcher.pump();
    const saving = this.save(running).finally(() => this.saving.delete(saving));
    this.saving.add(saving);
  }

  /** Forgets a prompt that was deleted from storage. */
  forget(id: string): void {
    this.running.delete(id);
  }

  /** Stores how a prompt ended; until that has worked, as after an outage of the database, it is kept in memory. */
  private async save({ record }: RunningPrompt): Promise<void> {
    try {
      await this.options.repository.update(record, { lasting: true });
    } catch (error) {
      this.notStored(record, error);
    }
    this.running.delete(record.id);
  }

  /**
   * Those that somebody waits for finish within `graceMs` or are cancelled with a final event.
   * Detached ones that are not done by then run again at the next start. How they ended is stored when storage is closed.
   */
  async drain(graceMs: number): Promise<void> {
    for (const dispatcher of this.dispatchers.values()) dispatcher.withdraw(({ mode }) => mode === 'detached');
    const inFlight = [...this.running.values()].filter(
      ({ dispatched, live }) => dispatched.mode !== 'detached' || live.started,
    );
    const timeout = AbortSignal.timeout(graceMs);
    await Promise.all(inFlight.map(({ live }) => live.ended(timeout)));
    const late = inFlight.filter(({ dispatched }) => dispatched.mode !== 'detached');
    for (const { dispatcher, dispatched } of late) dispatcher.stop(dispatched, 'cancelled');
    const atLast = AbortSignal.timeout(2000);
    await Promise.all(late.map(({ live }) => live.ended(atLast)));
    for (const dispatcher of this.dispatchers.values()) dispatcher.abandon();
    // Followers read the last event meanwhile; an outage of the database does not hold up the end.
    await Promise.race([Promise.all(this.saving), delay(storedWithinMs, undefined, { ref: false })]);
  }
}

function interruptedByRestart(): LlamaHomeError {
  return new LlamaHomeError('engine_failed', 'The server was stopped while it worked on this prompt: try it again.');
}
