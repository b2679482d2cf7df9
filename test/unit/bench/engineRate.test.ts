import { expect, test } from 'vitest';
import { DecodeClock, parseBatchedBench } from '../../../src/bench/engineRate.js';

test('the decoding rate begins when all decode and ends when the first has ended', () => {
  const clock = new DecodeClock(2);
  const step = (a: number, b: number) => [
    { id: 'a', text: '', completionTokens: a },
    { id: 'b', text: '', completionTokens: b },
  ];
  clock.step(step(1, 0), 1000);
  clock.step(step(2, 1), 2000);
  expect(clock.perSecond).toBeNull();
  clock.step(step(3, 2), 2100);
  clock.step(
    step(4, 3).map((progress) =>
      progress.id === 'a'
        ? {
            ...progress,
            finished: {
              reason: 'length' as const,
              usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 4 },
              prefillMs: 1,
              decodeMs: 1,
            },
          }
        : progress,
    ),
    2200,
  );
  clock.step([{ id: 'b', text: '', completionTokens: 4 }], 9000);
  expect(clock.perSecond).toBe(20);
});

test('the rate of llama-batched-bench is read from its JSON lines', () => {
  const output = 'warming up\n{"pp": 97, "tg": 128, "pl": 8, "t_tg": 2.1, "speed_tg": 487.6}\n\ndone\n';
  expect(parseBatchedBench(output)).toBe(487.6);
  expect(() => parseBatchedBench('error: no model')).toThrow('no result');
});
