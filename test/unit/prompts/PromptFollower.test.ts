import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { initialConfig } from '../../../src/config/Config.js';
import { LlamaHomeError } from '../../../src/errors/index.js';
import { decodeCursor, encodeCursor } from '../../../src/prompts/cursor.js';
import { LivePrompt } from '../../../src/prompts/LivePrompt.js';
import { normaliseInput } from '../../../src/prompts/normaliseInput.js';
import type { PromptEvent } from '../../../src/prompts/Prompt.js';
import { followStored } from '../../../src/prompts/PromptFollower.js';
import { newRecord } from '../../../src/prompts/records.js';

const beginning = { attempt: 0, offset: 0, ended: false };

function livePrompt(): LivePrompt {
  const owner = { ownerId: 'u', ownerTier: 'basic', modelId: 'm', warnings: [], mode: 'detached' } as const;
  const record = newRecord(
    { ...owner, batchId: null, idempotencyKey: null, inputHash: null },
    normaliseInput({ prompt: 'x' }, initialConfig),
  );
  return new LivePrompt(record);
}

function say(live: LivePrompt, text: string): void {
  live.advance({ id: live.prompt.id, text, completionTokens: 1 });
}

function start(live: LivePrompt): void {
  live.advance({ id: live.prompt.id, started: true, text: '', completionTokens: 0 });
}

async function read(events: AsyncIterable<PromptEvent>): Promise<PromptEvent[]> {
  const list: PromptEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

function textOf(events: PromptEvent[]): string {
  return events.map((event) => (event.type === 'chunk' ? event.text : '')).join('');
}

describe('following a prompt', () => {
  test('gives started, the text in chunks numbered from 0, and completed', async () => {
    const live = livePrompt();
    const all = read(live.follow(beginning));
    start(live);
    say(live, 'Hello');
    live.complete('LENGTH');
    const events = await all;
    expect(events.map(({ type }) => type)).toEqual(['started', 'chunk', 'completed']);
    expect(events[1]).toMatchObject({ index: 0, text: 'Hello' });
  });

  test('a slow follower gets larger chunks and loses nothing', async () => {
    const live = livePrompt();
    const events = live.follow(beginning);
    start(live);
    await events.next();
    for (const word of ['a ', 'b ', 'c']) say(live, word);
    expect((await events.next()).value).toMatchObject({ type: 'chunk', index: 0, text: 'a b c' });
    await events.return();
  });

  test('any cursor goes on exactly where its event ended, live or stored', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        async (pieces, pick) => {
          const live = livePrompt();
          const first = live.follow(beginning);
          start(live);
          const seen: PromptEvent[] = [];
          const take = async () => {
            const { value } = await first.next();
            if (value) seen.push(value);
          };
          await take();
          for (const piece of pieces) {
            say(live, piece);
            await take();
          }
          live.complete('STOP');
          await take();
          const at = pick % seen.length;
          const before = textOf(seen.slice(0, at + 1));
          const from = decodeCursor(seen[at]?.cursor ?? '');
          expect(before + textOf(await read(live.follow(from)))).toBe(pieces.join(''));
          expect(before + textOf(await read(followStored(live.prompt, from)))).toBe(pieces.join(''));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('after the last event there is nothing more', async () => {
    const live = livePrompt();
    start(live);
    say(live, 'x');
    live.complete('STOP');
    const events = await read(live.follow(beginning));
    expect(await read(live.follow(decodeCursor(events.at(-1)?.cursor ?? '')))).toEqual([]);
  });

  test('a cursor of an earlier attempt gets the new one from its beginning', async () => {
    const live = livePrompt();
    live.prompt.attempt = 2;
    start(live);
    say(live, 'anew');
    live.complete('STOP');
    const events = await read(live.follow({ attempt: 1, offset: 3, ended: false }));
    expect(events.map(({ type }) => type)).toEqual(['started', 'chunk', 'completed']);
    expect(events[0]).toMatchObject({ attempt: 2 });
    expect(textOf(events)).toBe('anew');
  });

  test('one that never began ends without `started`', async () => {
    const live = livePrompt();
    const all = read(live.follow(beginning));
    live.fail(new LlamaHomeError('deadline_exceeded', 'Too late.'));
    expect(await all).toMatchObject([{ type: 'failed', error: { code: 'deadline_exceeded' } }]);
  });

  test('a thousand followers read the same', async () => {
    const live = livePrompt();
    const all = Array.from({ length: 1000 }, () => read(live.follow(beginning)));
    start(live);
    for (let index = 0; index < 50; index++) {
      say(live, `${index} `);
      await Promise.resolve();
    }
    live.complete('STOP');
    const texts = new Set((await Promise.all(all)).map(textOf));
    expect([...texts]).toEqual([live.prompt.text]);
    expect(live.followers).toBe(0);
  });
});

describe('leaving a prompt', () => {
  test('ends a waiting `next()` at once, is told once, and counts no follower any more', async () => {
    const live = livePrompt();
    const onLeave = vi.fn();
    const events = live.follow(beginning, { onLeave });
    const waiting = events.next();
    expect(live.followers).toBe(1);
    await events.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await events.return();
    expect(onLeave).toHaveBeenCalledTimes(1);
    expect(live.followers).toBe(0);
    start(live);
    expect((await events.next()).done).toBe(true);
  });

  test('happens by a signal too, also one that came before', async () => {
    const live = livePrompt();
    const controller = new AbortController();
    const onLeave = vi.fn();
    const waiting = live.follow(beginning, { signal: controller.signal, onLeave }).next();
    controller.abort();
    expect((await waiting).done).toBe(true);
    expect((await live.follow(beginning, { signal: controller.signal, onLeave }).next()).done).toBe(true);
    expect(onLeave).toHaveBeenCalledTimes(2);
  });

  test('is not told after the last event', async () => {
    const live = livePrompt();
    const onLeave = vi.fn();
    const all = read(live.follow(beginning, { onLeave }));
    live.complete('STOP');
    expect((await all).map(({ type }) => type)).toEqual(['completed']);
    expect(onLeave).not.toHaveBeenCalled();
  });

  test('two who ask the same follower get one event each', async () => {
    const live = livePrompt();
    const events = live.follow(beginning);
    const both = [events.next(), events.next()];
    start(live);
    say(live, 'x');
    expect((await Promise.all(both)).map(({ value }) => value?.type)).toEqual(['started', 'chunk']);
    await events.return();
  });
});

test('a stored prompt that somebody else still runs ends its stream instead of waiting for ever', async () => {
  expect(await read(followStored(livePrompt().prompt, beginning))).toEqual([]);
});

describe('a cursor', () => {
  test('survives the way to a client and back', () => {
    const position = { attempt: 3, offset: 12_345, ended: true };
    expect(decodeCursor(encodeCursor(position))).toEqual(position);
  });

  test.each(['', 'x', 'MS4', 'LTEuMA', '../..', 'MS4yZXg'])('that is made up (%j) is refused', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrowError(expect.objectContaining({ code: 'invalid_request' }));
  });
});
