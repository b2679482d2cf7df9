import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupCount, planMove, withSlot } from '../../../../src/engine/llama/contiguity.js';

const places = fc
  .uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 16 })
  .map((list) => list.sort((a, b) => a - b));
const all = Array.from({ length: 16 }, (_, slot) => slot);

describe('groups of sequences side by side', () => {
  test.each([
    [[], 0],
    [[3], 1],
    [[0, 1, 2], 1],
    [[0, 2, 4], 3],
    [[0, 1, 5, 6, 9], 3],
  ])('%j: %i', (slots, count) => {
    expect(groupCount(slots)).toBe(count);
  });
});

describe('a move that closes a gap', () => {
  test('takes the one apart into the gap', () => {
    expect(planMove([0, 1, 3, 4, 9], [{ slot: 9, left: 50 }], [2, 5, 6, 7, 8], 10)).toEqual({ from: 9, to: 2 });
  });

  test('is not made for one that is about to end', () => {
    expect(planMove([0, 2], [{ slot: 2, left: 9 }], [1, 3], 10)).toBeUndefined();
  });

  test('is not made when more would have to follow than it pays for', () => {
    const movable = [4, 5].map((slot) => ({ slot, left: 15 }));
    expect(planMove([0, 1, 2, 4, 5], movable, [3, 6], 10)).toBeUndefined();
    expect(planMove([0, 1, 2, 4], movable.slice(0, 1), [3, 5, 6], 10)).toEqual({ from: 4, to: 3 });
  });

  test('leads from busy to free, again and again until all are one group', () => {
    fc.assert(
      fc.property(places, (busy) => {
        let now = busy;
        for (let moves = 0; groupCount(now) > 1; moves++) {
          expect(moves).toBeLessThan(busy.length);
          const free = all.filter((slot) => !now.includes(slot));
          const move = planMove(
            now,
            now.map((slot) => ({ slot, left: 1000 })),
            free,
            10,
          );
          expect(now).toContain(move?.from);
          expect(free).toContain(move?.to);
          now = withSlot(
            now.filter((slot) => slot !== move?.from),
            move?.to ?? -1,
          );
        }
      }),
    );
  });
});
