/**
 * Sequences lie next to each other in the context's memory, and one pass of the native decode takes only sequences
 * whose numbers follow each other and that give equally many tokens (llama.cpp, `llama_batch_allocr::split_equal`):
 * 8 of 16 that lie apart take 8 passes, twice the time of 8 side by side.
 */

/** Number of runs of consecutive numbers in an ascending list. */
export function groupCount(slots: readonly number[]): number {
  return slots.reduce((groups, slot, index) => (index > 0 && slots[index - 1] === slot - 1 ? groups : groups + 1), 0);
}

/** The same list with one more number in its place. */
export function withSlot(slots: readonly number[], slot: number): number[] {
  return [...slots, slot].sort((a, b) => a - b);
}

/** The same list with another number instead of one. */
function moved(slots: readonly number[], from: number, to: number): number[] {
  return withSlot(
    slots.filter((slot) => slot !== from),
    to,
  );
}

/** Sizes of the groups, by slot. */
function groupSizes(slots: readonly number[]): Map<number, number> {
  const sizes = new Map<number, number>();
  let group: number[] = [];
  for (const [index, slot] of slots.entries()) {
    group = index > 0 && slots[index - 1] === slot - 1 ? [...group, slot] : [slot];
    for (const member of group) sizes.set(member, group.length);
  }
  return sizes;
}

/** Grows with every sequence that leaves a smaller group for a larger one, and is largest when all are one group. */
function cohesion(slots: readonly number[]): number {
  return [...groupSizes(slots).values()].reduce((sum, size) => sum + size, 0);
}

export interface Movable {
  slot: number;
  /** Tokens it will still generate at most. */
  left: number;
}

/**
 * The move of one sequence to a free place that brings all closest together, of the one with most left among equals;
 * undefined when none does, or nobody has as much left as makes the copies worth their time: `worthMoving` tokens for
 * each sequence of the group that has to be dissolved.
 */
export function planMove(
  busy: readonly number[],
  movable: readonly Movable[],
  free: readonly number[],
  worthMoving: number,
): { from: number; to: number } | undefined {
  if (groupCount(busy) < 2) return undefined;
  const sizes = groupSizes(busy);
  let most = cohesion(busy);
  let best: { from: number; to: number } | undefined;
  const longestFirst = movable
    .filter(({ slot, left }) => left >= worthMoving * (sizes.get(slot) ?? 1))
    .sort((a, b) => b.left - a.left);
  for (const { slot: from } of longestFirst) {
    for (const to of free) {
      const then = cohesion(moved(busy, from, to));
      if (then <= most) continue;
      most = then;
      best = { from, to };
    }
  }
  return best;
}
