/** A sequence in use, as the planner sees it. */
export interface PlannedSequence {
  slot: number;
  /** Prompt tokens that are not evaluated yet; 0 when it decodes. */
  remaining: number;
  /** Grows with each request: the lowest came first. */
  arrival: number;
}

export interface StepLimits {
  /** Most tokens of one native decode. */
  batchSize: number;
  /** Prompt tokens per step while another sequence decodes or waits for its prefill. */
  sharedChunk: number;
  /** Prompt tokens per step when nobody else is there. */
  loneChunk: number;
}

export interface StepItem {
  slot: number;
  tokens: number;
}

/** The part of the prompt budget that the longest waiting prompt gets at least, however many short ones come. */
const oldestShare = 1 / 4;

/**
 * What goes into the next native decode: every decoding sequence gives one token, then prompts fill the budget, the
 * one with the least left first, so that a short prompt is not kept waiting by a long one.
 */
export function planStep(sequences: readonly PlannedSequence[], limits: StepLimits): StepItem[] {
  const decoding = sequences.filter(({ remaining }) => remaining === 0);
  const items = decoding.slice(0, limits.batchSize).map(({ slot }) => ({ slot, tokens: 1 }));

  const chunk = sequences.length === 1 ? limits.loneChunk : limits.sharedChunk;
  let budget = Math.min(limits.batchSize - items.length, chunk);
  const shortestFirst = sequences
    .filter(({ remaining }) => remaining > 0)
    .sort((a, b) => a.remaining - b.remaining || a.arrival - b.arrival);
  const oldest = shortestFirst.reduce<PlannedSequence | undefined>(
    (first, next) => (first === undefined || next.arrival < first.arrival ? next : first),
    undefined,
  );
  const reserved = oldest === undefined ? 0 : Math.min(oldest.remaining, Math.ceil(budget * oldestShare));

  for (const sequence of shortestFirst) {
    const available = sequence === oldest ? budget : budget - (items.some(isOf(oldest)) ? 0 : reserved);
    const tokens = Math.min(sequence.remaining, available);
    if (tokens <= 0) continue;
    items.push({ slot: sequence.slot, tokens });
    budget -= tokens;
  }
  return items;
}

function isOf(sequence: PlannedSequence | undefined): (item: StepItem) => boolean {
  return ({ slot }) => slot === sequence?.slot;
}

/**
 * How many prompt tokens may go into one step so that it takes about `targetMs`, at a measured rate; a power of two
 * of at least 32, since a size that wavers would change rounding from run to run.
 */
export function chunkFor(tokensPerSecond: number, targetMs: number, batchSize: number): number {
  const wanted = (tokensPerSecond * targetMs) / 1000;
  return Math.min(2 ** Math.floor(Math.log2(Math.max(32, wanted))), batchSize);
}
