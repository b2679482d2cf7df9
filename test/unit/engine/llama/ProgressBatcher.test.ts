import { describe, expect, test } from 'vitest';
import { ProgressBatcher } from '../../../../src/engine/llama/ProgressBatcher.js';
import type { StepReport } from '../../../../src/engine/protocol.js';

const step = { stepMs: 5, sequences: 1, evaluated: 1, prefilled: 0, generated: 1, busy: 1, staged: 0, heldTokens: 9 };
const token = (completionTokens: number, text: string) => ({ id: 'a', text, completionTokens });

function makeBatcher({ sharesProcessor = false } = {}) {
  const reports: StepReport[] = [];
  return { reports, batcher: new ProgressBatcher((report) => reports.push(report), sharesProcessor) };
}

describe('what steps bring', () => {
  test('is reports at once for the first token, then together, texts joined and every step counted', () => {
    const { reports, batcher } = makeBatcher();
    batcher.add([token(1, 'one')], step);
    batcher.flushIfDue(0, 5);
    expect(reports).toHaveLength(1);
    for (const [at, count] of [
      [5, 2],
      [10, 3],
      [15, 4],
    ] as const) {
      batcher.add([token(count, ` ${count}`)], step);
      batcher.flushIfDue(at, 5);
    }
    expect(reports).toHaveLength(2);
    expect(reports[1]).toEqual({ steps: [step, step, step], progress: [token(4, ' 2 3 4')] });
  });

  test('is reports each time when steps are long, or the next one will be', () => {
    const { reports, batcher } = makeBatcher();
    batcher.add([token(2, 'a')], step);
    batcher.flushIfDue(1000, 30);
    batcher.add([token(3, 'b')], step);
    batcher.flushIfDue(1002, Number.POSITIVE_INFINITY);
    expect(reports).toHaveLength(2);
  });

  test.each([
    ['every second step of 31 ms to eight readers where the model runs on the processor', 8, true, 5],
    ['every step of 31 ms to three', 3, true, 10],
    ['every step to eight where it runs on a GPU', 8, false, 10],
  ])('is reports %s', (_, readers, sharesProcessor, times) => {
    const { reports, batcher } = makeBatcher({ sharesProcessor });
    const all = (count: number) => Array.from({ length: readers }, (_, id) => ({ ...token(count, 'x'), id: `${id}` }));
    for (let at = 0; at < 10; at++) {
      batcher.add(all(at + 2), step);
      batcher.flushIfDue(31 * (at + 1), 31);
    }
    expect(reports).toHaveLength(times);
  });

  test('is reports at once when a request ends, with all of its text', () => {
    const { reports, batcher } = makeBatcher();
    batcher.add([token(2, 'a')], step);
    batcher.flushIfDue(0, 5);
    batcher.add([token(3, 'b')], step);
    batcher.flushIfDue(1, 5);
    const finished = {
      reason: 'stop' as const,
      usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 4 },
      prefillMs: 1,
      decodeMs: 2,
    };
    batcher.add([{ ...token(4, 'c'), finished }], step);
    batcher.flushIfDue(2, 5);
    expect(reports[1]?.progress).toEqual([{ ...token(4, 'bc'), finished }]);
  });

  test('does not take along what may wait when something may not', () => {
    const { reports, batcher } = makeBatcher();
    batcher.add([token(5, 'a')], step);
    batcher.flushIfDue(0, 5);
    batcher.add([{ ...token(1, 'first'), id: 'b' }, token(6, 'b')], step);
    batcher.flushIfDue(5, 5);
    expect(reports[1]).toEqual({ steps: [step], progress: [{ ...token(1, 'first'), id: 'b' }] });
    batcher.add([{ ...token(2, '!'), id: 'b' }, token(7, 'c')], step);
    batcher.flushIfDue(15, 5);
    expect(reports[2]?.progress).toEqual([token(7, 'bc'), { ...token(2, '!'), id: 'b' }]);
  });

  test('leaves nothing behind when there is nothing more to do', () => {
    const { reports, batcher } = makeBatcher();
    batcher.flushIfDue(0, 1);
    batcher.add([token(2, 'a')], step);
    batcher.flush(1);
    batcher.flush(2);
    expect(reports).toHaveLength(1);
  });
});
