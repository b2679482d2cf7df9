/** A sequence in use, as the planner sees it. */
export interface PlannedSequence {
  slot: number;
  /** Prompt tokens that are not evaluated yet; 0 when it decodes. */
  remaining: number;
  /** Grows with each request: the lowest came first. */
  arrival: number;
  /** Nobody reads its tokens as they come. */
  unread?: boolean | undefined;
}

export interface StepLimits {
  /** Most tokens of one native decode. */
  batchSize: number;
  /** Prompt tokens per step while another sequence decodes or waits for its prefill. */
  sharedChunk: number;
  /** Prompt tokens per step when nobody else is there, or nobody reads along. */
  loneChunk: number;
  /** Guessed tokens evaluated behind each next one while all decode. */
  drafted: number;
}

export interface StepItem {
  slot: number;
  tokens: number;
}

/** The part of the prompt budget that a long prompt gets when nobody waits longer, however many short ones come. */
const oldestShare = 1 / 4;
/** A prompt with at most this many chunks left is short: short ones go before long ones, in the order they came. */
const shortChunks = 2;
/** A chunk may be this much larger when that ends a prompt: a step for a small rest would cost a pass of its own. */
const stretch = 1.5;

/**
 * What goes into the next native decode, by slot: every decoding sequence gives one token, then prompts fill the
 * budget, the first short one before all others, so that it is not kept waiting by a long one and takes few passes.
 * Every prompt gives a token at least while there is budget: one left out would part the others, which costs a pass.
 */
export function planStep(sequences: readonly PlannedSequence[], limits: StepLimits): StepItem[] {
  const tokens = 1 + limits.drafted;
  if (sequences.every(({ remaining }) => remaining === 0) && sequences.length * tokens <= limits.batchSize) {
    return sequences.map(({ slot }) => ({ slot, tokens })).sort(bySlot);
  }
  const given = new Map<number, number>();
  for (const { slot, remaining } of sequences) {
    if (remaining === 0 && given.size < limits.batchSize) given.set(slot, 1);
  }
  const isHurried = sequences.length > 1 && sequences.some(({ unread }) => unread !== true);
  const chunk = isHurried ? limits.sharedChunk : limits.loneChunk;
  const isShort = ({ remaining }: PlannedSequence) => remaining <= shortChunks * chunk;
  const inTurn = sequences
    .filter(({ remaining }) => remaining > 0)
    .sort((a, b) => {
      if (isShort(a) !== isShort(b)) return isShort(a) ? -1 : 1;
      return isShort(a) ? a.arrival - b.arrival : a.remaining - b.remaining || a.arrival - b.arrival;
    });
  const [next] = inTurn;
  const rest = next !== undefined && next.remaining <= stretch * chunk ? next.remaining + inTurn.length - 1 : 0;
  let budget = Math.min(limits.batchSize - given.size, Math.max(chunk, rest));
  const give = ({ slot, remaining }: PlannedSequence, most: number) => {
    const has = given.get(slot) ?? 0;
    const tokens = Math.min(remaining - has, most, budget);
    if (tokens <= 0) return;
    given.set(slot, has + tokens);
    budget -= tokens;
  };

  const oldest = inTurn.reduce<PlannedSequence | undefined>(
    (first, other) => (first === undefined || other.arrival < first.arrival ? other : first),
    undefined,
  );
  if (oldest !== undefined && !isShort(oldest)) give(oldest, Math.ceil(budget * oldestShare));
  for (const sequence of inTurn) give(sequence, given.has(sequence.slot) ? 0 : 1);
  for (const sequence of inTurn) give(sequence, Number.POSITIVE_INFINITY);
  return [...given].map(([slot, tokens]) => ({ slot, tokens })).sort(bySlot);
}

function bySlot(a: StepItem, b: StepItem): number {
  return a.slot - b.slot;
}

/**
 * How many prompt tokens may go into one step so that it takes about `targetMs`, at a measured rate; a power of two
 * of at least 32, since a size that wavers would change rounding from run to run.
 */
export function chunkFor(tokensPerSecond: number, targetMs: number, batchSize: number): number {
  const wanted = (tokensPerSecond * targetMs) / 1000;
  return Math.min(2 ** Math.floor(Math.log2(Math.max(32, wanted))), batchSize);
}
