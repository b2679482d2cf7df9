import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  AuthenticationError,
  type BatchItem,
  CancelledError,
  CircuitOpenError,
  ConnectionError,
  ContextLengthError,
  DeadlineExceededError,
  type GenerationResult,
  InvalidRequestError,
  isFailed,
  LlamaClient,
  NotFoundError,
  PermissionError,
  PooledClient,
  RateLimitError,
  UnavailableError,
} from '../../../src/client/index.js';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import { processPrompt, readConfig } from '../../support/documents.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { TcpProxy } from './TcpProxy.js';

/** A model that takes seconds for what the demo model does in a blink: there is time to leave. */
const slow = 'slow';

let home: string;
let server: TestServer;
let client: LlamaClient;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-client-'));
  await mkdir(join(home, 'models'));
  await writeDemoModel(join(home, 'models', `${slow}.gguf`), { layers: 12, embedding: 256, contextLength: 4096 });
  server = await startTestServer({ home, env: { LLAMAHOME_THREADS: '1' } });
  client = new LlamaClient({ apiKey: server.adminKey, endpoint: `${server.url}/graphql` });
  await client.process('warm up', { model: slow, maxTokens: 1 });
});

afterAll(async () => {
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

const sampling = { maxTokens: 30, seed: 7 } as const;

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => expect.unreachable(`it gave ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
}

async function drain(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _item of items) count++;
  return count;
}

/** An address where nobody listens. */
async function nowhere(): Promise<string> {
  const listening = createServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  listening.close();
  await once(listening, 'close');
  return `http://127.0.0.1:${port}`;
}

/** A key of an ordinary user. */
async function makeKey(name: string, scopes: string[]): Promise<string> {
  const input = { name, userId: name, tier: 'BASIC', scopes };
  const { createApiKey } = await client.graphql<{ createApiKey: { key: string } }>(
    'mutation Key($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
    { input },
  );
  return createApiKey.key;
}

/** The ids of prompts with this input that stand like this. */
async function promptsLike(input: string, status: string): Promise<string[]> {
  const { prompts } = await client.graphql<{ prompts: { nodes: { id: string; input: string }[] } }>(
    'query Like($status: PromptStatus) { prompts(first: 100, status: $status) { nodes { id input } } }',
    { status },
  );
  return prompts.nodes.filter((node) => node.input === input).map(({ id }) => id);
}

describe('a text', () => {
  test('comes whole, with all that is known of it', async () => {
    const result = await client.processPrompt('Say hello.', sampling);
    expect(result).toEqual({
      text: expect.any(String),
      usage: { promptTokens: expect.any(Number), completionTokens: 30, totalTokens: expect.any(Number) },
      model: 'demo',
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      id: expect.stringMatching(/^prm_/),
      finishReason: 'length',
      warnings: [],
    });
    expect(result.text).toHaveLength(30);
    expect(result.usage.totalTokens).toBe(result.usage.promptTokens + 30);
    expect((await client.process('Say hello.', sampling)).text).toBe(result.text);
  });

  test.each([
    ['process', (options: { model: string }) => client.process('Hello', options)],
    ['streamResponse', (options: { model: string }) => drain(client.streamResponse('Hello', options))],
    ['submit', (options: { model: string }) => client.submit('Hello', options)],
    [
      'processBatch',
      async (options: { model: string }) => Promise.reject((await client.processBatch(['a'], options))[0]),
    ],
  ])('%s is refused at once when its model is not installed', async (_name, ask) => {
    const began = performance.now();
    const error = await errorOf(ask({ model: 'qwen2.5-0.5b-instruct' }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({
      code: 'model_unavailable',
      message: expect.stringContaining('is not installed: install it with `npx llamahome pull qwen2.5-0.5b-instruct`'),
      modelState: 'available',
      pull: 'npx llamahome pull qwen2.5-0.5b-instruct',
    });
    // One wait of the client would be half a second at least, one of the server's thirty.
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('says so when another model answers than was asked for, and says it again later', async () => {
    const options = { ...sampling, model: 'llama3.3' };
    const said = [expect.stringContaining('"llama3.3" is not installed: the default model, demo, answered instead')];
    const result = await client.process('Hello', options);
    expect(result).toMatchObject({ model: 'demo', warnings: said });
    expect((await client.prompt(result.id)).warnings).toEqual(said);
    const [item] = await client.processBatch(['Hello'], options);
    expect(item).toMatchObject({ model: 'demo', warnings: said });
    expect((await client.submit('Hello', options)).warnings).toEqual(said);
    const stream = client.streamResponse('Hello', options);
    let step = await stream.next();
    while (!step.done) step = await stream.next();
    expect(step.value).toMatchObject({ model: 'demo', warnings: said });
  });

  test('answers a conversation', async () => {
    const conversation = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ] as const;
    const { text } = await client.process(conversation, sampling);
    expect((await client.process('Hello', { ...sampling, system: 'Be brief.' })).text).toBe(text);
  });

  test('comes as a stream whose chunks are the text', async () => {
    const { text } = await client.process('Stream it.', sampling);
    const chunks = client.streamResponse('Stream it.', sampling);
    const given: string[] = [];
    let result: GenerationResult | undefined;
    for (let index = 0; result === undefined; index++) {
      const step = await chunks.next();
      if (step.done) result = step.value;
      else {
        expect(step.value.index).toBe(index);
        given.push(step.value.text);
      }
    }
    expect(given.join('')).toBe(text);
    expect(result).toMatchObject({ text, finishReason: 'length', model: 'demo', usage: { completionTokens: 30 } });
  });

  test('is gathered into chunks of at least chunkSize characters', async () => {
    const sizes: number[] = [];
    const options = { ...sampling, chunkSize: 8 };
    for await (const { text } of client.streamResponse('Gather it.', options)) sizes.push(text.length);
    expect(sizes.slice(0, -1).every((size) => size >= 8)).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30);
    await expect(drain(client.streamResponse('x', { chunkSize: 0 }))).rejects.toThrow(RangeError);
  });

  test('is generated once for one idempotency key', async () => {
    const options = { ...sampling, idempotencyKey: 'my-own-key' };
    const first = await client.process('Once.', options);
    expect(await client.process('Once.', options)).toEqual(first);
    const error = await errorOf(client.process('Another.', options));
    expect(error).toMatchObject({ name: 'ConflictError', code: 'idempotency_mismatch', status: 409 });
  });
});

describe('a batch', () => {
  test('gives its results in order, with an APIError in the place of what failed', async () => {
    const prompts = ['a', { prompt: 'b', maxTokens: 5 }, { prompt: 'c', maxTokens: 1_000_000 }, 'd'];
    const items = await client.processBatch(prompts, { ...sampling, batchSize: 2 });
    const lengths = items.map((item: BatchItem) => (isFailed(item) ? item.code : item.text.length));
    expect(lengths).toEqual([30, 5, 'context_length_exceeded', 30]);
    expect(items[2]).toBeInstanceOf(ContextLengthError);
    expect(items[0]).toMatchObject({ text: (await client.process('a', sampling)).text });
    expect(await client.processBatch([])).toEqual([]);
  });

  test('that is refused as a whole throws', async () => {
    const error = await errorOf(client.processBatch(Array.from({ length: 101 }, () => 'x')));
    expect(error).toBeInstanceOf(InvalidRequestError);
  });
});

describe('leaving', () => {
  test('an aborted process rejects at once with the reason and cancels its prompt', async () => {
    const controller = new AbortController();
    const reason = new Error('changed my mind');
    const asked = client.process('leave process', { model: slow, maxTokens: 2000, signal: controller.signal });
    await server.until(
      'the prompt runs',
      () => promptsLike('leave process', 'RUNNING'),
      ({ length }) => length === 1,
    );
    controller.abort(reason);
    expect(await errorOf(asked)).toBe(reason);
    await server.until(
      'it is cancelled',
      () => promptsLike('leave process', 'CANCELLED'),
      ({ length }) => length === 1,
    );
    expect(await errorOf(client.process('x', { signal: controller.signal }))).toBe(reason);
  });

  test('a process that is aborted while it is submitted leaves nothing running', async () => {
    const controller = new AbortController();
    const asked = client.process('leave early', { model: slow, maxTokens: 2000, signal: controller.signal });
    controller.abort();
    expect(await errorOf(asked)).toMatchObject({ name: 'AbortError' });
    await server.until(
      'it is cancelled',
      () => promptsLike('leave early', 'CANCELLED'),
      ({ length }) => length === 1,
    );
  });

  test('leaving the loop of a stream cancels its prompt', async () => {
    for await (const _chunk of client.streamResponse('leave stream', { model: slow, maxTokens: 2000 })) break;
    await server.until(
      'it is cancelled',
      () => promptsLike('leave stream', 'CANCELLED'),
      ({ length }) => length === 1,
    );
  });

  test('an aborted batch cancels what is not finished', async () => {
    const asked = client.processBatch(['leave batch', 'leave batch'], {
      model: slow,
      maxTokens: 2000,
      signal: AbortSignal.timeout(300),
    });
    expect(await errorOf(asked)).toMatchObject({ name: 'TimeoutError' });
    await server.until(
      'it is cancelled',
      () => promptsLike('leave batch', 'CANCELLED'),
      ({ length }) => length === 2,
    );
  });

  test('cancel ends a process with a CancelledError and keeps what there was', async () => {
    const asked = errorOf(client.process('cancel me', { model: slow, maxTokens: 2000 }));
    const [id = ''] = await server.until(
      'the prompt runs',
      () => promptsLike('cancel me', 'RUNNING'),
      ({ length }) => length === 1,
    );
    expect(await client.cancel(id)).toMatchObject({ id, status: 'cancelled', finishReason: 'cancelled' });
    expect(await asked).toBeInstanceOf(CancelledError);
    expect(await client.cancel(id)).toMatchObject({ id, status: 'cancelled' });
  });

  test('a deadline is told as such', async () => {
    const error = await errorOf(client.process('hurry', { model: slow, maxTokens: 2000, deadlineMs: 100 }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
  });
});

describe('models and Config', () => {
  test('are read', async () => {
    expect(await client.models()).toContainEqual({
      id: 'demo',
      name: expect.any(String),
      version: expect.any(String),
      parameters: '0.1M',
      contextLength: 2048,
    });
    const demo = await client.model('demo');
    expect(demo.capabilities).toContain('text-generation');
    expect(demo.performance.memoryRequired).toMatch(/^\d+(MB|GB)$/);
    expect(demo.performance.tokensPerSecond).toBeGreaterThan(0);
    expect(await errorOf(client.model('dem/o'))).toBeInstanceOf(NotFoundError);
  });

  test('change in part, all or nothing', async () => {
    const before = await client.config();
    const after = await client.updateConfig({ modelSettings: { maxTokens: 11 } });
    expect(after).toEqual({ ...before, modelSettings: { ...before.modelSettings, maxTokens: 11 } });
    expect((await client.process('default length')).usage.completionTokens).toBe(11);
    const wrong = { modelSettings: { maxTokens: 12 }, systemSettings: { cacheSize: 'plenty' } };
    expect(await errorOf(client.updateConfig(wrong))).toBeInstanceOf(InvalidRequestError);
    expect(await client.config()).toEqual(after);
    await client.updateConfig({ modelSettings: { maxTokens: before.modelSettings.maxTokens } });
  });
});

describe('GraphQL', () => {
  test('runs any operation, typed by its document', async () => {
    const { process } = await client.graphql(processPrompt, { input: { prompt: 'typed', maxTokens: 5 } });
    expect(process.prompt.text).toHaveLength(5);
    expect((await client.graphql(readConfig)).config.modelSettings.defaultModel).toBe('demo');
  });

  test('throws the first error', async () => {
    expect(await errorOf(client.graphql('{ nothing }'))).toBeInstanceOf(InvalidRequestError);
    const refused = client.graphql(processPrompt, { input: { prompt: 'x', model: 'no-such-model' } });
    expect(await errorOf(refused)).toMatchObject({ name: 'NotFoundError', code: 'model_not_found', status: 404 });
  });

  test('subscribes over a socket that is closed behind the last subscription', async () => {
    const { id } = await client.submit('watch me', sampling);
    await using proxy = await TcpProxy.start(server);
    const watcher = new LlamaClient({ apiKey: server.adminKey, endpoint: proxy.url, webSocketImpl: WebSocket });
    const document = 'subscription Watch($id: ID!) { promptEvents(id: $id) { ... on PromptChunk { text } } }';
    let text = '';
    const events = watcher.subscribe<{ promptEvents: { text?: string } }>(document, { id });
    for await (const { promptEvents } of events) text += promptEvents.text ?? '';
    expect(text).toBe((await client.prompt(id)).text);
    await server.until(
      'the socket is closed',
      async () => proxy.open,
      (open) => open === 0,
    );
  });

  test('a subscription ends with an abort, and with what refuses it', async () => {
    const controller = new AbortController();
    const waiting = client.subscribe(
      'subscription { configChanged { __typename } }',
      {},
      { signal: controller.signal },
    );
    const asked = errorOf(waiting.next());
    controller.abort();
    expect(await asked).toMatchObject({ name: 'AbortError' });
    expect(await errorOf(drain(client.subscribe('subscription { nothing }')))).toBeInstanceOf(InvalidRequestError);
    const stranger = new LlamaClient({ apiKey: 'lh_wrong', endpoint: server.url });
    const refused = await errorOf(drain(stranger.subscribe('subscription { configChanged { __typename } }')));
    expect(refused).toBeInstanceOf(AuthenticationError);
    expect(refused).toMatchObject({ code: 'invalid_token' });
  });

  test('a subscription is not ended by the end of the one before it', async () => {
    for (let round = 0; round < 30; round++) {
      const controller = new AbortController();
      const { signal } = controller;
      const first = client.subscribe('subscription { serverStatus { uptimeMs } }', {}, { signal });
      await first.next();
      const waiting = errorOf(first.next());
      controller.abort();
      expect(await waiting).toMatchObject({ name: 'AbortError' });
      expect(await errorOf(drain(client.subscribe('subscription { nothing }')))).toBeInstanceOf(InvalidRequestError);
    }
  });

  test('a subscription whose socket breaks ends with a ConnectionError', async () => {
    const proxy = await TcpProxy.start(server);
    const watcher = new LlamaClient({ apiKey: server.adminKey, endpoint: proxy.url });
    const events = watcher.subscribe('subscription { serverStatus(everyMs: 100) { uptimeMs } }');
    await events.next();
    await proxy.close();
    expect(await errorOf(drain(events))).toBeInstanceOf(ConnectionError);
    expect(await errorOf(drain(watcher.subscribe('subscription { configChanged { __typename } }')))).toBeInstanceOf(
      ConnectionError,
    );
  });
});

describe('refusals', () => {
  test('a missing or wrong key', async () => {
    const { url: endpoint } = server;
    for (const options of [
      { endpoint },
      { endpoint, apiKey: 'lh_wrong' },
      { endpoint, apiKey: async () => 'lh_wrong' },
    ]) {
      const error = await errorOf(new LlamaClient(options).models());
      expect(error).toBeInstanceOf(AuthenticationError);
      expect(error).toMatchObject({ status: 401, requestId: expect.any(String) });
    }
    expect(await errorOf(new LlamaClient({ endpoint, apiKey: 'a b' }).models())).toBeInstanceOf(InvalidRequestError);
  });

  test('a scope that is missing', async () => {
    const reader = new LlamaClient({ apiKey: await makeKey('reader', ['models:read']), endpoint: server.url });
    expect(await reader.models()).not.toHaveLength(0);
    const error = await errorOf(reader.process('x'));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error).toMatchObject({ requiredScope: 'prompts:run' });
  });

  test('what the server does not understand is told in its words', async () => {
    const error = await errorOf(client.process('x', { temperature: 3 }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ field: 'temperature' });
  });

  test('no server, and something else in its place', async () => {
    const endpoint = await nowhere();
    const nobody = new LlamaClient({ endpoint, maxRetries: 1, backoffFactor: 0.01 });
    const error = await errorOf(nobody.models());
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({
      message: `No answer from ${endpoint}: ECONNREFUSED. Is the server running there?`,
    });

    let asked = 0;
    const page = createServer((_request, response) => {
      asked++;
      response.writeHead(asked === 1 ? 404 : 200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
    }).listen(0, '127.0.0.1');
    await once(page, 'listening');
    const { port } = page.address() as AddressInfo;
    const lost = new LlamaClient({ endpoint: `http://127.0.0.1:${port}`, maxRetries: 2, backoffFactor: 0.01 });
    expect(await errorOf(lost.models())).toMatchObject({ code: 'unexpected_answer', status: 404 });
    expect(asked).toBe(1);
    expect(await errorOf(lost.models())).toMatchObject({ code: 'unexpected_answer', status: 200 });
    expect(asked).toBe(4);
    page.close();
  });

  test('a server that keeps failing is left alone for a while', async () => {
    const options = { endpoint: await nowhere(), maxRetries: 0, failureThreshold: 2, resetTimeout: 60 };
    const nobody = new LlamaClient(options);
    expect(await errorOf(nobody.models())).toBeInstanceOf(ConnectionError);
    expect(await errorOf(nobody.process('x'))).toBeInstanceOf(ConnectionError);
    expect(await errorOf(nobody.models())).toBeInstanceOf(CircuitOpenError);
  });

  test('the allowance of a tier: waited for as long as the server says, or thrown', async () => {
    const apiKey = await makeKey('busy', ['prompts:run']);
    const patient = new LlamaClient({ apiKey, endpoint: server.url });
    const impatient = new LlamaClient({ apiKey, endpoint: server.url, maxRetries: 0 });
    await patient.processBatch(
      Array.from({ length: 10 }, () => 'x'),
      { maxTokens: 1 },
    );
    const error = await errorOf(impatient.process('x', { maxTokens: 1 }));
    expect(error).toBeInstanceOf(RateLimitError);
    const { retryAfter = 0 } = error as RateLimitError;
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(1);
    const began = performance.now();
    await patient.process('x', { maxTokens: 1 });
    expect(performance.now() - began).toBeGreaterThan(retryAfter * 1000 - 200);
  });
});

describe('connections', () => {
  test('a session keeps them and closes what it opened', async () => {
    await using proxy = await TcpProxy.start(server);
    const options = { apiKey: server.adminKey, endpoint: proxy.url, maxRetries: 0 };
    {
      await using session = new LlamaClient(options).session();
      for (let n = 0; n < 5; n++) await session.process(`session ${n}`, { maxTokens: 2 });
      expect(proxy.most).toBeLessThanOrEqual(2);
      const events = session.subscribe('subscription { serverStatus(everyMs: 100) { uptimeMs } }');
      await events.next();
      const running = errorOf(session.process('close me', { model: slow, maxTokens: 500 }));
      await server.until(
        'the prompt runs',
        () => promptsLike('close me', 'RUNNING'),
        ({ length }) => length === 1,
      );
      await session.close();
      expect(await running).toMatchObject({ code: 'client_closed' });
      expect(await errorOf(drain(events))).toMatchObject({ code: 'client_closed' });
      expect(await errorOf(session.models())).toMatchObject({ code: 'client_closed' });
      const late = session.subscribe('subscription { configChanged { __typename } }').next();
      expect(await errorOf(late)).toMatchObject({ code: 'client_closed' });
    }
    await server.until(
      'everything is closed',
      async () => proxy.open,
      (open) => open === 0,
    );
    for (const id of await promptsLike('close me', 'RUNNING')) await client.cancel(id);
  });

  test('a pool has no more than its size, and everything comes through it', async () => {
    await using proxy = await TcpProxy.start(server);
    await using pool = new PooledClient({ apiKey: server.adminKey, endpoint: proxy.url, poolSize: 3, maxRetries: 1 });
    const questions = Array.from({ length: 20 }, (_, n) => `pooled ${n}`);
    const answers = await Promise.all(questions.map((question) => pool.process(question, { maxTokens: 3 })));
    expect(answers.map(({ text }) => text.length)).toEqual(questions.map(() => 3));
    expect(proxy.most).toBeLessThanOrEqual(3);

    const held = pool.streamResponse('hold it', { model: slow, maxTokens: 2000 });
    const others = [pool.streamResponse('hold it', { model: slow, maxTokens: 2000 }), pool.streamResponse('hold it')];
    await Promise.all([held.next(), ...others.map((other) => other.next())]);
    const controller = new AbortController();
    const waiting = pool.models({ signal: controller.signal });
    const next = pool.models();
    controller.abort();
    expect(await errorOf(waiting)).toMatchObject({ name: 'AbortError' });
    for (const stream of [held, ...others]) await stream.return({} as never);
    expect(await next).not.toHaveLength(0);
  });

  test('many calls under one signal do not warn of leaks', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 40 }, () => client.process('many', { maxTokens: 1, signal })));
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});
