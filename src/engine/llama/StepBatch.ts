import type { Native } from './native.js';
import type { Slot, SlotRequest } from './Slot.js';

/** A guessed token, and where the logits stand that it leaves. */
export interface Drafted {
  token: number;
  logits: number;
}

/** One request's part of the step under way. */
export interface Part {
  slot: Slot;
  running: SlotRequest;
  /** Where the logits of its next token stand. */
  logits: number;
  drafted: readonly Drafted[];
}

/** Puts the tokens of one step into the native batch. */
export class StepBatch {
  constructor(private readonly native: Native) {}

  /** The next `count` tokens of a request; a part to sample from when the logits behind its last one are there. */
  add(slot: Slot, running: SlotRequest, count: number): Part | undefined {
    const { next, forced } = running;
    if (next === undefined) return this.addPrompt(slot, running, count);
    return forced.length > 0 ? this.addForced(slot, running, next, count) : this.addNext(slot, running, next, count);
  }

  private addPrompt(slot: Slot, running: SlotRequest, count: number): Part | undefined {
    const position = slot.tokens.length;
    const prompt = running.request.tokens;
    const tokens = prompt.slice(position, position + count);
    if (tokens.length === 0) throw new Error('a prompt has no tokens left to evaluate');
    return this.addTokens(slot, running, tokens, position + tokens.length === prompt.length);
  }

  /** Tokens that had to follow the one sampled last: they are evaluated together, like a prompt. */
  private addForced(slot: Slot, running: SlotRequest, next: number, count: number): Part | undefined {
    const waiting = [...running.forced, next];
    running.forced = waiting.slice(count, -1);
    return this.addTokens(slot, running, waiting.slice(0, count), count >= waiting.length);
  }

  private addTokens(slot: Slot, running: SlotRequest, tokens: number[], isLast: boolean): Part | undefined {
    const [logits] = this.native.addToBatch(slot.slot, slot.tokens.length, tokens, isLast ? [tokens.length - 1] : []);
    slot.tokens.push(...tokens);
    return logits === undefined ? undefined : { slot, running, logits, drafted: [] };
  }

  /** The token sampled last and, with it, what is guessed to follow. */
  private addNext(slot: Slot, running: SlotRequest, next: number, count: number): Part {
    // One without a guess repeats its last token, to have as many as the others.
    const guessed = count > 1 ? (running.draft?.guess(count - 1) ?? []) : [];
    const behind = Array.from({ length: count - 1 }, (_, index) => guessed[index] ?? next);
    const tokens = [next, ...behind];
    const [logits, ...others] = this.native.addToBatch(slot.slot, slot.tokens.length, tokens, [...tokens.keys()]);
    if (logits === undefined) throw new Error('the batch gave no logits for a token');
    slot.tokens.push(next);
    const drafted = others.map((at, index) => ({ token: behind[index] ?? next, logits: at }));
    return { slot, running, logits, drafted };
  }
}
