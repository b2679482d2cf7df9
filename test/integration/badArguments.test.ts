import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TokenGenerator, TokenValidator } from '../../src/access/auth.js';
import { AdvancedRateLimiter, RateLimiter } from '../../src/access/security.js';
import { APIError, LlamaClient, PooledClient, RetryHandler } from '../../src/client/index.js';
import { LlamaServer } from '../../src/embed/index.js';
import { LlamaHomeError } from '../../src/errors/index.js';

/** What programs without types pass by mistake. */
/** Types of values that an option of the server takes, if not of every one. */
const takes: Record<string, string[]> = { auth: ['boolean'], gpu: ['boolean'], graceMs: ['number'] };
const values: unknown[] = [undefined, null, 5, Number.NaN, true, '', [], {}, [5], [null], Symbol('s'), 1n, () => 1];
const settings =
  'model system maxTokens temperature topP topK minP seed stop repeatPenalty deadlineMs priority idempotencyKey';

let folder: string;
let llama: LlamaServer;
let client: LlamaClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'arguments-'));
  llama = new LlamaServer({ home: join(folder, 'home'), model: 'demo', threads: 1, slots: 2, gpu: false });
  const endpoint = await llama.listen(0);
  const { token } = await llama.createToken({ userId: 'ann', expiresIn: 600, tier: 'enterprise' });
  client = new LlamaClient({ endpoint, apiKey: token, maxRetries: 0 });
});
afterAll(async () => {
  await llama.close();
  await rm(folder, { recursive: true, force: true });
});

/** Calls as a program without types does. */
function call(target: object, method: string, ...given: unknown[]): unknown {
  return Reflect.apply(Reflect.get(target, method), target, given);
}

async function settled(work: unknown): Promise<void> {
  const isStream = typeof work === 'object' && work !== null && Symbol.asyncIterator in work;
  if (!isStream) return void (await work);
  for await (const _chunk of work as AsyncIterable<unknown>);
}

/** Errors of `work` that are not of a catalogue; what is understood after all may succeed. */
async function uncodedError(work: () => unknown): Promise<unknown> {
  try {
    await settled(work());
  } catch (error) {
    const isCoded = error instanceof LlamaHomeError || error instanceof APIError || error instanceof RangeError;
    if (!isCoded) return error;
    expect(error.message).not.toMatch(/is not a function|Cannot |undefined \(|is not iterable/);
    if (!(error instanceof RangeError)) expect(error.code).not.toMatch(/internal/i);
  }
  return undefined;
}

describe('the embedded server', () => {
  const methods = ['process', 'processPrompt', 'stream', 'batch', 'createToken', 'createApiKey', 'attach', 'handler'];

  test.each(methods)('%s answers every wrong argument by a coded error', async (method) => {
    for (const value of values) {
      expect([value, await uncodedError(() => call(llama, method, value))]).toEqual([value, undefined]);
      if (method === 'handler' || method === 'attach') continue;
      // Empty options are fine, so a short text and a short answer.
      expect([value, await uncodedError(() => call(llama, method, 'hi', value))]).toEqual([value, undefined]);
    }
  });

  test('process and batch answer every wrong option by a coded error', async () => {
    for (const name of [...settings.split(' '), 'signal', 'userId', 'chunkSize', 'batchSize']) {
      for (const value of values) {
        const options = { maxTokens: 1, [name]: value };
        expect([name, value, await uncodedError(() => call(llama, 'process', 'hi', options))]).toEqual([
          name,
          value,
          undefined,
        ]);
        expect([name, value, await uncodedError(() => call(llama, 'batch', ['hi'], options))]).toEqual([
          name,
          value,
          undefined,
        ]);
      }
    }
  });

  test.each([
    [undefined, 'prompt'],
    [5, 'prompt'],
    [{ prompt: 5 }, 'prompt'],
    [{ prompt: 'a', messages: [] }, 'prompt'],
    [[{ role: 'robot', content: 'hi' }], 'messages[0]'],
    [[{ role: 'user' }], 'messages[0]'],
    [{ prompt: 'hi', max_tokens: 5 }, 'max_tokens'],
    [{ prompt: 'hi', stop: 'a' }, 'stop'],
    [{ prompt: 'hi', temperature: '1' }, 'temperature'],
    [{ prompt: 'hi', priority: 'urgent' }, 'priority'],
  ])('process(%j) names %s', async (given, field) => {
    const refusal = { code: 'invalid_request', details: { field } };
    await expect(call(llama, 'process', given)).rejects.toMatchObject(refusal);
    await expect(settled(call(llama, 'stream', given))).rejects.toMatchObject(refusal);
  });

  test('takes a prompt and its options as one object', async () => {
    const options = { maxTokens: 5, seed: 3 };
    const { text } = await llama.process('Say it.', options);
    expect((await llama.processPrompt({ prompt: 'Say it.', ...options })).text).toBe(text);
    const messages = [{ role: 'user', content: 'Say it.' }] as const;
    expect((await llama.process({ messages, ...options })).text).toBe(text);
  });

  test.each(['model', 'slots', 'gpu', 'auth', 'cors', 'prefix', 'log', 'graceMs', 'home', 'host', 'port'])(
    'a wrong %s ends its start with a coded error that names it',
    (name) => {
      for (const value of [5.5, {}, [5], true, Number.NaN]) {
        if (takes[name]?.includes(typeof value) && !Number.isNaN(value)) continue;
        const options = { home: join(folder, 'other'), model: 'demo', log: 'silent', [name]: value };
        expect(() => Reflect.construct(LlamaServer, [options]), `${name}: ${String(value)}`).toThrow(
          expect.objectContaining({ code: 'invalid_request', details: expect.objectContaining({ field: name }) }),
        );
      }
    },
  );
});

describe('the client', () => {
  const methods =
    'process processPrompt streamResponse processBatch batchProcess submit follow prompt cancel model config updateConfig models graphql subscribe';

  test.each(methods.split(' '))('%s answers every wrong argument by a coded error', async (method) => {
    for (const value of values) {
      for (const given of [[value], ['hi', value]]) {
        expect([value, await uncodedError(() => call(client, method, ...given))]).toEqual([value, undefined]);
      }
    }
  });

  test('processPrompt answers every wrong option by a coded error', async () => {
    for (const name of [...settings.split(' '), 'signal', 'colour']) {
      for (const value of values) {
        const work = () => call(client, 'processPrompt', 'hi', { maxTokens: 1, [name]: value });
        expect([name, value, await uncodedError(work)]).toEqual([name, value, undefined]);
      }
    }
  });

  test('takes a prompt and its options as one object, and has the long and the short names', async () => {
    const options = { maxTokens: 5, seed: 3 };
    const { text } = await client.processPrompt({ prompt: 'Say it.', ...options });
    expect((await client.process('Say it.', options)).text).toBe(text);
    let streamed = '';
    for await (const chunk of client.streamResponse({ prompt: 'Say it.', ...options })) streamed += chunk.text;
    expect(streamed).toBe(text);
    expect(await client.batchProcess(['Say it.'], options)).toMatchObject([{ text }]);
    const session = client.createSession();
    try {
      expect((await session.process({ prompt: 'Say it.', ...options })).text).toBe(text);
    } finally {
      session.close();
    }
  });
});

test.each([
  ['LlamaClient', LlamaClient],
  ['PooledClient', PooledClient],
  ['RetryHandler', RetryHandler],
  ['TokenGenerator', TokenGenerator],
  ['TokenValidator', TokenValidator],
  ['RateLimiter', RateLimiter],
  ['AdvancedRateLimiter', AdvancedRateLimiter],
])('new %s answers every wrong argument by a coded error', async (_name, made) => {
  for (const value of values) {
    const names = ['apiKey', 'endpoint', 'headers', 'fetch', 'maxRetries', 'poolSize', 'secretKey', 'tiers', 'rpm'];
    for (const given of [value, ...names.map((name) => ({ [name]: value }))]) {
      expect([given, await uncodedError(() => void Reflect.construct(made, [given]))]).toEqual([given, undefined]);
    }
  }
});
