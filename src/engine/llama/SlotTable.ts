import type { SubmittedRequest } from '../protocol.js';
import { chooseSequence, commonPrefix, type SequenceState } from './chooseSequence.js';
import { planMove } from './contiguity.js';
import type { Native } from './native.js';
import type { PrefixStore } from './PrefixStore.js';
import type { PublicPrefixes } from './PublicPrefixes.js';
import type { RequestSampler, RequestSamplers } from './RequestSampler.js';
import type { Holder, Slot, SlotRequest } from './Slot.js';
import { TextStream } from './TextStream.js';

/** What decides which states a prompt may take over. */
type Prompt = Pick<SubmittedRequest, 'tokens' | 'scope'>;

export interface CopyWorth {
  /** Tokens of prefill that a copy of a sequence has to save. */
  tokens: number;
  /** Steps that a sequence moved to stand beside the others has to last. */
  steps: number;
}

/**
 * The sequences of the context: which request has which, and what the idle ones still hold. It may be changed only
 * between steps, while nothing is under way in the context. A state is reused only within the scope of the request
 * that it was made for, but for the public beginnings of prompts.
 */
export class SlotTable {
  readonly slots: readonly Slot[];
  private arrivals = 0;

  /** @param store where states that have to make room are kept; undefined keeps none */
  constructor(
    private readonly native: Native,
    private readonly samplers: Pick<RequestSamplers, 'create'>,
    private readonly publicPrefixes: Pick<PublicPrefixes, 'lengthOf'>,
    private readonly store?: PrefixStore,
  ) {
    this.slots = Array.from({ length: native.slots }, (_, slot) => ({
      slot,
      tokens: [],
      holder: undefined,
      running: undefined,
      lastUsed: 0,
    }));
  }

  get used(): Slot[] {
    return this.slots.filter(({ running }) => running !== undefined);
  }

  /** How many tokens of a prompt would be reused if it came now. */
  cachedTokens(prompt: Prompt, worth: CopyWorth): number {
    const usable = this.usableBy(prompt);
    const choice = chooseSequence(prompt.tokens, this.states(usable), worth.tokens);
    const held = choice?.copyFrom?.length ?? choice?.keep ?? 0;
    const stored = this.store?.find(prompt.tokens, usable)?.length ?? 0;
    return stored >= held + worth.tokens ? stored : held;
  }

  /** Gives a request a sequence; undefined when none is free. @throws SchemaError for its response format */
  async take(request: SubmittedRequest, worth: CopyWorth): Promise<Slot | undefined> {
    const usable = this.usableBy(request);
    const choice = chooseSequence(request.tokens, this.states(usable), worth.tokens);
    const slot = choice === undefined ? undefined : this.slots[choice.slot];
    if (choice === undefined || slot === undefined) return undefined;
    const sampler = this.samplers.create(request);
    const held = choice.copyFrom?.length ?? choice.keep;
    await this.makeRoom(slot, choice.keep);
    // Looked for only now: what made room may be what is wanted.
    const stored = this.store?.find(request.tokens, usable);
    const isStored = stored !== undefined && stored.length >= held + worth.tokens;
    if (isStored && (await this.store?.load(stored.entry, slot.slot))) {
      slot.tokens = [...stored.entry.tokens];
      this.cut(slot, stored.length);
    } else this.cut(slot, isStored ? 0 : choice.keep);
    const running = this.start(request, sampler, slot.tokens.length);
    slot.running = running;
    slot.holder = { id: request.fullId, scope: request.scope };
    if (choice.copyFrom !== undefined && slot.tokens.length < choice.copyFrom.length) {
      const { slot: source, length } = choice.copyFrom;
      running.waitsFor = { slot: source, arrival: this.slots[source]?.running?.arrival ?? -1, length };
      await this.copyWhenReady(slot, running);
    }
    return slot;
  }

  /** Copies the prefixes that have become ready. */
  async copyReady(): Promise<void> {
    for (const slot of this.slots) {
      if (slot.running?.waitsFor !== undefined) await this.copyWhenReady(slot, slot.running);
    }
  }

  /** Moves one sequence beside the others where that saves more than the copy takes. */
  async defragment(worth: CopyWorth): Promise<void> {
    const movable = this.slots.flatMap(({ slot, running }) => {
      if (running?.next === undefined) return [];
      return [{ slot, left: running.request.sampling.maxTokens - running.completionTokens }];
    });
    const busy = this.used.map(({ slot }) => slot);
    const free = this.slots.filter(({ running }) => running === undefined).map(({ slot }) => slot);
    const move = planMove(busy, movable, free, worth.steps);
    const from = move && this.slots[move.from];
    const to = move && this.slots[move.to];
    if (from?.running === undefined || to === undefined) return;
    await this.makeRoom(to, 0);
    if (!(await this.native.copyPrefix(to.slot, from.slot, from.tokens.length))) {
      to.tokens = [];
      return;
    }
    to.tokens = [...from.tokens];
    to.holder = from.holder;
    to.running = from.running;
    from.running = undefined;
    from.lastUsed = -1;
  }

  /** Takes the sequence back; what it holds stays for a prompt that begins alike. */
  release(slot: Slot, step: number): void {
    slot.running?.sampler.dispose();
    slot.running = undefined;
    slot.lastUsed = step;
  }

  /** Forgets all of a sequence from `length` tokens on. */
  cut(slot: Slot, length: number): void {
    slot.tokens.length = this.native.truncate(slot.slot, length) ? length : 0;
  }

  /** Clears what idle sequences and the store hold of these requests. */
  forget(ids: ReadonlySet<string>): void {
    for (const slot of this.slots) {
      if (slot.running !== undefined || slot.holder === undefined || !ids.has(slot.holder.id)) continue;
      this.cut(slot, 0);
      slot.holder = undefined;
      slot.lastUsed = -1;
    }
    this.store?.forget(ids);
  }

  /** Keeps what an idle sequence holds when more of it than `kept` tokens is about to go, and stands nowhere else. */
  private async makeRoom(slot: Slot, kept: number): Promise<void> {
    const { tokens, holder } = slot;
    if (tokens.length <= kept || holder === undefined || this.store === undefined) return;
    const stands = this.slots.some(
      (other) =>
        other !== slot && other.holder?.scope === holder.scope && commonPrefix(other.tokens, tokens) === tokens.length,
    );
    if (!stands) await this.store.keep(slot.slot, tokens, holder);
  }

  /** How many tokens of a state a prompt may take over at most. */
  private usableBy({ tokens, scope }: Prompt): (holder: Holder | undefined) => number {
    const open = this.publicPrefixes.lengthOf(tokens);
    return (holder) => (holder?.scope === scope ? Number.POSITIVE_INFINITY : open);
  }

  private states(usable: (holder: Holder | undefined) => number): SequenceState[] {
    return this.slots.map(({ slot, tokens, holder, running, lastUsed }) => ({
      slot,
      tokens,
      promised: running?.request.tokens ?? tokens,
      usable: usable(holder),
      free: running === undefined,
      lastUsed,
    }));
  }

  private start(request: SubmittedRequest, sampler: RequestSampler, cachedTokens: number): SlotRequest {
    return {
      request,
      arrival: this.arrivals++,
      sampler,
      stream: new TextStream(request.sampling.stop),
      waitsFor: undefined,
      cachedTokens,
      completionTokens: 0,
      next: undefined,
      forced: [],
      draft: undefined,
      startedAt: undefined,
      decodingAt: undefined,
    };
  }

  private async copyWhenReady(slot: Slot, running: SlotRequest): Promise<void> {
    const wanted = running.waitsFor;
    if (wanted === undefined) return;
    const source = this.slots[wanted.slot];
    const usable = this.usableBy(running.request)(source?.holder);
    const ready = commonPrefix(source?.tokens ?? [], running.request.tokens);
    if (source !== undefined && Math.min(ready, usable) >= wanted.length) {
      running.waitsFor = undefined;
      const copied = await this.native.copyPrefix(slot.slot, source.slot, wanted.length);
      slot.tokens = copied ? running.request.tokens.slice(0, wanted.length) : [];
      running.cachedTokens = slot.tokens.length;
      // Whoever needs an idle place takes that of the copied one first, when nothing in it is lost.
      if (source.running === undefined && source.tokens.length === wanted.length) source.lastUsed = -1;
      return;
    }
    // Whoever was to evaluate the prefix left before it was done: this request evaluates it itself.
    if (source?.running?.arrival !== wanted.arrival) running.waitsFor = undefined;
  }
}
