import { groupCount, withSlot } from './contiguity.js';

/** A sequence with the tokens whose state it holds. */
export interface SequenceState {
  slot: number;
  tokens: readonly number[];
  /** All tokens it will hold when its prefill is done: its prompt. Equal to `tokens` when it is idle. */
  promised: readonly number[];
  /** Of its first tokens, how many the prompt may take over at most: all of its own scope's, else the public ones. */
  usable: number;
  free: boolean;
  /** Step in which it was used last. */
  lastUsed: number;
}

export interface SequenceChoice {
  slot: number;
  /** Tokens of its own state that are kept. */
  keep: number;
  /** Another sequence whose first `length` tokens are worth copying, once it has evaluated them. */
  copyFrom: { slot: number; length: number } | undefined;
}

/** Number of tokens that both begin with. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

/**
 * A free sequence; undefined when there is none. Of those that keep what runs side by side it is the one whose state
 * has the longest common prefix with the prompt, the longest unused one among equals; a longer prefix elsewhere is
 * copied when it saves at least `worthCopying` tokens of prefill. The last token of a prompt is never taken from a
 * state: its logits are needed.
 */
export function chooseSequence(
  prompt: readonly number[],
  sequences: readonly SequenceState[],
  worthCopying: number,
): SequenceChoice | undefined {
  const most = prompt.length - 1;
  const busy = sequences.filter(({ free }) => !free).map(({ slot }) => slot);
  let choice: (Candidate & { slot: number; keep: number }) | undefined;
  for (const { slot, tokens, usable, free, lastUsed } of sequences) {
    if (!free) continue;
    const keep = Math.min(commonPrefix(prompt, tokens), usable, most);
    const candidate = {
      slot,
      keep,
      // What goes on from a state that others may use up to here only would end it for them: it is copied instead.
      gain: usable < tokens.length ? 0 : keep,
      groups: groupCount(withSlot(busy, slot)),
      lastUsed,
    };
    if (choice === undefined || isBetter(candidate, choice)) choice = candidate;
  }
  if (choice === undefined) return undefined;

  let copyFrom: SequenceChoice['copyFrom'];
  for (const { slot, promised, usable } of sequences) {
    if (slot === choice.slot) continue;
    const length = Math.min(commonPrefix(prompt, promised), usable, most);
    if (length >= choice.keep + worthCopying && length > (copyFrom?.length ?? 0)) copyFrom = { slot, length };
  }
  return { slot: choice.slot, keep: choice.keep, copyFrom };
}

type Candidate = { gain: number; groups: number; lastUsed: number };

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.groups !== b.groups) return a.groups < b.groups;
  return a.gain !== b.gain ? a.gain > b.gain : a.lastUsed < b.lastUsed;
}
