import { describe, expect, it, vi } from 'vitest';
import { abortable } from '../../../../src/graphql/execution/abortable.js';

async function* numbers(count: number): AsyncGenerator<number, void, void> {
  for (let number = 0; number < count; number++) yield number;
}

/** Never says anything, and lets nobody go: as a stream of events that do not come. */
async function* silence(): AsyncGenerator<number, void, void> {
  await new Promise(() => undefined);
}

describe('abortable', () => {
  it('passes everything on', async () => {
    const onLeave = vi.fn();
    const seen: number[] = [];
    for await (const number of abortable(numbers(3), { onLeave })) seen.push(number);
    expect(seen).toEqual([0, 1, 2]);
    expect(onLeave).not.toHaveBeenCalled();
  });

  it('lets the consumer go at once, though the source is waiting', async () => {
    const onLeave = vi.fn();
    const stream = abortable(silence(), { onLeave });
    const next = stream.next();
    await stream.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await stream.return();
    expect(onLeave).toHaveBeenCalledTimes(1);
  });

  it('leaves when the signal is aborted, before or after the start', async () => {
    const onLeave = vi.fn();
    const controller = new AbortController();
    const next = abortable(silence(), { onLeave, signal: controller.signal }).next();
    controller.abort();
    expect((await next).done).toBe(true);
    expect((await abortable(numbers(1), { onLeave, signal: AbortSignal.abort() }).next()).done).toBe(true);
    expect(onLeave).toHaveBeenCalledTimes(2);
  });

  it('passes an error on and is over then', async () => {
    async function* broken(): AsyncGenerator<number, void, void> {
      yield 1;
      throw new Error('broken');
    }
    const onLeave = vi.fn();
    const stream = abortable(broken(), { onLeave });
    await stream.next();
    await expect(stream.next()).rejects.toThrow('broken');
    expect((await stream.next()).done).toBe(true);
    expect(onLeave).not.toHaveBeenCalled();
  });

  it('ends the source when a loop is left', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<number, void, void> {
      try {
        yield* numbers(10);
      } finally {
        ended = true;
      }
    }
    for await (const number of abortable(source())) if (number === 2) break;
    await vi.waitFor(() => expect(ended).toBe(true));
  });
});
