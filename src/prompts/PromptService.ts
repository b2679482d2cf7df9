import type { Principal } from '../access/Principal.js';

import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { decodeCursor, type Position } from './cursor.js';
import { type Estimate, estimatePrompt } from './estimatePrompt.js';
import { listPrompts, type PromptPage } from './listPrompts.js';
import {
  type BatchInput,
  isFinished,
  type Prompt,
  type PromptInput,
  type PromptMode,
  type PromptStatus,
} from './Prompt.js';
import { type FollowOptions, followStored, type PromptFollower } from './PromptFollower.js';
import { type PromptLoad, PromptRunner } from './PromptRunner.js';
import type { PromptServiceOptions } from './PromptServiceOptions.js';
import { PromptSubmissions } from './PromptSubmissions.js';
import { type TokenizeInput, tokenizeText } from './tokenizeText.js';

export interface QueueStatus {
  slots: { total: number; busy: number };
  queue: { waiting: number; limit: number };
  tokensPerSecond: number | null;
}

const pruneEveryMs = 10 * 60 * 1000;

/** Everything that can be done with prompts, for every transport. Methods throw LlamaHomeError only. */
export class PromptService {
  private readonly runner: PromptRunner;
  private readonly submissions: PromptSubmissions;
  private readonly pruning: NodeJS.Timeout;
  private draining = false;

  constructor(private readonly options: PromptServiceOptions) {
    this.runner = new PromptRunner(options);
    this.submissions = new PromptSubmissions(options, this.runner);
    this.pruning = setInterval(() => void this.prune(), pruneEveryMs).unref();
  }

  /** Takes up what an earlier server left; call it once, before anything is submitted. */
  async recover(): Promise<void> {
    await this.runner.recover();
    void this.prune();
  }

  /** Accepts a prompt or refuses it with a typed error. A detached one is accepted as QUEUED while its model loads. */
  async submit(principal: Principal, input: PromptInput, mode: PromptMode): Promise<Prompt> {
    this.refuseWhileDraining();
    return this.submissions.submit(principal, input, mode);
  }

  /** Accepts all, or refuses the batch as a whole when it finds no room; one that can't run is in the list as FAILED. */
  async batch(principal: Principal, input: BatchInput): Promise<{ prompts: Prompt[] }> {
    this.refuseWhileDraining();
    return { prompts: await this.submissions.batch(principal, input) };
  }

  /** Settles when the prompt is COMPLETED, FAILED or CANCELLED. `signal` stops the waiting, not the prompt. */
  async finished(prompt: Prompt, signal?: AbortSignal): Promise<Prompt> {
    await this.runner.find(prompt.id)?.live.ended(signal);
    return prompt;
  }

  /**
   * The events of a prompt from its beginning or right after a cursor, ending with completed or failed. Leaving early
   * changes nothing for the prompt.
   * @throws LlamaHomeError `conflict` for one that has not ended and is not run by this server
   */
  async follow(
    principal: Principal,
    id: string,
    { after, ...options }: FollowOptions & { after?: string | null } = {},
  ): Promise<PromptFollower> {
    const prompt = await this.get(principal, id);
    const from: Position = after == null ? { attempt: 0, offset: 0, ended: false } : decodeCursor(after);
    const beyond = from.attempt === prompt.attempt && from.offset > prompt.text.length;
    if (beyond || from.attempt > prompt.attempt) {
      throw invalidRequest('after', 'The cursor does not belong to this prompt: leave it out to begin anew.');
    }
    const running = this.runner.find(id);
    if (running !== undefined) return running.live.follow(from, options);
    if (!isFinished(prompt.status)) {
      throw new LlamaHomeError(
        'conflict',
        'Another server works on this prompt: follow it there, or ask for it again later.',
      );
    }
    return followStored(prompt, from, options);
  }

  /** @throws LlamaHomeError `prompt_not_found` when it does not exist or is somebody else's (unless scope prompts:all) */
  async get(principal: Principal, id: string): Promise<Prompt> {
    const prompt = this.runner.find(id)?.record ?? (await this.options.repository.find(id));
    if (prompt == null || !mayAccess(principal, prompt)) {
      throw new LlamaHomeError('prompt_not_found', 'There is no such prompt.', { id });
    }
    return prompt;
  }

  /** Newest first, as they are now; `after` is the id of the last one seen. */
  async list(
    principal: Principal,
    page: { first: number; after?: string | null; status?: PromptStatus | null },
  ): Promise<PromptPage> {
    const owner = principal.scopes.has('prompts:all') ? {} : { ownerId: principal.userId };
    return listPrompts(this.options.repository, this.runner.underWay, { ...page, ...owner });
  }

  /** Stops a prompt, keeping its text so far and its usage; one that has ended stays as it is. */
  async cancel(principal: Principal, id: string): Promise<Prompt> {
    const prompt = await this.get(principal, id);
    const running = this.runner.find(id);
    if (running !== undefined && !isFinished(prompt.status)) {
      running.dispatcher.stop(running.dispatched, 'cancelled');
      await running.live.ended();
    }
    return prompt;
  }

  /**
   * A caller whose own request this prompt is has gone: it is cancelled when that was the last one, and its key freed,
   * so that the request can be sent again. A detached one runs on.
   */
  leave({ id }: Prompt): void {
    const running = this.runner.find(id);
    if (running === undefined || running.dispatched.mode === 'detached') return;
    running.callers--;
    if (running.callers > 0 || isFinished(running.record.status)) return;
    running.record.idempotencyKey = null;
    running.dispatcher.stop(running.dispatched, 'cancelled');
  }

  /** Cancels what runs and leaves no trace of the content, in storage or in an engine. */
  async delete(principal: Principal, id: string): Promise<{ id: string }> {
    const { refusal } = this.options.repository;
    if (refusal !== undefined) throw refusal;
    await this.cancel(principal, id);
    await this.options.models.forgetStates([id]);
    // Behind the writing of its end, which comes first in the order of writes.
    await this.options.repository.delete(id);
    this.runner.forget(id);
    return { id };
  }

  /** What a prompt of this caller would cost and when it would begin; loads the model when needed. At most 120 a minute. */
  estimate(principal: Principal, input: PromptInput): Promise<Estimate> {
    return estimatePrompt(this.options, this.runner, principal, input);
  }

  /** The tokens of a text. At most 120 a minute, together with estimates. */
  tokenize(principal: Principal, input: TokenizeInput): Promise<number[]> {
    return tokenizeText(this.options, principal, input);
  }

  /** Place in its model's queue, 0 is next; null when it does not wait. */
  queuePosition({ id }: Prompt): number | null {
    const running = this.runner.find(id);
    return running === undefined ? null : running.dispatcher.position(running.dispatched);
  }

  status(): QueueStatus {
    const status: QueueStatus = {
      slots: { total: 0, busy: 0 },
      queue: { waiting: this.runner.waiting, limit: this.options.queueLimit },
      tokensPerSecond: null,
    };
    for (const engine of this.options.models.loadedEngines().values()) {
      const { busy, staged, tokensPerSecond } = engine.stats();
      status.slots.total += engine.info.slots;
      status.slots.busy += busy;
      // What the engine has but gave no sequence yet waits still.
      status.queue.waiting += staged;
      if (tokensPerSecond !== null) status.tokensPerSecond = (status.tokensPerSecond ?? 0) + tokensPerSecond;
    }
    return status;
  }

  /** How many prompts run and wait, by model. */
  load(): PromptLoad[] {
    return this.runner.load;
  }

  /** How many follow a prompt that has not ended. */
  followers(): number {
    return this.runner.followers;
  }

  /**
   * No new prompts; those that somebody waits for finish within `graceMs` or are cancelled with a final event.
   * Detached ones that are not done by then run again at the next start.
   */
  async drain(graceMs: number): Promise<void> {
    this.draining = true;
    clearInterval(this.pruning);
    await this.runner.drain(graceMs);
  }

  private async prune(): Promise<void> {
    const { config, repository, models } = this.options;
    const { retentionDays, retentionCount } = config.current.systemSettings;
    const olderThan = new Date(Date.now() - retentionDays * 24 * 3600 * 1000);
    try {
      const onDeleted = (ids: readonly string[]) => void models.forgetStates(ids);
      await repository.prune({ olderThan, keepNewest: retentionCount, onDeleted });
    } catch (error) {
      this.options.logger.warn({ err: error }, 'old prompts were not pruned');
    }
  }

  private refuseWhileDraining(): void {
    if (!this.draining) return;
    throw new LlamaHomeError('overloaded', 'The server is stopping: try again in a moment.', { retry_after: 5 });
  }
}

function mayAccess(principal: Principal, { ownerId }: Prompt): boolean {
  return ownerId === principal.userId || principal.scopes.has('prompts:all');
}
