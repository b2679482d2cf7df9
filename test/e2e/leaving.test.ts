import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  configChanged,
  createApiKey,
  createToken,
  manyPrompts,
  onePrompt,
  processPrompt,
  promptEvents,
  readServer,
  revokeApiKey,
  runBatch,
  stream,
  submitPrompt,
} from '../support/documents.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, first, ndjson, over, serverSentEvents } from '../support/streams.js';

/** Whoever leaves a prompt that lives for its caller frees its sequence; whoever only follows frees nothing. */
let server: TestServer;
let slow: SlowModel;
beforeAll(async () => {
  slow = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path } });
});
afterAll(async () => {
  await server.stop();
  await slow.remove();
});

const input = { prompt: 'A long story', maxTokens: 3500 };
const busy = async () => (await server.data(readServer, {})).server.slots.busy;
const isFree = () => server.until('a free sequence', busy, (count) => count === 0);
const newest = async () => (await server.data(manyPrompts, { first: 1 })).prompts.edges[0]?.node.id ?? '';

async function expectCancelled(id: string) {
  await isFree();
  const { prompt } = await server.data(onePrompt, { id });
  expect(prompt).toMatchObject({ status: 'CANCELLED', finishReason: 'CANCELLED' });
  expect(prompt?.usage?.completionTokens ?? 0).toBeLessThan(input.maxTokens);
}

beforeEach(isFree);

describe('leaving cancels', () => {
  it('a stream whose subscription is completed by the client', async () => {
    const client = server.ws();
    const events = over(client, stream, { input });
    await first(events);
    const { stream: chunk } = await first(events);
    await events.return();
    await expectCancelled(chunk.prompt.id);
    await client.dispose();
  });

  it('a stream whose socket is cut', async () => {
    const client = server.ws();
    const events = over(client, stream, { input });
    const { stream: started } = await first(events);
    client.terminate();
    await expectCancelled(started.prompt.id);
  });

  it('a stream over SSE', async () => {
    const controller = new AbortController();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.adminKey}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query: stream.toString(), variables: { input } }),
      signal: controller.signal,
    });
    const event = await first(serverSentEvents(response));
    controller.abort();
    await expectCancelled(JSON.parse(event.data).data.stream.prompt.id);
  });

  it.each(['/stream', '/process'])('a stream over REST, POST %s', async (path) => {
    const controller = new AbortController();
    const response = await server.rest(path, {
      json: { prompt: input.prompt, max_tokens: 3500, stream: true },
      signal: controller.signal,
    });
    await first(ndjson(response));
    controller.abort();
    await expectCancelled(response.headers.get('x-prompt-id') ?? '');
  });

  it('process and batch over HTTP and REST', async () => {
    const before = await newest();
    const controller = new AbortController();
    const answers = Promise.allSettled([
      server.graphql(processPrompt, { input }, { signal: controller.signal }),
      server.graphql(runBatch, { input: { prompts: [input, input] } }, { signal: controller.signal }),
      server.rest('/process', { json: { prompt: 'x', max_tokens: 3500 }, signal: controller.signal }),
    ]);
    await server.until('four running prompts', busy, (count) => count === 4);
    controller.abort();
    expect((await answers).every(({ status }) => status === 'rejected')).toBe(true);
    await isFree();
    const { prompts } = await server.data(manyPrompts, { first: 4 });
    expect(prompts.edges.map(({ node }) => node.status)).toEqual(Array(4).fill('CANCELLED'));
    expect(prompts.edges.some(({ node }) => node.id === before)).toBe(false);
  });

  it('process over a socket, when its operation is completed by the client', async () => {
    const client = server.ws();
    const answer = over(client, processPrompt, { input });
    const next = answer.next();
    await server.until('a running prompt', busy, (count) => count === 1);
    const id = await newest();
    await client.dispose();
    await next.catch(() => undefined);
    await expectCancelled(id);
  });
});

describe('leaving cancels nothing', () => {
  it('for those who only follow', async () => {
    const { submit } = await server.data(submitPrompt, { input: { prompt: 'Goes on', maxTokens: 150 } });
    const { id } = submit.prompt;
    const client = server.ws();
    const events = over(client, promptEvents, { id });
    await first(events);
    await events.return();
    client.terminate();
    const controller = new AbortController();
    const response = await server.rest(`/prompts/${id}/stream`, { signal: controller.signal });
    const line = await first(ndjson(response));
    controller.abort();
    const rest = await all(ndjson(await server.rest(`/prompts/${id}/stream?after=${line.cursor}`)));
    expect(rest.at(-1)).toMatchObject({ done: true, finish_reason: 'length', usage: { completion_tokens: 150 } });
    const { prompt } = await server.data(onePrompt, { id });
    expect(`${line.chunk}${rest.map(({ chunk }) => chunk).join('')}`).toBe(prompt?.text);
  });
});

describe('a key that is revoked and a token that runs out', () => {
  const scopes = ['prompts:run', 'config:read'];

  async function revocable() {
    const { createApiKey: made } = await server.data(createApiKey, { input: { name: 'x', tier: 'BASIC', scopes } });
    if (made.key === null) throw new Error('no key');
    return { key: made.key, end: () => server.data(revokeApiKey, { id: made.apiKey.id }) };
  }

  /** Its time runs out by itself. */
  async function short() {
    const { createToken: made } = await server.data(createToken, { input: { userId: 'short', expiresIn: 2, scopes } });
    return { key: made.token, end: async () => undefined };
  }

  const subscribe = (key: string, query: string, variables = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({ query, variables }),
    });

  describe.each([
    ['invalid_token', revocable],
    ['token_expired', short],
  ])('%s', (code, caller) => {
    it('ends a stream over REST, and cancels its prompt', async () => {
      const { key, end } = await caller();
      const response = await server.rest('/stream', { json: { prompt: input.prompt, max_tokens: 3500 }, key });
      const lines = ndjson(response);
      await first(lines);
      await end();
      expect((await all(lines)).at(-1)).toMatchObject({ error: { code } });
      await expectCancelled(response.headers.get('x-prompt-id') ?? '');
    });

    it('ends a stream over GraphQL SSE, and cancels its prompt', async () => {
      const { key, end } = await caller();
      const events = serverSentEvents(await subscribe(key, stream.toString(), { input }));
      const { id } = JSON.parse((await first(events)).data).data.stream.prompt;
      await end();
      const [last, complete] = (await all(events)).slice(-2);
      expect(JSON.parse(last?.data ?? '')).toMatchObject({ errors: [{ extensions: { code: code.toUpperCase() } }] });
      expect(complete?.event).toBe('complete');
      await expectCancelled(id);
    });

    it('ends a subscription in which nothing happens', async () => {
      const { key, end } = await caller();
      const response = await subscribe(key, configChanged.toString());
      await end();
      const [last] = await all(serverSentEvents(response));
      expect(JSON.parse(last?.data ?? '')).toMatchObject({ errors: [{ extensions: { code: code.toUpperCase() } }] });
    });

    it.each(['process', 'batch'])('ends a waiting %s in GraphQL over HTTP, and cancels its prompts', async (field) => {
      const { key, end } = await caller();
      const waiting =
        field === 'process'
          ? server.graphql(processPrompt, { input }, { key })
          : server.graphql(runBatch, { input: { prompts: [input, input] } }, { key });
      const count = field === 'process' ? 1 : 2;
      await server.until('running prompts', busy, (running) => running === count);
      await end();
      const { status, headers, data, errors } = await waiting;
      expect([status, data, headers.get('www-authenticate')]).toEqual([401, null, 'Bearer']);
      expect(errors).toMatchObject([{ extensions: { code: code.toUpperCase(), details: {} } }]);
      await expectCancelled(await newest());
    });

    it.each(['/process', '/batch'])('ends a waiting POST %s over REST, and cancels its prompts', async (path) => {
      const { key, end } = await caller();
      const rest = { prompt: input.prompt, max_tokens: 3500 };
      const waiting = server.rest(path, { json: path === '/batch' ? { prompts: [rest, rest] } : rest, key });
      await server.until('running prompts', busy, (running) => running === (path === '/batch' ? 2 : 1));
      await end();
      const response = await waiting;
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code, details: {} } });
      await expectCancelled(await newest());
    });

    it.each(['process', 'batch'])('ends a waiting %s with its socket, and cancels its prompts', async (field) => {
      const { key, end } = await caller();
      const client = server.ws(key);
      const waiting =
        field === 'process'
          ? over(client, processPrompt, { input }).next()
          : over(client, runBatch, { input: { prompts: [input, input] } }).next();
      const refusal = waiting.catch((error: unknown) => error);
      await server.until('running prompts', busy, (running) => running === (field === 'process' ? 1 : 2));
      await end();
      expect(await refusal).toMatchObject({ code: 4401, reason: code });
      await expectCancelled(await newest());
    });

    it('leaves a prompt alone that was submitted before, and asked for again by its key', async () => {
      const { key, end } = await caller();
      const keyed = { ...input, idempotencyKey: `before ${code}` };
      const { data } = await server.graphql(submitPrompt, { input: keyed }, { key });
      const id = data?.submit.prompt.id ?? '';
      const waiting = server.graphql(processPrompt, { input: keyed }, { key });
      await server.until('a running prompt', busy, (running) => running === 1);
      await end();
      expect((await waiting).errors).toMatchObject([{ extensions: { code: code.toUpperCase() } }]);
      expect((await server.data(onePrompt, { id })).prompt?.status).toBe('RUNNING');
      await server.rest(`/prompts/${id}/cancel`, { method: 'POST' });
    });

    it('ends following a prompt over REST, which goes on for its owner', async () => {
      const { key, end } = await caller();
      const submitted = await server.rest('/prompts', { json: { prompt: 'x', max_tokens: 3500 }, key });
      const { id } = await submitted.json();
      const lines = ndjson(await server.rest(`/prompts/${id}/stream`, { key }));
      await first(lines);
      await end();
      expect((await all(lines)).at(-1)).toMatchObject({ error: { code } });
      expect((await server.data(onePrompt, { id })).prompt?.status).toBe('RUNNING');
      await server.rest(`/prompts/${id}/cancel`, { method: 'POST' });
      await expectCancelled(id);
    });
  });
});

it('who revokes its own key over HTTP has the answer, and nothing more', async () => {
  for (let round = 0; round < 3; round++) {
    const scopes = ['keys:manage'];
    const { createApiKey: made } = await server.data(createApiKey, { input: { name: 'self', tier: 'BASIC', scopes } });
    const { id } = made.apiKey;
    const revoke = () => server.graphql(revokeApiKey, { id }, { key: made.key });
    expect((await revoke()).data?.revokeApiKey.apiKey).toMatchObject({ id, revokedAt: expect.any(String) });
    expect((await revoke()).status).toBe(401);
  }
});

describe('a follower that reads late', () => {
  it('loses nothing', async () => {
    const { submit } = await server.data(submitPrompt, { input: { prompt: 'Read slowly', maxTokens: 150 } });
    const { id } = submit.prompt;
    const client = server.ws();
    const fast = all(over(client, promptEvents, { id }));
    // Nobody reads this one until the text is whole.
    const response = await server.rest(`/prompts/${id}/stream`);
    const events = await fast;
    const lines = await all(ndjson(response));
    const { prompt } = await server.data(onePrompt, { id });
    expect(
      events.map(({ promptEvents: event }) => (event.__typename === 'PromptChunk' ? event.text : '')).join(''),
    ).toBe(prompt?.text);
    expect(lines.map(({ chunk }) => chunk).join('')).toBe(prompt?.text);
    await client.dispose();
  });
});

describe('a request that was sent twice with one idempotency key', () => {
  it('goes on for the second caller when the first has gone', async () => {
    const keyed = { ...input, maxTokens: 400, idempotencyKey: 'twice' };
    const [one, other] = [server.ws(), server.ws()];
    const earlier = over(one, stream, { input: keyed });
    const { stream: started } = await first(earlier);
    const second = over(other, stream, { input: keyed });
    expect((await first(second)).stream.prompt.id).toBe(started.prompt.id);
    one.terminate();
    expect((await all(second)).at(-1)?.stream).toMatchObject({
      __typename: 'PromptCompleted',
      prompt: { status: 'COMPLETED' },
    });
    await other.dispose();
  });

  it('runs anew when nobody waited for it any more', async () => {
    const keyed = { ...input, idempotencyKey: 'again' };
    const client = server.ws();
    const { stream: started } = await first(over(client, stream, { input: keyed }));
    client.terminate();
    await expectCancelled(started.prompt.id);
    const again = server.ws();
    const { stream: restarted } = await first(over(again, stream, { input: keyed }));
    expect(restarted.prompt.id).not.toBe(started.prompt.id);
    again.terminate();
    await expectCancelled(restarted.prompt.id);
  });
});
