import type { EngineFinishReason, EngineProgress, EngineStep } from '../Engine.js';
import type { StepReport, SubmittedRequest } from '../protocol.js';
import { Draft } from './Draft.js';
import type { Native } from './native.js';
import type { PrefixStore } from './PrefixStore.js';
import { merge, ProgressBatcher } from './ProgressBatcher.js';
import type { PublicPrefixes } from './PublicPrefixes.js';
import { chunkFor, type PlannedSequence, planStep, type StepItem } from './planStep.js';
import { type ChosenToken, RequestSamplers } from './RequestSampler.js';
import type { Slot, SlotRequest } from './Slot.js';
import { type CopyWorth, SlotTable } from './SlotTable.js';
import { type Part, StepBatch } from './StepBatch.js';
import { mostDrafted, mostDrafting, StepCosts } from './StepCosts.js';
import { TokenText } from './TokenText.js';

/** Aims for the duration of a step that prefills: with others waiting, and alone or with nobody who reads along. */
const sharedStepMs = 200;
const loneStepMs = 500;
/** The figures of a message that tells only who came and went. */
const noStep = { stepMs: 0, sequences: 0, evaluated: 0, prefilled: 0, generated: 0 };
/** What a processor copies in a millisecond, read and written: a low figure for today's memory. */
const copiedPerMs = 6e6;
const leastWorthCopying = 8;

/**
 * The heart of the engine process: one step is one native decode of everything that runs. Between steps nothing is
 * under way in the context, so this is where sequences are given out, cut, copied and taken back.
 */
export class StepLoop {
  private readonly table: SlotTable;
  private readonly staged: SubmittedRequest[] = [];
  private readonly cancelled = new Set<string>();
  /** To be done between two steps. */
  private forgetting: (() => void)[] = [];
  private readonly text: TokenText;
  private readonly batch: StepBatch;
  private readonly batcher: ProgressBatcher;
  private steps = 0;
  private lastStepMs = 0;
  private wake: (() => void) | undefined;

  constructor(
    private readonly native: Native,
    report: (report: StepReport) => void,
    publicPrefixes: Pick<PublicPrefixes, 'lengthOf'>,
    store?: PrefixStore,
    private readonly costs = new StepCosts(),
  ) {
    this.text = new TokenText(native.vocabulary);
    this.batch = new StepBatch(native);
    this.table = new SlotTable(native, new RequestSamplers(native, this.text), publicPrefixes, store);
    this.batcher = new ProgressBatcher(report, native.gpu === false);
  }

  submit(requests: readonly SubmittedRequest[]): void {
    for (const request of requests) {
      if (request.tokens.length > 0) this.staged.push(request);
      // There would be no logits of its own to sample from.
      else this.note([{ id: request.id, text: '', completionTokens: 0, failed: 'the prompt has no tokens' }], noStep);
    }
    this.wake?.();
  }

  cancel(ids: readonly string[]): void {
    for (const id of ids) this.cancelled.add(id);
    this.wake?.();
  }

  /** Clears what is left of requests that have ended; settles when nothing of them is held any more. */
  forget(ids: readonly string[]): Promise<void> {
    return new Promise((resolve) => {
      this.forgetting.push(() => {
        this.table.forget(new Set(ids));
        resolve();
      });
      this.wake?.();
    });
  }

  /** How many tokens of a prompt would be reused if it came now. */
  cachedTokens(prompt: Pick<SubmittedRequest, 'tokens' | 'scope'>): number {
    return this.table.cachedTokens(prompt, this.copyWorth);
  }

  /** Runs for as long as the process does. */
  async run(): Promise<never> {
    for (;;) {
      const comings: EngineProgress[] = [];
      this.leave(comings);
      for (const forget of this.forgetting.splice(0)) forget();
      await this.admit(comings);
      // A model that keeps one running state can't be copied up to a token: it would be tried in vain in every step.
      if (this.native.canTakeBack) await this.table.defragment(this.copyWorth);
      // Told before the decode, not after it: that is when they began, and who leaves is let go at once.
      if (comings.length > 0) this.note(comings, noStep);
      const plan = planStep(this.plannable(), {
        batchSize: this.native.batchSize,
        sharedChunk: chunkFor(this.costs.prefillRate, sharedStepMs, this.native.batchSize),
        loneChunk: chunkFor(this.costs.prefillRate, loneStepMs, this.native.batchSize),
        drafted: this.worthDrafting(),
      });
      if (plan.length > 0) await this.step(plan);
      else await this.idle();
    }
  }

  private async idle(): Promise<void> {
    this.batcher.flush(performance.now());
    if (this.staged.length > 0 || this.cancelled.size > 0 || this.forgetting.length > 0) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = undefined;
  }

  /** Cancelled requests go, wherever they are: before they started, in prefill or while decoding. */
  private leave(progress: EngineProgress[]): void {
    if (this.cancelled.size === 0) return;
    for (let index = this.staged.length - 1; index >= 0; index--) {
      const request = this.staged[index];
      if (request === undefined || !this.cancelled.has(request.id)) continue;
      this.staged.splice(index, 1);
      const usage = { promptTokens: request.tokens.length, cachedTokens: 0, completionTokens: 0 };
      progress.push({
        id: request.id,
        text: '',
        completionTokens: 0,
        finished: { reason: 'cancelled', usage, prefillMs: 0, decodeMs: 0 },
      });
    }
    for (const slot of this.table.slots) {
      if (slot.running !== undefined && this.cancelled.has(slot.running.request.id)) {
        progress.push(this.finish(slot, slot.running, 'cancelled', slot.running.stream.end()));
      }
    }
    this.cancelled.clear();
  }

  /** Gives free sequences to requests, and copies prefixes that have become ready. */
  private async admit(progress: EngineProgress[]): Promise<void> {
    await this.table.copyReady();
    while (this.staged[0] !== undefined) {
      const [request] = this.staged;
      const { id } = request;
      try {
        if ((await this.table.take(request, this.copyWorth)) === undefined) return;
        progress.push({ id, started: true, text: '', completionTokens: 0 });
      } catch (error) {
        progress.push({ id, text: '', completionTokens: 0, failed: reasonOf(error) });
      }
      this.staged.splice(this.staged.indexOf(request), 1);
    }
  }

  /** A copy takes all of a sequence's memory, however little of it is in use. */
  private get copyWorth(): CopyWorth {
    const { sequenceBytes, modelBytes } = this.native;
    const tokens = ((2 * sequenceBytes) / copiedPerMs / 1000) * this.costs.prefillRate;
    // A pass reads the model once, and a sequence that stands apart costs about half of one in each step.
    return { tokens: Math.max(leastWorthCopying, tokens), steps: leastWorthCopying + (8 * sequenceBytes) / modelBytes };
  }

  private plannable(): PlannedSequence[] {
    return this.table.used.flatMap(({ slot, tokens, running }) => {
      if (running === undefined || running.waitsFor !== undefined) return [];
      const remaining = remainingOf(running, tokens.length);
      return [{ slot, remaining, arrival: running.arrival, unread: running.request.unread }];
    });
  }

  /** Guessed tokens that are worth evaluating behind the next one of each; none unless all that run decode. */
  private worthDrafting(): number {
    const { used } = this.table;
    if (used.length === 0 || used.length > mostDrafting || !this.native.canTakeBack) return 0;
    const trust: number[] = [];
    let room = mostDrafted;
    for (const { tokens, running } of used) {
      if (running?.next === undefined || running.forced.length > 0) return 0;
      const { next, request, completionTokens } = running;
      running.draft ??= new Draft([...tokens, next]);
      trust.push(running.draft.trust);
      const left = Math.min(request.sampling.maxTokens - completionTokens, this.native.contextLength - tokens.length);
      room = Math.min(room, left - 1);
    }
    return Math.max(0, Math.min(room, this.costs.worthDrafting(trust)));
  }

  private async step(plan: readonly StepItem[]): Promise<void> {
    const begun = performance.now();
    const parts: Part[] = [];
    const evaluated = plan.reduce((sum, { tokens }) => sum + tokens, 0);
    let prefilled = 0;
    const progress: EngineProgress[] = [];
    let generated = 0;
    try {
      this.native.beginBatch(evaluated);
      for (const item of plan) {
        const slot = this.table.slots[item.slot];
        const running = slot?.running;
        if (slot === undefined || running === undefined) continue;
        running.startedAt ??= begun;
        slot.lastUsed = this.steps;
        const part = this.batch.add(slot, running, item.tokens);
        if (running.next === undefined) prefilled += item.tokens;
        if (part !== undefined) parts.push(part);
      }
      const sampled = await this.decode(parts, prefilled);
      for (const accepted of await Promise.all(sampled.map(({ part, chosen }) => this.acceptAll(part, chosen)))) {
        generated += accepted.tokens;
        progress.push(accepted.progress);
      }
    } catch (error) {
      for (const { slot } of plan) this.fail(slot, reasonOf(error), progress);
    }
    this.lastStepMs = performance.now() - begun;
    this.steps++;
    const step = { stepMs: this.lastStepMs, sequences: plan.length, evaluated, prefilled, generated };
    this.costs.note(step);
    this.note(progress, step);
  }

  /** Evaluates the batch and samples the next token of each part; meanwhile the server is told of the step before. */
  private async decode(parts: readonly Part[], prefilled: number): Promise<{ part: Part; chosen: ChosenToken }[]> {
    const decoded = this.native.decode();
    const sampled = parts.map(async (part) => ({
      part,
      chosen: await part.running.sampler.choose(decoded, part.logits),
    }));
    this.batcher.flushIfDue(performance.now(), prefilled > 0 ? Number.POSITIVE_INFINITY : this.lastStepMs);
    // All are waited for even when one fails: until then their samplers are in use.
    const [decode, ...settled] = await Promise.allSettled([decoded, ...sampled]);
    if (decode.status === 'rejected') throw decode.reason;
    return settled.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
  }

  /** Takes in the chosen token and, as long as guesses were right, those behind it; takes back wrong guesses. */
  private async acceptAll(
    { slot, running, drafted }: Part,
    first: ChosenToken,
  ): Promise<{ progress: EngineProgress; tokens: number }> {
    const before = running.completionTokens;
    let chosen = first;
    let right = 0;
    let progress = this.accept(slot, running, chosen);
    for (const guess of drafted) {
      if (slot.running !== running || guess.token !== chosen.token || running.forced.length > 0) break;
      slot.tokens.push(chosen.token);
      chosen = await running.sampler.choose(Promise.resolve(), guess.logits);
      progress = merge(progress, this.accept(slot, running, chosen));
      right++;
    }
    if (right < drafted.length) this.table.cut(slot, slot.tokens.length);
    return { progress, tokens: running.completionTokens - before };
  }

  /** Takes in one chosen token of a request, and what must follow it. */
  private accept(slot: Slot, running: SlotRequest, { token, logprob }: ChosenToken): EngineProgress {
    const { request, sampler, stream } = running;
    running.decodingAt ??= performance.now();
    if (token < 0 || this.native.vocabulary.isEndOfGeneration(token)) {
      return this.finish(slot, running, token < 0 && !sampler.isComplete ? 'length' : 'stop', stream.end());
    }
    const probabilities = logprob === undefined ? {} : { logprobs: [logprob] };
    const tokens = [token, ...sampler.accept(token)];
    let text = '';
    for (const [index, next] of tokens.entries()) {
      running.completionTokens++;
      running.draft?.push(next);
      text += stream.push(this.text.bytesOf(next));
      if (stream.stopped) return { ...this.finish(slot, running, 'stop', text), ...probabilities };
      const isOver = index === tokens.length - 1 && sampler.isOver;
      const full = slot.tokens.length + index + 1 > this.native.contextLength;
      if (isOver || full || running.completionTokens >= request.sampling.maxTokens) {
        return { ...this.finish(slot, running, isOver ? 'stop' : 'length', text + stream.end()), ...probabilities };
      }
    }
    running.next = tokens.at(-1);
    running.forced = tokens.slice(0, -1);
    return { id: request.id, text, completionTokens: running.completionTokens, ...probabilities };
  }

  private finish(slot: Slot, running: SlotRequest, reason: EngineFinishReason, text: string): EngineProgress {
    const now = performance.now();
    const { request, cachedTokens, completionTokens, startedAt = now, decodingAt } = running;
    this.table.release(slot, this.steps);
    return {
      id: request.id,
      text,
      completionTokens,
      finished: {
        reason,
        usage: { promptTokens: request.tokens.length, cachedTokens, completionTokens },
        prefillMs: (decodingAt ?? now) - startedAt,
        decodeMs: decodingAt === undefined ? 0 : now - decodingAt,
      },
    };
  }

  /** A native decode that failed leaves its sequences in an unknown state: they are cleared. */
  private fail(index: number, reason: string, progress: EngineProgress[]): void {
    const slot = this.table.slots[index];
    if (slot?.running === undefined) return;
    const { request, completionTokens } = slot.running;
    progress.push({ id: request.id, text: '', completionTokens, failed: reason });
    this.table.release(slot, this.steps);
    this.table.cut(slot, 0);
  }

  private note(progress: EngineProgress[], step: Omit<EngineStep, 'busy' | 'staged' | 'heldTokens'>): void {
    const { used } = this.table;
    this.batcher.add(progress, {
      ...step,
      busy: used.length,
      staged: this.staged.length,
      heldTokens: used.reduce((sum, { tokens }) => sum + tokens.length, 0),
    });
  }
}

/** Tokens to evaluate before the next one can be sampled; 0 when that is the one sampled last. */
function remainingOf({ next, forced, request }: SlotRequest, evaluated: number): number {
  if (next === undefined) return request.tokens.length - evaluated;
  return forced.length > 0 ? forced.length + 1 : 0;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
