import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Answer } from '../../../src/client/Answer.js';
import { APIError, ConnectionError, ServerError, TimeoutError } from '../../../src/client/error.js';
import { readStream } from '../../../src/client/readStream.js';

const end = {
  chunk: '',
  index: 2,
  done: true,
  finish_reason: 'length',
  usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
  id: 'prm_1',
  model: 'demo',
  created: '2026-01-01T00:00:00.000Z',
};
const lines = [{ chunk: 'Zoë ', index: 0, cursor: 'c0' }, { chunk: '🦙\n', index: 1, cursor: 'c1' }, end];
const whole = lines.map((line) => `id: x\ndata: ${JSON.stringify(line)}\n\n`).join(':\n\n');

function answer(parts: readonly Uint8Array[], { silenceTimeoutMs = 0, close = true } = {}): Answer {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      if (close) controller.close();
    },
  });
  return new Answer(new Response(body), {
    controller: new AbortController(),
    silenceTimeoutMs,
    leave: () => undefined,
  });
}

const bytes = (text: string) => new TextEncoder().encode(text);

async function textOf(stream: Answer): Promise<string> {
  let text = '';
  for await (const line of readStream(stream)) text += line.type === 'chunk' ? line.text : '|';
  return text;
}

describe('readStream', () => {
  test('reads the lines however the network cuts them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 30 }), async (cuts) => {
        const data = bytes(whole);
        const at = [0, ...cuts.sort((a, b) => a - b), data.length];
        const parts = at.slice(1).map((to, index) => data.slice(at[index], to));
        expect(await textOf(answer(parts.filter(({ length }) => length > 0)))).toBe('Zoë 🦙\n|');
      }),
    );
  });

  test('a single damaged byte never leads to another number of lines in silence', async () => {
    const data = bytes(whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(data.length - 1), fc.integer({ min: 0, max: 7 }), async (position, bit) => {
        const damaged = data.slice();
        damaged[position] = (damaged[position] ?? 0) ^ (1 << bit);
        const result = await textOf(answer([damaged])).catch((error: unknown) => error);
        // Within a text nothing shows that a character is another one; the follower compares the whole.
        if (typeof result === 'string') expect([...result].filter((each) => each === '|').length).toBeGreaterThan(0);
        else expect(result).toBeInstanceOf(APIError);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    ['nothing', ''],
    ['no end', whole.slice(0, whole.indexOf('id: x', 60))],
    ['half a line', whole.slice(0, -20)],
    ['a missing line', whole.replace(/id: x\n.*"c1"}\n\n/, '')],
    ['a line that is no JSON', whole.replace('{"chunk"', '{chunk')],
    ['an end without usage that can be read', whole.replace('"prompt_tokens":1', '"prompt_tokens":"1"')],
  ])('%s is an unexpected answer that may be tried again', async (_name, text) => {
    const error = await textOf(answer([bytes(text)])).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'unexpected_answer', retryable: true });
  });

  test('an error line is thrown as what it says', async () => {
    const line = { error: { code: 'engine_failed', message: 'try again', details: { a: 1 } } };
    const error = await textOf(answer([bytes(`data: ${JSON.stringify(line)}\n\n`)])).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: 'engine_failed', status: 502, message: 'try again', details: { a: 1 } });
  });

  test('silence is not borne for longer than asked', async () => {
    const silent = answer([bytes(whole.slice(0, 80))], { silenceTimeoutMs: 20, close: false });
    await expect(textOf(silent)).rejects.toBeInstanceOf(TimeoutError);
  });
});
