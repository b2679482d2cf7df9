import { describe, expect, test } from 'vitest';
import { hedgedRequest } from '../../../src/client/hedgedRequest.js';

/** A request that is answered by hand. */
function asked() {
  const tries: {
    repeated: boolean;
    signal: AbortSignal;
    answer: (text: string) => void;
    fail: (error: Error) => void;
  }[] = [];
  const waiting: (() => void)[] = [];
  const send = (signal: AbortSignal, repeated: boolean) =>
    new Promise<string>((answer, fail) => {
      tries.push({ repeated, signal, answer, fail });
      signal.addEventListener('abort', () => fail(signal.reason));
      for (const wake of waiting.splice(0)) wake();
    });
  /** Settles when there were so many tries. */
  const made = async (count: number) => {
    while (tries.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { tries, send, made };
}

const alive = () => Promise.resolve();
const hedgeAfterMs = 10;

describe('hedgedRequest', () => {
  test('an answer within the patience is asked for once', async () => {
    const { tries, send } = asked();
    const answer = hedgedRequest(send, { hedgeAfterMs: 10_000, check: alive, signal: undefined });
    tries[0]?.answer('first');
    expect(await answer).toBe('first');
    expect(tries).toHaveLength(1);
  });

  test('silence is met with the same request beside the first, and whichever answers counts', async () => {
    for (const answering of [0, 1]) {
      const { tries, send, made } = asked();
      const answer = hedgedRequest(send, { hedgeAfterMs, check: alive, signal: undefined });
      await made(2);
      expect(tries.map(({ repeated, signal }) => [repeated, signal.aborted])).toEqual([
        [false, false],
        [true, false],
      ]);
      tries[answering]?.answer(`from ${answering}`);
      expect(await answer).toBe(`from ${answering}`);
      expect(tries.every(({ signal }) => signal.aborted)).toBe(true);
    }
  });

  test('there are never more than two at a time', async () => {
    const { tries, send, made } = asked();
    const answer = hedgedRequest(send, { hedgeAfterMs, check: alive, signal: undefined });
    await made(4);
    expect(tries.slice(0, 4).map(({ signal }) => signal.aborted)).toEqual([true, true, false, false]);
    tries[3]?.answer('late');
    expect(await answer).toBe('late');
  });

  test('a failure counts when nothing else is under way', async () => {
    const { tries, send, made } = asked();
    const answer = hedgedRequest(send, { hedgeAfterMs, check: alive, signal: undefined });
    await made(2);
    const last = new Error('second failed');
    tries[0]?.fail(new Error('first failed'));
    tries[1]?.fail(last);
    await expect(answer).rejects.toBe(last);
  });

  test('a server that is gone ends it', async () => {
    const gone = new Error('gone');
    const { tries, send } = asked();
    const answer = hedgedRequest(send, { hedgeAfterMs, check: () => Promise.reject(gone), signal: undefined });
    await expect(answer).rejects.toBe(gone);
    expect(tries.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  test('an abort ends it with its reason, before or in the middle', async () => {
    const reason = new Error('enough');
    const { tries, send } = asked();
    const controller = new AbortController();
    const answer = hedgedRequest(send, { hedgeAfterMs, check: alive, signal: controller.signal });
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
    expect(tries.map(({ signal }) => signal.aborted)).toEqual([true]);
    await expect(hedgedRequest(send, { hedgeAfterMs, check: alive, signal: controller.signal })).rejects.toBe(reason);
    expect(tries).toHaveLength(1);
  });
});
