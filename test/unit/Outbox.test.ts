import { describe, expect, test } from 'vitest';
import { Outbox } from '../../src/engine/llama/Outbox.js';
import type { StepReport } from '../../src/engine/protocol.js';

const step = { stepMs: 5, sequences: 1, evaluated: 1, prefilled: 0, generated: 1, busy: 1, staged: 0, heldTokens: 9 };
const token = (completionTokens: number, text: string) => ({ id: 'a', text, completionTokens });

function outbox({ sharesProcessor = false } = {}) {
  const told: StepReport[] = [];
  return { told, box: new Outbox((report) => told.push(report), sharesProcessor) };
}

describe('what steps bring', () => {
  test('is told at once for the first token, then together, texts joined and every step counted', () => {
    const { told, box } = outbox();
    box.add([token(1, 'one')], step);
    box.tell(0, 5);
    expect(told).toHaveLength(1);
    for (const [at, count] of [
      [5, 2],
      [10, 3],
      [15, 4],
    ] as const) {
      box.add([token(count, ` ${count}`)], step);
      box.tell(at, 5);
    }
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual({ steps: [step, step, step], progress: [token(4, ' 2 3 4')] });
  });

  test('is told each time when steps are long, or the next one will be', () => {
    const { told, box } = outbox();
    box.add([token(2, 'a')], step);
    box.tell(1000, 30);
    box.add([token(3, 'b')], step);
    box.tell(1002, Number.POSITIVE_INFINITY);
    expect(told).toHaveLength(2);
  });

  test.each([
    ['every second step of 31 ms to eight readers where the model runs on the processor', 8, true, 5],
    ['every step of 31 ms to three', 3, true, 10],
    ['every step to eight where it runs on a GPU', 8, false, 10],
  ])('is told %s', (_, readers, sharesProcessor, times) => {
    const { told, box } = outbox({ sharesProcessor });
    const all = (count: number) => Array.from({ length: readers }, (_, id) => ({ ...token(count, 'x'), id: `${id}` }));
    for (let at = 0; at < 10; at++) {
      box.add(all(at + 2), step);
      box.tell(31 * (at + 1), 31);
    }
    expect(told).toHaveLength(times);
  });

  test('is told at once when a request ends, with all of its text', () => {
    const { told, box } = outbox();
    box.add([token(2, 'a')], step);
    box.tell(0, 5);
    box.add([token(3, 'b')], step);
    box.tell(1, 5);
    const finished = {
      reason: 'stop' as const,
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 4 },
      prefillMs: 1,
      decodeMs: 2,
    };
    box.add([{ ...token(4, 'c'), finished }], step);
    box.tell(2, 5);
    expect(told[1]?.progress).toEqual([{ ...token(4, 'bc'), finished }]);
  });

  test('does not take along what may wait when something may not', () => {
    const { told, box } = outbox();
    box.add([token(5, 'a')], step);
    box.tell(0, 5);
    box.add([{ ...token(1, 'first'), id: 'b' }, token(6, 'b')], step);
    box.tell(5, 5);
    expect(told[1]).toEqual({ steps: [step], progress: [{ ...token(1, 'first'), id: 'b' }] });
    box.add([{ ...token(2, '!'), id: 'b' }, token(7, 'c')], step);
    box.tell(15, 5);
    expect(told[2]?.progress).toEqual([token(7, 'bc'), { ...token(2, '!'), id: 'b' }]);
  });

  test('leaves nothing behind when there is nothing more to do', () => {
    const { told, box } = outbox();
    box.tell(0, 1);
    box.add([token(2, 'a')], step);
    box.tellAll(1);
    box.tellAll(2);
    expect(told).toHaveLength(1);
  });
});
