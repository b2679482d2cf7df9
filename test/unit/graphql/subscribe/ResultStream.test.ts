import type { ExecutionResult } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { ResultStream } from '../../../../src/graphql/subscribe/ResultStream.js';

async function* numbers(upTo: number, error?: Error): AsyncGenerator<number> {
  for (let number = 1; number <= upTo; number++) yield number;
  if (error !== undefined) throw error;
}

function streamOf(source: AsyncIterator<number>, read = (number: number): ExecutionResult => ({ data: { number } })) {
  return new ResultStream(source, read);
}

async function all(results: AsyncIterable<ExecutionResult>): Promise<ExecutionResult[]> {
  const seen: ExecutionResult[] = [];
  for await (const result of results) seen.push(result);
  return seen;
}

const failed = { lastResult: () => ({ data: { failed: true } }) };
const marked = { toResult: (result: ExecutionResult) => ({ ...result, extensions: { marked: true } }) };

describe('a stream of results', () => {
  test('passes every event through its stages in their order', async () => {
    const add = (text: string) => ({
      toResult: ({ data }: ExecutionResult) => ({ data: { number: `${data?.number}${text}` } }),
    });
    const results = ResultStream.through(ResultStream.through(streamOf(numbers(2)), add('a')), add('b'));
    expect(await all(results)).toEqual([{ data: { number: '1ab' } }, { data: { number: '2ab' } }]);
  });

  test('takes any other stream of results too', async () => {
    async function* other() {
      yield { data: { x: 1 } };
    }
    expect(await all(ResultStream.through(other(), marked))).toEqual([
      { data: { x: 1 }, extensions: { marked: true } },
    ]);
  });

  test.each([
    ['of the source', () => streamOf(numbers(1, new Error('broken')))],
    [
      'of reading',
      () =>
        streamOf(numbers(2), (number) => {
          if (number === 2) throw new Error('broken');
          return { data: { number } };
        }),
    ],
    [
      'of a promise',
      () =>
        new ResultStream(numbers(2), async (number) => {
          if (number === 2) throw new Error('broken');
          return { data: { number } };
        }),
    ],
  ])(
    'ends with the last result that a stage makes of a failure %s, and what stands behind it sees that',
    async (_, make) => {
      const onEnd = vi.fn();
      const results = ResultStream.through(ResultStream.through(make(), failed), { ...marked, onEnd });
      expect(await all(results)).toEqual([
        { data: { number: 1 }, extensions: { marked: true } },
        { data: { failed: true }, extensions: { marked: true } },
      ]);
      expect(onEnd).toHaveBeenCalledTimes(1);
    },
  );

  test('ends its source when a result can not be read', async () => {
    const source = numbers(5);
    const left = vi.spyOn(source, 'return');
    const results = streamOf(source, () => {
      throw new Error('broken');
    });
    await all(ResultStream.through(results, failed));
    expect(left).toHaveBeenCalledTimes(1);
  });

  test('throws a failure on that no stage takes', async () => {
    await expect(all(ResultStream.through(streamOf(numbers(1, new Error('broken'))), marked))).rejects.toThrow(
      'broken',
    );
  });

  test('tells its end once when the consumer leaves, and the source', async () => {
    const onEnd = vi.fn();
    const source = numbers(5);
    const left = vi.spyOn(source, 'return');
    for await (const _ of ResultStream.through(streamOf(source), { onEnd })) break;
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect(left).toHaveBeenCalledTimes(1);
  });
});
