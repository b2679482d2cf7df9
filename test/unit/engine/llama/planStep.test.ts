import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunkFor, type PlannedSequence, planStep, type StepLimits } from '../../../../src/engine/llama/planStep.js';

const limits: fc.Arbitrary<StepLimits> = fc
  .record({ batchSize: fc.integer({ min: 16, max: 512 }), shared: fc.integer({ min: 16, max: 512 }) })
  .map(({ batchSize, shared }) => ({
    batchSize,
    sharedChunk: Math.min(shared, batchSize),
    loneChunk: batchSize,
    drafted: 0,
  }));

const sequences: fc.Arbitrary<PlannedSequence[]> = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 4000 })), { maxLength: 16 })
  .map((list) => list.map((remaining, slot) => ({ slot, remaining, arrival: slot })));

describe('the plan of a step', () => {
  test('keeps the budget, takes each sequence at most once and never more than it has left', () => {
    fc.assert(
      fc.property(sequences, limits, (list, limit) => {
        const plan = planStep(list, limit);
        const total = plan.reduce((sum, { tokens }) => sum + tokens, 0);
        expect(total).toBeLessThanOrEqual(limit.batchSize);
        expect(new Set(plan.map(({ slot }) => slot)).size).toBe(plan.length);
        for (const { slot, tokens } of plan) {
          const remaining = list[slot]?.remaining ?? -1;
          expect(tokens).toBeGreaterThan(0);
          expect(tokens).toBeLessThanOrEqual(Math.max(1, remaining));
        }
      }),
    );
  });

  test('gives every decoding sequence its token', () => {
    fc.assert(
      fc.property(sequences, limits, (list, limit) => {
        const planned = new Map(planStep(list, limit).map(({ slot, tokens }) => [slot, tokens]));
        for (const { slot, remaining } of list) if (remaining === 0) expect(planned.get(slot)).toBe(1);
      }),
    );
  });

  test('does something whenever there is something to do', () => {
    fc.assert(
      fc.property(sequences, limits, (list, limit) => {
        expect(planStep(list, limit).length > 0).toBe(list.length > 0);
      }),
    );
  });

  test('prefills short prompts in the order they came, a long one last, and a little of every other', () => {
    const list = [
      { slot: 0, remaining: 900, arrival: 1 },
      { slot: 1, remaining: 60, arrival: 2 },
      { slot: 2, remaining: 30, arrival: 0 },
    ];
    expect(planStep(list, { batchSize: 512, sharedChunk: 64, loneChunk: 512, drafted: 0 })).toEqual([
      { slot: 0, tokens: 1 },
      { slot: 1, tokens: 33 },
      { slot: 2, tokens: 30 },
    ]);
  });

  test('a long prompt that waits longest gets its part beside short ones', () => {
    const list = [
      { slot: 0, remaining: 900, arrival: 0 },
      { slot: 1, remaining: 60, arrival: 1 },
    ];
    expect(planStep(list, { batchSize: 512, sharedChunk: 64, loneChunk: 512, drafted: 0 })).toEqual([
      { slot: 0, tokens: 16 },
      { slot: 1, tokens: 48 },
    ]);
  });

  test('a chunk is stretched over a small rest', () => {
    const limit = { batchSize: 512, sharedChunk: 64, loneChunk: 512, drafted: 0 };
    const decoding = { slot: 0, remaining: 0, arrival: 0 };
    expect(planStep([decoding, { slot: 1, remaining: 90, arrival: 1 }], limit)).toEqual([
      { slot: 0, tokens: 1 },
      { slot: 1, tokens: 90 },
    ]);
    expect(planStep([decoding, { slot: 1, remaining: 100, arrival: 1 }], limit)[1]).toEqual({ slot: 1, tokens: 64 });
  });

  test('names sequences in their order in memory and leaves none out, so that they are evaluated side by side', () => {
    fc.assert(
      fc.property(sequences, limits, (list, limit) => {
        const slots = planStep(list, limit).map(({ slot }) => slot);
        expect(slots).toEqual([...slots].sort((a, b) => a - b));
        const room = limit.batchSize >= 64 && limit.sharedChunk >= 64;
        if (room) expect(slots).toHaveLength(list.length);
      }),
    );
  });

  test('guesses are evaluated while all decode, and as many of each', () => {
    const limit = { batchSize: 512, sharedChunk: 64, loneChunk: 256, drafted: 3 };
    const decoding = [2, 3].map((slot) => ({ slot, remaining: 0, arrival: slot }));
    expect(planStep(decoding, limit)).toEqual([
      { slot: 2, tokens: 4 },
      { slot: 3, tokens: 4 },
    ]);
    expect(planStep([...decoding, { slot: 4, remaining: 40, arrival: 4 }], limit)).toEqual([
      { slot: 2, tokens: 1 },
      { slot: 3, tokens: 1 },
      { slot: 4, tokens: 40 },
    ]);
  });

  test('a long prompt ends however many short ones keep coming', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 100, max: 2000 }), (limit, long) => {
        let rest = long;
        let arrival = 1;
        for (let step = 0; rest > 0; step++) {
          expect(step).toBeLessThan(4 * long);
          const list = [
            { slot: 0, remaining: rest, arrival: 0 },
            { slot: 1, remaining: 8, arrival: arrival++ },
            { slot: 2, remaining: 8, arrival: arrival++ },
          ];
          rest -= planStep(list, limit).find(({ slot }) => slot === 0)?.tokens ?? 0;
        }
      }),
      { numRuns: 30 },
    );
  });

  test('a prompt that is alone gets larger steps than one that shares', () => {
    const limit = { batchSize: 512, sharedChunk: 64, loneChunk: 256, drafted: 0 };
    const long = { slot: 0, remaining: 2000, arrival: 0 };
    expect(planStep([long], limit)).toEqual([{ slot: 0, tokens: 256 }]);
    expect(planStep([long, { slot: 1, remaining: 0, arrival: 1 }], limit)).toEqual([
      { slot: 0, tokens: 64 },
      { slot: 1, tokens: 1 },
    ]);
  });

  test('steps are as large where nobody reads along, until somebody does', () => {
    const limit = { batchSize: 512, sharedChunk: 64, loneChunk: 256, drafted: 0 };
    const unread = [0, 100, 100, 100].map((remaining, slot) => ({ slot, remaining, arrival: slot, unread: true }));
    const total = (list: PlannedSequence[]) => planStep(list, limit).reduce((sum, { tokens }) => sum + tokens, 0);
    expect(total(unread)).toBe(1 + 256);
    expect(total([...unread, { slot: 4, remaining: 0, arrival: 4 }])).toBeLessThanOrEqual(2 + 100 + 2);
  });
});

describe('the size of a prefill chunk', () => {
  test.each([
    [400, 200, 64],
    [400, 500, 128],
    [20_000, 200, 512],
    [1, 200, 32],
  ])('%i tokens a second in %i ms: %i', (rate, ms, size) => {
    expect(chunkFor(rate, ms, 512)).toBe(size);
  });
});
