import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CancelledError,
  ConnectionError,
  type FollowChunk,
  type GenerationResult,
  IntegrityError,
  InvalidRequestError,
  isFailed,
  LlamaClient,
  NotFoundError,
  PooledClient,
  TimeoutError,
} from '../../../src/client/index.js';
import { makeSlowModel, type SlowModel } from '../../support/slowModel.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { TcpProxy } from './TcpProxy.js';

let model: SlowModel;
let server: TestServer;
let direct: LlamaClient;

beforeAll(async () => {
  model = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: model.path, LLAMAHOME_THREADS: '1' } });
  direct = new LlamaClient({ apiKey: server.adminKey, endpoint: server.url });
  await direct.process('warm up', { maxTokens: 1 });
});

afterAll(async () => {
  await server?.stop();
  await model?.remove();
});

function through(proxy: TcpProxy, options = {}): LlamaClient {
  return new LlamaClient({ apiKey: server.adminKey, endpoint: proxy.url, backoffFactor: 0.02, ...options });
}

/** A follow to its end: the chunks it gave and its result. */
async function collect(chunks: AsyncGenerator<FollowChunk, GenerationResult, void>) {
  const given: FollowChunk[] = [];
  for (;;) {
    const step = await chunks.next();
    if (step.done) return { given, result: step.value, text: given.map(({ text }) => text).join('') };
    given.push(step.value);
  }
}

/** What a follow had given before it threw, and what it threw. */
async function failure(chunks: AsyncGenerator<FollowChunk, GenerationResult, void>) {
  let text = '';
  try {
    for await (const chunk of chunks) text += chunk.text;
  } catch (error) {
    return { text, error };
  }
  throw new Error('the follow ended well');
}

describe('follow', () => {
  test('gives every character once and in order, counting its chunks, whatever happened to the connections', async () => {
    let connections = 0;
    await using proxy = await TcpProxy.start(server, (connection) => {
      connections = connection;
      return connection % 3 === 2 ? { refused: true } : { cutAfter: 900 + connection * 40 };
    });
    const { id } = await direct.submit('cut it often', { maxTokens: 150 });
    const { given, result, text } = await collect(through(proxy).follow(id));
    const stored = await direct.prompt(id);
    expect(text).toBe(stored.text);
    expect(result).toEqual({
      text: stored.text,
      usage: stored.usage,
      model: stored.model,
      created: stored.created,
      id,
      finishReason: 'length',
      warnings: [],
    });
    expect(given.map(({ index }) => index)).toEqual(given.map((_chunk, index) => index));
    expect(connections).toBeGreaterThan(2);
  });

  test('takes up a connection that fell silent', async () => {
    await using proxy = await TcpProxy.start(server, (connection) => (connection === 0 ? { silentAfter: 1200 } : {}));
    const { id } = await direct.submit('fall silent', { maxTokens: 60 });
    const { text } = await collect(through(proxy, { timeoutMs: 400 }).follow(id));
    expect(text).toBe((await direct.prompt(id)).text);
    expect(proxy.made).toBeGreaterThan(1);
  });

  test('goes on behind a cursor, during the run and after it', async () => {
    const { id } = await direct.submit('come back', { maxTokens: 80 });
    const first: FollowChunk[] = [];
    for await (const chunk of direct.follow(id)) {
      first.push(chunk);
      if (first.length === 5) break;
    }
    const before = first.map(({ text }) => text).join('');
    const live = await collect(direct.follow(id, { after: first.at(-1)?.cursor }));
    const later = await collect(direct.follow({ id }, { after: first.at(-1)?.cursor }));
    const stored = await direct.prompt(id);
    expect(stored.status).toBe('completed');
    for (const { text, result } of [live, later]) {
      expect(before + text).toBe(stored.text);
      expect(result.text).toBe(stored.text);
    }
  });

  test('ends with a typed error, soon, when the server does not come back', async () => {
    const proxy = await TcpProxy.start(server);
    const { id } = await direct.submit('gone for good', { maxTokens: 2000 });
    const chunks = through(proxy, { maxReconnects: 3 }).follow(id);
    await chunks.next();
    await proxy.close();
    const { error } = await failure(chunks);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error).toMatchObject({ code: 'connection_failed', status: 0 });
    await direct.cancel(id);
  });

  test('says so when a character was damaged on its way', async () => {
    let damaged = false;
    await using proxy = await TcpProxy.start(server, () => ({
      rewrite: (text) =>
        text.replace(/("chunk":")([a-z])/i, (found, start: string, letter: string) => {
          if (damaged) return found;
          damaged = true;
          return `${start}${letter === 'x' ? 'y' : 'x'}`;
        }),
    }));
    const { id } = await direct.submit('damage it', { maxTokens: 40 });
    const { error } = await failure(through(proxy).follow(id));
    expect(damaged).toBe(true);
    expect(error).toBeInstanceOf(IntegrityError);
    expect(error).toMatchObject({ code: 'text_damaged', details: { prompt_id: id } });
  });

  test('begins anew by itself when its cursor was damaged, and gives nothing twice', async () => {
    await using proxy = await TcpProxy.start(server, (connection) =>
      connection === 0
        ? { cutAfter: 2000, rewrite: (text) => text.replaceAll(/"cursor":"[^"]{3}/g, '"cursor":"!!!') }
        : {},
    );
    const { id } = await direct.submit('damage the way back', { maxTokens: 60 });
    const { text } = await collect(through(proxy).follow(id));
    expect(text).toBe((await direct.prompt(id)).text);
    expect(proxy.made).toBeGreaterThan(1);
  });

  test('throws CancelledError, after what there was, when the prompt is cancelled', async () => {
    const { id } = await direct.submit('stop me', { maxTokens: 2000 });
    const chunks = direct.follow(id);
    const first = await chunks.next();
    const stopped = await direct.cancel(id);
    const { text, error } = await failure(chunks);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ details: { prompt_id: id } });
    expect(stopped).toMatchObject({ id, status: 'cancelled', finishReason: 'cancelled' });
    expect((first.done ? '' : first.value.text) + text).toBe(stopped.text);
  });

  test('an abort ends it at once with its reason, and cancels nothing', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { id } = await direct.submit('let me be', { maxTokens: 60 });
    const chunks = direct.follow(id, { signal: controller.signal });
    await chunks.next();
    const rest = failure(chunks);
    controller.abort(reason);
    expect((await rest).error).toBe(reason);
    expect((await collect(direct.follow(id))).result.finishReason).toBe('length');
  });

  test('a wrong id and a wrong cursor are told as such', async () => {
    expect((await failure(direct.follow('prm_nobody'))).error).toBeInstanceOf(NotFoundError);
    const { id } = await direct.submit('short', { maxTokens: 5 });
    const { error } = await failure(direct.follow(id, { after: 'nonsense' }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ field: 'after' });
  });
});

describe('what is submitted through a bad connection', () => {
  test('runs once, though its answer was lost', async () => {
    const marker = 'only once, please';
    await using proxy = await TcpProxy.start(server, (connection) => (connection < 2 ? { cutAfter: 0 } : {}));
    const { id } = await through(proxy).submit(marker, { maxTokens: 5 });
    await collect(direct.follow(id));
    expect(proxy.made).toBeGreaterThan(2);
    expect(await runsOf(marker)).toEqual([id]);
  });

  test('processPrompt bears a connection that breaks again and again', async () => {
    const marker = 'whole in spite of it';
    await using proxy = await TcpProxy.start(server, (connection) => ({ cutAfter: 600 + connection * 150 }));
    const { text, id } = await through(proxy).process(marker, { maxTokens: 80 });
    expect(text).toBe((await direct.prompt(id)).text);
    expect(proxy.made).toBeGreaterThan(2);
    expect(await runsOf(marker)).toEqual([id]);
  });

  test.each([1, undefined])(
    'a batch is not lost with a connection that fell silent, in a pool of %s',
    async (poolSize) => {
      const marker = `batched with ${poolSize}`;
      await using proxy = await TcpProxy.start(server, (connection) => (connection === 0 ? { silentAfter: 0 } : {}));
      const options = { apiKey: server.adminKey, endpoint: proxy.url, timeoutMs: 250 };
      await using client =
        poolSize === undefined ? new LlamaClient(options) : new PooledClient({ ...options, poolSize });
      const items = await client.processBatch([marker, marker], { maxTokens: 20 });
      const runs = await runsOf(marker);
      expect(items.map((item) => isFailed(item) || item.id).sort()).toEqual(runs.sort());
      expect(runs).toHaveLength(2);
    },
  );

  test('a batch for a server that is gone ends with a typed error', async () => {
    await using proxy = await TcpProxy.start(server, () => ({ silentAfter: 0 }));
    const client = through(proxy, { timeoutMs: 100, maxRetries: 1 });
    await expect(client.processBatch(['nobody answers'], { maxTokens: 1 })).rejects.toBeInstanceOf(TimeoutError);
  });

  test('streamResponse says that the prompt is lost with its connection, once some text has come', async () => {
    await using proxy = await TcpProxy.start(server, () => ({ cutAfter: 1200 }));
    const { text, error } = await failureOf(through(proxy).streamResponse('cut me off', { maxTokens: 500 }));
    expect(text).not.toBe('');
    expect(error).toBeInstanceOf(ConnectionError);
    await server.until(
      'its prompt is cancelled',
      () => runsOf('cut me off', 'CANCELLED'),
      ({ length }) => length === 1,
    );
  });

  test('streamResponse tries again before, and lets no two run', async () => {
    const marker = 'lose the answer';
    await using proxy = await TcpProxy.start(server, (connection) =>
      connection < 2 ? { cutAfter: connection * 200 } : {},
    );
    const { text, error } = await failureOf(through(proxy).streamResponse(marker, { maxTokens: 30 }));
    expect([error, text.length]).toEqual([undefined, 30]);
    expect(proxy.made).toBe(3);
    // What was left is cancelled; what came in time found it still running.
    const cancelled = await runsOf(marker, 'CANCELLED');
    expect((await runsOf(marker)).length - cancelled.length).toBe(1);
  });
});

async function failureOf(chunks: AsyncIterable<{ text: string }>) {
  let text = '';
  try {
    for await (const chunk of chunks) text += chunk.text;
  } catch (error) {
    return { text, error };
  }
  return { text, error: undefined };
}

/** Ids of all prompts with this input, or of those that stand like this. */
async function runsOf(input: string, status?: string): Promise<string[]> {
  const { prompts } = await direct.graphql<{ prompts: { nodes: { id: string; input: string }[] } }>(
    'query Runs($status: PromptStatus) { prompts(first: 100, status: $status) { nodes { id input } } }',
    { status },
  );
  return prompts.nodes.filter((node) => node.input === input).map(({ id }) => id);
}
