import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  APIError,
  ConnectionError,
  type GenerationResult,
  IntegrityError,
  isFailed,
  LlamaClient,
  type TextChunk,
  TimeoutError,
} from '../../../src/client/index.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { type Fate, TcpProxy } from './TcpProxy.js';

let server: TestServer;
let direct: LlamaClient;

beforeAll(async () => {
  server = await startTestServer();
  direct = new LlamaClient({ apiKey: server.adminKey, endpoint: server.url });
  await direct.process('warm up', { maxTokens: 1 });
});
afterAll(() => server?.stop());

const sampling = { maxTokens: 30, seed: 7 };

/** Replaces what matches once, on whichever connection it comes first. */
function damageOnce(pattern: RegExp, replacement: string): { rewrite: (text: string) => string; done: () => boolean } {
  let done = false;
  return {
    done: () => done,
    rewrite: (text) => {
      if (done || !pattern.test(text)) return text;
      done = true;
      return text.replace(pattern, replacement);
    },
  };
}

async function through(fate: Fate, use: (client: LlamaClient) => Promise<void>): Promise<void> {
  await using proxy = await TcpProxy.start(server, () => fate);
  await use(new LlamaClient({ apiKey: server.adminKey, endpoint: proxy.url, backoffFactor: 0.02, timeoutMs: 2000 }));
}

async function inputs(prompt: string): Promise<number> {
  const { prompts } = await direct.graphql<{ prompts: { nodes: { input: string }[] } }>(
    '{ prompts(first: 100) { nodes { input } } }',
  );
  return prompts.nodes.filter(({ input }) => input === prompt).length;
}

async function collect(chunks: AsyncGenerator<TextChunk, GenerationResult, void>) {
  let text = '';
  for (;;) {
    const step = await chunks.next();
    if (step.done) return { text, result: step.value };
    text += step.value.text;
  }
}

/** The first letter of a text, past whatever is escaped before it: it is whole JSON still, and nothing but its digest can tell. */
const letter = /("text":"(?:[^"\\a-z]|\\.)*)[a-z]/i;
const spoiled = '$1~';

describe('an answer that was damaged on its way', () => {
  test('of a batch is asked for again, and nothing runs twice', async () => {
    const damage = damageOnce(letter, spoiled);
    await through(damage, async (client) => {
      const items = await client.processBatch(['batch one', 'batch two'], sampling);
      for (const item of items) {
        if (isFailed(item)) throw item;
        expect(item.text).toBe((await direct.prompt(item.id)).text);
      }
    });
    expect([damage.done(), await inputs('batch one'), await inputs('batch two')]).toEqual([true, 1, 1]);
  });

  test('of a submission is asked for again', async () => {
    const damage = damageOnce(/("id":"prm_.{35})./, '$1~');
    await through(damage, async (client) => {
      const { id } = await client.submit('submit it', sampling);
      expect((await direct.prompt(id)).input).toBe('submit it');
    });
    expect([damage.done(), await inputs('submit it')]).toEqual([true, 1]);
  });

  test('of GraphQL is asked for again where that is safe, and a typed error where it is not', async () => {
    const document = 'mutation Run($input: PromptInput!) { process(input: $input) { prompt { id text } } }';
    const input = { prompt: 'graphql it', ...sampling, idempotencyKey: 'graphql-it' };
    type Result = { process: { prompt: { id: string; text: string } } };
    const damage = damageOnce(letter, spoiled);
    await through(damage, async (client) => {
      const { process } = await client.graphql<Result>(document, { input });
      expect(process.prompt.text).toBe((await direct.prompt(process.prompt.id)).text);
    });
    expect([damage.done(), await inputs('graphql it')]).toEqual([true, 1]);
    const unsafe = damageOnce(letter, spoiled);
    await through(unsafe, async (client) => {
      const asked = client.graphql<Result>(document, { input: { prompt: 'unsafe', ...sampling } });
      await expect(asked).rejects.toMatchObject({ name: 'ConnectionError', code: 'unexpected_answer' });
    });
    expect(unsafe.done()).toBe(true);
    expect(await inputs('unsafe')).toBe(1);
  });

  test('of streamResponse ends with an IntegrityError that names the prompt, or is asked for again', async () => {
    const letterOfChunk = damageOnce(/("chunk":")[^~"\\]/, '$1~');
    await through(letterOfChunk, async (client) => {
      const error: unknown = await collect(client.streamResponse('stream it', sampling)).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(IntegrityError);
      expect(error).toMatchObject({ code: 'text_damaged', details: { prompt_id: expect.stringMatching(/^prm_/) } });
    });
    // What is no UTF-8 is noticed at once, when nobody has seen any of it.
    const halfCharacter = damageOnce(/("chunk":")[^"]/, '$1\u00a1');
    await through(halfCharacter, async (client) => {
      const { text, result } = await collect(client.streamResponse('stream it too', sampling));
      expect([text, result.text]).toEqual(Array(2).fill((await direct.prompt(result.id)).text));
    });
    expect([letterOfChunk.done(), halfCharacter.done()]).toEqual([true, true]);
  });

  test('of process, in what is told beside its text, is replaced by what is true', async () => {
    const damage = damageOnce(/("completion_tokens":)30/, '$199');
    await through(damage, async (client) => {
      expect((await client.process('count it', sampling)).usage.completionTokens).toBe(30);
    });
    expect(damage.done()).toBe(true);
  });

  test('is not suspected where a proxy has only compressed it', async () => {
    const headers = { 'content-encoding': 'identity', 'content-digest': 'sha-256=:AAAA:' };
    const body = JSON.stringify({ models: [] });
    const client = new LlamaClient({ fetch: async () => new Response(body, { headers }) });
    expect(await client.models()).toEqual([]);
    const damaged = new LlamaClient({
      maxRetries: 0,
      fetch: async () => new Response(body, { headers: { 'content-digest': 'sha-256=:AAAA:' } }),
    });
    await expect(damaged.models()).rejects.toMatchObject({ code: 'unexpected_answer' });
  });
});

describe('a request that was damaged on its way', () => {
  test.each([
    ['prompt', /damaged prompt/, 'demaged prompt'],
    ['idempotency key in its header', /(idempotency-key: .)./, '$1x'],
  ])('in its %s is refused, sent again, and run once', async (what, pattern, replacement) => {
    const prompt = `damaged prompt: ${what}`;
    const damage = damageOnce(pattern, replacement);
    await through({ rewriteRequest: damage.rewrite }, async (client) => {
      const { text, id } = await client.process(prompt, sampling);
      expect((await direct.prompt(id)).input).toBe(prompt);
      expect(text).toBe((await direct.process(prompt, sampling)).text);
    });
    expect([damage.done(), await inputs(prompt)]).toEqual([true, 2]);
  });

  test('is told what is wrong with it', async () => {
    const answer = await server.rest('/process', {
      json: { prompt: 'hi' },
      headers: { 'content-digest': 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:' },
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_request', details: { field: 'content-digest' } } },
    ]);
    const keys = await server.rest('/prompts', {
      json: { prompt: 'hi' },
      headers: { 'idempotency-key': 'a', 'x-idempotency-key': 'b' },
    });
    expect([keys.status, await keys.json()]).toMatchObject([
      400,
      { error: { code: 'invalid_request', details: { field: 'x-idempotency-key' } } },
    ]);
  });
});

describe('a subscription', () => {
  const document = 'subscription Watch($id: ID!) { promptEvents(id: $id) { cursor ... on PromptChunk { text } } }';

  test.each([
    ['its number', /("id":"1-)./, '$1x'],
    ['its type', /"type":"next"/, '"type":"nexu"'],
    ['its frame', /^[\x81][\s\S](?=[\s\S]*complete)/, '\xc1\x05'],
  ])('ends with a typed error when a message was damaged in %s', async (_what, pattern, replacement) => {
    const { id } = await direct.submit('watch it', sampling);
    await direct.process('so that it has ended', { maxTokens: 1 });
    const damage = damageOnce(pattern, replacement);
    await through(damage, async (client) => {
      const drain = async () => {
        for await (const event of client.subscribe(document, { id })) expect(event).toBeTypeOf('object');
      };
      await expect(drain()).rejects.toBeInstanceOf(APIError);
    });
    expect(damage.done()).toBe(true);
  });

  test('ends with a TimeoutError, and ends nothing else, when its socket is never answered', async () => {
    await using silent = await TcpProxy.start(server, () => ({ silentAfter: 0 }));
    const client = new LlamaClient({ endpoint: silent.url, timeoutMs: 100, webSocketImpl: WebSocket });
    await expect(client.subscribe(document, { id: 'prm_1' }).next()).rejects.toBeInstanceOf(TimeoutError);
    await server.until(
      'the socket is closed',
      async () => silent.open,
      (open) => open === 0,
    );
  });

  test('is not begun again when its socket is closed as if all were said', async () => {
    const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(sockets, 'listening');
    const messages: string[] = [];
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { type } = JSON.parse(String(data));
        messages.push(type);
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type === 'subscribe') socket.close(1000);
      }),
    );
    const { port } = sockets.address() as AddressInfo;
    const client = new LlamaClient({ endpoint: `http://127.0.0.1:${port}` });
    await expect(client.subscribe(document, { id: 'prm_1' }).next()).rejects.toBeInstanceOf(ConnectionError);
    await client.close();
    sockets.close();
    expect(messages.filter((type) => type === 'subscribe')).toHaveLength(1);
  });
});
