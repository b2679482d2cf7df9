/** A sequence with the tokens whose state it holds. */
export interface SequenceState {
  slot: number;
  tokens: readonly number[];
  /** All tokens it will hold when its prefill is done: its prompt. Equal to `tokens` when it is idle. */
  promised: readonly number[];
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

/** A copy pays when it saves at least this many tokens of prefill. */
const worthCopying = 32;

/** Number of tokens that both begin with. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}

/**
 * The free sequence whose state has the longest common prefix with the prompt, the longest unused one among equals;
 * undefined when none is free. The last token of a prompt is never taken from a state: its logits are needed.
 */
export function chooseSequence(
  prompt: readonly number[],
  sequences: readonly SequenceState[],
): SequenceChoice | undefined {
  const most = prompt.length - 1;
  let choice: { slot: number; keep: number; lastUsed: number } | undefined;
  for (const { slot, tokens, free, lastUsed } of sequences) {
    if (!free) continue;
    const keep = Math.min(commonPrefix(prompt, tokens), most);
    const better = choice === undefined || keep > choice.keep || (keep === choice.keep && lastUsed < choice.lastUsed);
    if (better) choice = { slot, keep, lastUsed };
  }
  if (choice === undefined) return undefined;

  let copyFrom: SequenceChoice['copyFrom'];
  for (const { slot, promised } of sequences) {
    if (slot === choice.slot) continue;
    const length = Math.min(commonPrefix(prompt, promised), most);
    if (length >= choice.keep + worthCopying && length > (copyFrom?.length ?? 0)) copyFrom = { slot, length };
  }
  return { slot: choice.slot, keep: choice.keep, copyFrom };
}
