import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { APIClient, InvalidRequestError, LlamaClient, PooledClient } from '../../../src/client/index.js';
import { readOptions } from '../../../src/client/options.js';
import { batchRequest, promptRequest } from '../../../src/client/requests.js';

describe('the options of a client', () => {
  test('an endpoint may be copied from wherever it was seen', () => {
    expect(readOptions({}).endpoint).toBe('http://127.0.0.1:4000');
    const forms = ['http://a:1', 'http://a:1/', 'http://a:1/graphql', 'http://a:1/api/v1/', 'HTTP://A:1//'];
    for (const endpoint of forms) expect(readOptions({ endpoint }).endpoint).toBe('http://a:1');
    expect(readOptions({ endpoint: 'https://host/llama/graphql' }).endpoint).toBe('https://host/llama');
  });

  describe('left out', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
      vi.unstubAllGlobals();
    });

    test('come from the environment, and what is given counts more', async () => {
      vi.stubEnv('LLAMAHOME_URL', 'http://models:4000/graphql');
      vi.stubEnv('LLAMAHOME_API_KEY', 'lh_environment');
      expect(readOptions({}).endpoint).toBe('http://models:4000');
      expect(await readOptions({}).apiKey?.()).toBe('lh_environment');
      const given = readOptions({ endpoint: 'http://a:1', apiKey: 'lh_given' });
      expect([given.endpoint, await given.apiKey?.()]).toEqual(['http://a:1', 'lh_given']);
      vi.stubEnv('LLAMAHOME_URL', 'nonsense');
      expect(() => new LlamaClient()).toThrow('LLAMAHOME_URL must be an address');
      vi.stubEnv('LLAMAHOME_URL', ' ');
      expect(readOptions({}).endpoint).toBe('http://127.0.0.1:4000');
    });

    test('come from no environment in a page', () => {
      vi.stubEnv('LLAMAHOME_API_KEY', 'lh_environment');
      vi.stubGlobal('document', {});
      expect(readOptions({}).apiKey).toBeUndefined();
    });
  });

  test.each(['', 'localhost:4000', 'ftp://a', 'http://a?x=1', 'nonsense'])(
    '%j is refused as an endpoint',
    (endpoint) => {
      expect(() => new LlamaClient({ endpoint })).toThrow(InvalidRequestError);
    },
  );

  test('numbers out of range are refused by name', () => {
    expect(() => new LlamaClient({ maxRetries: -1 })).toThrow('maxRetries');
    expect(() => new LlamaClient({ timeoutMs: 0 })).toThrow('timeoutMs');
    expect(() => new LlamaClient({ maxReconnects: 0.5 })).toThrow('maxReconnects');
    expect(() => new PooledClient({ poolSize: 0 })).toThrow('poolSize');
  });

  test('the key is not shown by a client that is logged', () => {
    const apiKey = 'lh_secret';
    for (const client of [
      new LlamaClient(apiKey),
      new PooledClient({ apiKey }),
      new LlamaClient({ apiKey }).session(),
    ]) {
      expect(inspect(client, { depth: 20, showHidden: true })).not.toContain(apiKey);
      expect(JSON.stringify(client)).not.toContain(apiKey);
    }
  });

  test('the key, the headers and the body reach a fetch of our own', async () => {
    const seen: [string, RequestInit | undefined][] = [];
    const client = new LlamaClient({
      apiKey: () => Promise.resolve(' lh_key\n'),
      headers: { 'x-team': 'blue' },
      fetch: async (input, init) => {
        seen.push([String(input), init]);
        return Response.json({ models: [] });
      },
    });
    expect(await client.models()).toEqual([]);
    expect(seen).toMatchObject([
      [
        'http://127.0.0.1:4000/api/v1/models',
        { method: 'GET', headers: { authorization: 'Bearer lh_key', 'x-team': 'blue' }, redirect: 'error' },
      ],
    ]);
  });

  test('a WebSocket class that is none is refused', async () => {
    const client = new LlamaClient({ webSocketImpl: 'ws' });
    await expect(client.subscribe('subscription { a }').next()).rejects.toBeInstanceOf(InvalidRequestError);
  });

  test('the client has its other name', () => {
    expect(APIClient).toBe(LlamaClient);
  });
});

describe('requests', () => {
  test('speak the words of REST, and pass on what they do not know for the server to judge', () => {
    const options = { maxTokens: 5, topP: 0.5, stop: ['x'], max_tokens: 6, chunkSize: 3, signal: undefined };
    const { body } = promptRequest('hi', options);
    expect(JSON.parse(body)).toEqual({ prompt: 'hi', max_tokens: 6, top_p: 0.5, stop: ['x'] });
    const batch = batchRequest(['a', [{ role: 'user', content: 'b' }], { prompt: 'c', maxTokens: 1 }], {
      idempotencyKey: 'k',
    });
    expect(batch.headers).toEqual({ 'idempotency-key': 'k' });
    expect(JSON.parse(batch.body)).toEqual({
      prompts: [{ prompt: 'a' }, { messages: [{ role: 'user', content: 'b' }] }, { prompt: 'c', max_tokens: 1 }],
    });
  });

  test('each has an idempotency key of its own', () => {
    const keys = Array.from({ length: 100 }, () => promptRequest('hi', {}).headers['idempotency-key']);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
  });

  test.each(['', 'a b', 'schlüssel', 'x'.repeat(256), 'a\nb'])(
    '%j is refused as an idempotency key',
    (idempotencyKey) => {
      expect(() => promptRequest('hi', { idempotencyKey })).toThrow(InvalidRequestError);
    },
  );
});
