import type { EngineFinishReason, EngineProgress, EngineRequest } from '../Engine.js';
import type { StepReport } from '../protocol.js';
import { chooseSequence, type SequenceState } from './chooseSequence.js';
import type { Native, Sampler } from './native.js';
import { chunkFor, planStep, type StepItem } from './planStep.js';
import { TextStream } from './TextStream.js';
import { TokenText } from './TokenText.js';

/** A request that has a sequence. */
interface Running {
  request: EngineRequest;
  arrival: number;
  sampler: Sampler;
  stream: TextStream;
  /** Waiting for another sequence to evaluate a common prefix, to be copied then. */
  waitsFor: { slot: number; arrival: number; length: number } | undefined;
  cachedTokens: number;
  completionTokens: number;
  /** The token sampled last, to be evaluated in the next step. */
  next: number | undefined;
  startedAt: number | undefined;
  decodingAt: number | undefined;
}

/** One sequence of the context with the tokens whose state it holds. */
interface Slot {
  slot: number;
  tokens: number[];
  running: Running | undefined;
  lastUsed: number;
}

/** Aims for the duration of a step that prefills: with others waiting, and alone. */
const sharedStepMs = 200;
const loneStepMs = 500;
/** The figures of a message that tells only who came and went. */
const noStep = { stepMs: 0, sequences: 0, evaluated: 0, prefilled: 0, generated: 0 };
/** Assumed until the first prefill was measured. */
const initialPrefillRate = 400;

/**
 * The heart of the engine process: one step is one native decode of everything that runs. Between steps nothing is
 * under way in the context, so this is where sequences are given out, cut, copied and taken back.
 */
export class StepLoop {
  private readonly slots: Slot[];
  private readonly staged: EngineRequest[] = [];
  private readonly cancelled = new Set<string>();
  private readonly text: TokenText;
  private prefillRate = initialPrefillRate;
  private steps = 0;
  private arrivals = 0;
  private wake: (() => void) | undefined;

  constructor(
    private readonly native: Native,
    private readonly report: (report: StepReport) => void,
  ) {
    this.text = new TokenText(native);
    this.slots = Array.from({ length: native.slots }, (_, slot) => ({
      slot,
      tokens: [],
      running: undefined,
      lastUsed: 0,
    }));
  }

  submit(requests: readonly EngineRequest[]): void {
    for (const request of requests) this.staged.push(request);
    this.wake?.();
  }

  cancel(ids: readonly string[]): void {
    for (const id of ids) this.cancelled.add(id);
    this.wake?.();
  }

  /** How many tokens of a prompt would be reused if it came now. */
  cachedTokens(prompt: readonly number[]): number {
    const choice = chooseSequence(prompt, this.slots.map(stateOf));
    return choice?.copyFrom?.length ?? choice?.keep ?? 0;
  }

  /** Runs for as long as the process does. */
  async run(): Promise<never> {
    for (;;) {
      const comings: EngineProgress[] = [];
      this.leave(comings);
      await this.admit(comings);
      // Told before the decode, not after it: that is when they began, and who leaves is let go at once.
      if (comings.length > 0) this.send(comings, noStep);
      const plan = planStep(this.plannable(), {
        batchSize: this.native.batchSize,
        sharedChunk: chunkFor(this.prefillRate, sharedStepMs, this.native.batchSize),
        loneChunk: chunkFor(this.prefillRate, loneStepMs, this.native.batchSize),
      });
      if (plan.length > 0) await this.step(plan);
      else await this.idle();
    }
  }

  private async idle(): Promise<void> {
    if (this.staged.length > 0 || this.cancelled.size > 0) return;
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
    for (const slot of this.slots) {
      if (slot.running !== undefined && this.cancelled.has(slot.running.request.id)) {
        progress.push(this.finish(slot, slot.running, 'cancelled', slot.running.stream.end()));
      }
    }
    this.cancelled.clear();
  }

  /** Gives free sequences to requests, and copies prefixes that have become ready. */
  private async admit(progress: EngineProgress[]): Promise<void> {
    for (const slot of this.slots) {
      if (slot.running?.waitsFor !== undefined) await this.copyWhenReady(slot, slot.running);
    }
    while (this.staged.length > 0) {
      const [request] = this.staged;
      if (request === undefined) return;
      const choice = chooseSequence(request.tokens, this.slots.map(stateOf));
      const slot = choice === undefined ? undefined : this.slots[choice.slot];
      if (choice === undefined || slot === undefined) return;
      this.staged.shift();
      if (!this.native.truncate(slot.slot, choice.keep)) slot.tokens.length = 0;
      else slot.tokens.length = choice.keep;
      const running = this.start(request, slot.tokens.length);
      slot.running = running;
      if (choice.copyFrom !== undefined) {
        const { slot: source, length } = choice.copyFrom;
        running.waitsFor = { slot: source, arrival: this.slots[source]?.running?.arrival ?? -1, length };
        await this.copyWhenReady(slot, running);
      }
      progress.push({ id: request.id, started: true, text: '', completionTokens: 0 });
    }
  }

  private start(request: EngineRequest, cachedTokens: number): Running {
    const { temperature, topK, topP, minP, seed, repeatPenalty, stop } = request.sampling;
    return {
      request,
      arrival: this.arrivals++,
      sampler: this.native.createSampler({
        temperature,
        seed,
        recentTokens: request.tokens,
        ...(topK === undefined ? {} : { topK }),
        ...(topP === undefined ? {} : { topP }),
        ...(minP === undefined ? {} : { minP }),
        ...(repeatPenalty === undefined ? {} : { repeatPenalty }),
      }),
      stream: new TextStream(stop),
      waitsFor: undefined,
      cachedTokens,
      completionTokens: 0,
      next: undefined,
      startedAt: undefined,
      decodingAt: undefined,
    };
  }

  private async copyWhenReady(slot: Slot, running: Running): Promise<void> {
    const wanted = running.waitsFor;
    if (wanted === undefined) return;
    const source = this.slots[wanted.slot];
    const holdsPrefix =
      source !== undefined &&
      source.tokens.length >= wanted.length &&
      samePrefix(source.tokens, running.request.tokens, wanted.length);
    if (holdsPrefix) {
      running.waitsFor = undefined;
      const copied = await this.native.copyPrefix(slot.slot, source.slot, wanted.length);
      slot.tokens = copied ? running.request.tokens.slice(0, wanted.length) : [];
      running.cachedTokens = slot.tokens.length;
      return;
    }
    // Whoever was to evaluate the prefix left before it was done: this request evaluates it itself.
    if (source?.running?.arrival !== wanted.arrival) running.waitsFor = undefined;
  }

  private plannable() {
    return this.slots.flatMap(({ slot, tokens, running }) => {
      if (running === undefined || running.waitsFor !== undefined) return [];
      const remaining = running.next === undefined ? running.request.tokens.length - tokens.length : 0;
      return [{ slot, remaining, arrival: running.arrival }];
    });
  }

  private async step(plan: readonly StepItem[]): Promise<void> {
    const progress: EngineProgress[] = [];
    const begun = performance.now();
    const sampled: { slot: Slot; running: Running; logitIndex: number }[] = [];
    const total = plan.reduce((sum, { tokens }) => sum + tokens, 0);
    let prefilled = 0;
    this.native.beginBatch(total);
    for (const item of plan) {
      const slot = this.slots[item.slot];
      const running = slot?.running;
      if (slot === undefined || running === undefined) continue;
      running.startedAt ??= begun;
      slot.lastUsed = this.steps;
      const position = slot.tokens.length;
      const prompt = running.request.tokens;
      const tokens = running.next === undefined ? prompt.slice(position, position + item.tokens) : [running.next];
      const isLast = running.next !== undefined || position + tokens.length === prompt.length;
      const logitIndex = this.native.addToBatch(item.slot, position, tokens, isLast);
      slot.tokens.push(...tokens);
      if (running.next === undefined) prefilled += tokens.length;
      if (logitIndex !== undefined) sampled.push({ slot, running, logitIndex });
    }

    try {
      await this.native.decode();
      const tokens = await Promise.all(
        sampled.map(({ running, logitIndex }) => this.native.sample(logitIndex, running.sampler)),
      );
      for (const [index, { slot, running }] of sampled.entries()) {
        progress.push(this.accept(slot, running, tokens[index] ?? -1));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      for (const { slot } of plan) this.fail(slot, reason, progress);
    }
    const elapsed = performance.now() - begun;
    if (prefilled >= 32) {
      this.prefillRate = 0.7 * this.prefillRate + 0.3 * (prefilled / (elapsed / 1000));
    }
    this.steps++;
    const generated = sampled.length;
    this.send(progress, { stepMs: elapsed, sequences: plan.length, evaluated: total, prefilled, generated });
  }

  /** Takes in one sampled token of a request. */
  private accept(slot: Slot, running: Running, token: number): EngineProgress {
    const { sampling, id } = running.request;
    running.decodingAt ??= performance.now();
    if (token < 0 || this.native.isEndOfGeneration(token)) {
      return this.finish(slot, running, 'stop', running.stream.end());
    }
    running.completionTokens++;
    const text = running.stream.push(this.text.bytesOf(token));
    if (running.stream.stopped) return this.finish(slot, running, 'stop', text);
    const full = slot.tokens.length + 1 > this.native.contextLength;
    if (running.completionTokens >= sampling.maxTokens || full) {
      return this.finish(slot, running, 'length', text + running.stream.end());
    }
    running.next = token;
    return { id, text, completionTokens: running.completionTokens };
  }

  private finish(slot: Slot, running: Running, reason: EngineFinishReason, text: string): EngineProgress {
    const now = performance.now();
    const { request, cachedTokens, completionTokens, startedAt = now, decodingAt } = running;
    this.release(slot, running);
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
    const slot = this.slots[index];
    if (slot?.running === undefined) return;
    const { request, completionTokens } = slot.running;
    progress.push({ id: request.id, text: '', completionTokens, failed: reason });
    this.release(slot, slot.running);
    this.native.truncate(slot.slot, 0);
    slot.tokens = [];
  }

  private release(slot: Slot, running: Running): void {
    running.sampler.dispose();
    slot.running = undefined;
    slot.lastUsed = this.steps;
  }

  private send(
    progress: EngineProgress[],
    step: Omit<StepReport, 'progress' | 'busy' | 'staged' | 'heldTokens'>,
  ): void {
    const used = this.slots.filter(({ running }) => running !== undefined);
    this.report({
      ...step,
      progress,
      busy: used.length,
      staged: this.staged.length,
      heldTokens: used.reduce((sum, { tokens }) => sum + tokens.length, 0),
    });
  }
}

function stateOf({ slot, tokens, running, lastUsed }: Slot): SequenceState {
  return { slot, tokens, promised: running?.request.tokens ?? tokens, free: running === undefined, lastUsed };
}

function samePrefix(a: readonly number[], b: readonly number[], length: number): boolean {
  for (let index = 0; index < length; index++) if (a[index] !== b[index]) return false;
  return true;
}
