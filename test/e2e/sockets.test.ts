import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { CloseCode, createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  configChanged,
  createApiKey,
  createToken,
  loadModel,
  modelEvents,
  onePrompt,
  processPrompt,
  promptEvents,
  readViewer,
  revokeApiKey,
  serverStatus,
  stream,
  submitPrompt,
  unloadModel,
  updateConfig,
} from '../support/documents.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';
import { all, first, over, Refused } from '../support/streams.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** A socket that speaks the protocol by hand. */
async function rawSocket(protocol = 'graphql-transport-ws') {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, protocol);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await once(socket, 'open');
  const messages: { id?: string; type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  return { socket, closed, messages, send: (message: unknown) => socket.send(JSON.stringify(message)) };
}

describe('stream', () => {
  it('starts, brings chunks and completes', async () => {
    const client = server.ws();
    const events = (await all(over(client, stream, { input: { prompt: 'Hello', maxTokens: 50 } }))).map(
      ({ stream }) => stream,
    );
    expect(events[0]).toMatchObject({ __typename: 'PromptStarted', attempt: 1, prompt: { status: 'RUNNING' } });
    const chunks = events.filter((event) => event.__typename === 'PromptChunk');
    expect(chunks.map(({ index }) => index)).toEqual(chunks.map((_, position) => position));
    const end = events.at(-1);
    expect(end).toMatchObject({
      __typename: 'PromptCompleted',
      prompt: { status: 'COMPLETED', finishReason: 'LENGTH' },
    });
    expect(chunks.map(({ text }) => text).join('')).toBe(end?.prompt.text);
    expect(end?.prompt.text).toHaveLength(50);
    await client.dispose();
  });

  it('is refused with an error message of that operation, and the socket goes on', async () => {
    const client = server.ws();
    const refusal = await all(over(client, stream, { input: { prompt: 'x', temperature: 5 } })).catch((error) => error);
    expect(refusal).toBeInstanceOf(Refused);
    expect(refusal.errors[0].extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'temperature' } });
    const wrong = await all(over(client, 'subscription { nothing }')).catch((error) => error);
    expect(wrong.errors[0].extensions.code).toBe('INVALID_REQUEST');
    expect(await first(over(client, readViewer))).toMatchObject({ viewer: { tier: 'ENTERPRISE' } });
    await client.dispose();
  });

  it('runs many at once on one socket', async () => {
    const client = server.ws();
    const texts = await Promise.all(
      Array.from({ length: 8 }, async (_, number) => {
        const events = await all(over(client, stream, { input: { prompt: `n ${number}`, maxTokens: 20 } }));
        return events.at(-1)?.stream.prompt.text;
      }),
    );
    expect(texts.every((text) => text?.length === 20)).toBe(true);
    await client.dispose();
  });
});

describe('promptEvents', () => {
  it('goes on exactly behind any cursor, for any number of followers', async () => {
    const client = server.ws();
    const { submit } = await server.data(submitPrompt, { input: { prompt: 'Resume', maxTokens: 120 } });
    const { id } = submit.prompt;
    const followers = await Promise.all(
      Array.from({ length: 5 }, async () =>
        (await all(over(client, promptEvents, { id }))).map((data) => data.promptEvents),
      ),
    );
    const { prompt } = await server.data(onePrompt, { id });
    for (const events of followers) {
      const text = events.map((event) => (event.__typename === 'PromptChunk' ? event.text : '')).join('');
      expect(text).toBe(prompt?.text);
    }
    let read = '';
    for (const event of followers[0] ?? []) {
      if (event.__typename === 'PromptChunk') read += event.text;
      const rest = (await all(over(client, promptEvents, { id, after: event.cursor }))).map(
        (data) => data.promptEvents,
      );
      const text = rest.map((later) => (later.__typename === 'PromptChunk' ? later.text : '')).join('');
      expect(read + text).toBe(prompt?.text);
    }
    await client.dispose();
  });

  it('refuses unknown prompts and cursors', async () => {
    const client = server.ws();
    const unknown = await all(over(client, promptEvents, { id: 'prm_nothing' })).catch((error) => error);
    expect(unknown.errors[0].extensions.code).toBe('PROMPT_NOT_FOUND');
    const { process } = await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 1 } });
    const cursor = await all(over(client, promptEvents, { id: process.prompt.id, after: '?' })).catch((error) => error);
    expect(cursor.errors[0].extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'after' } });
    await client.dispose();
  });
});

describe('the other subscriptions', () => {
  it('serverStatus comes at once and then regularly', async () => {
    const client = server.ws();
    const states = over(client, serverStatus, { everyMs: 100 });
    const start = performance.now();
    const seen = [await first(states), await first(states), await first(states)];
    expect(performance.now() - start).toBeGreaterThanOrEqual(150);
    expect(seen.every(({ serverStatus: { slots } }) => slots.total === 4)).toBe(true);
    await states.return();
    for (const everyMs of [99, 60_001]) {
      const refusal = await all(over(client, serverStatus, { everyMs })).catch((error) => error);
      expect(refusal.errors[0].extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'everyMs' } });
    }
    await client.dispose();
  });

  it('configChanged tells each change', async () => {
    const client = server.ws();
    const changes = over(client, configChanged);
    const next = first(changes);
    // The subscription must stand before the change: an answer on the same socket comes after it was set up.
    await first(over(client, readViewer));
    await server.data(updateConfig, { input: { modelSettings: { maxTokens: 77 } } });
    expect((await next).configChanged.modelSettings.maxTokens).toBe(77);
    await changes.return();
    await client.dispose();
  });

  it('modelEvents tells of loading, beginning with the present state', async () => {
    const client = server.ws();
    const events = over(client, modelEvents, { id: 'demo' });
    expect((await first(events)).modelEvents).toMatchObject({ model: { slug: 'demo' }, state: 'READY' });
    await server.data(unloadModel, { id: 'demo' });
    await server.data(loadModel, { id: 'demo' });
    const states: string[] = [];
    while (states.at(-1) !== 'READY') states.push((await first(events)).modelEvents.state);
    expect(states).toEqual(expect.arrayContaining(['INSTALLED', 'LOADING', 'READY']));
    await events.return();
    const unknown = await all(over(client, modelEvents, { id: 'demmo' })).catch((error) => error);
    expect(unknown.errors[0].extensions.code).toBe('MODEL_NOT_FOUND');
    await client.dispose();
  });
});

describe('the socket', () => {
  it.each([
    ['no token', null, 'authentication_required'],
    ['a bad token', 'nonsense', 'invalid_token'],
  ])('is closed with 4401 for %s', async (_what, key, reason) => {
    const { closed, send } = await rawSocket();
    send({ type: 'connection_init', payload: key === null ? {} : { authorization: `Bearer ${key}` } });
    expect(await closed).toEqual({ code: 4401, reason });
  });

  it('is closed with 4401 when its token runs out', async () => {
    const { createToken: made } = await server.data(createToken, { input: { userId: 'short', expiresIn: 2 } });
    const { closed, send, messages } = await rawSocket();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${made.token}` } });
    expect(await closed).toEqual({ code: 4401, reason: 'token_expired' });
    expect(messages[0]?.type).toBe('connection_ack');
  });

  it('is closed with 4401 when its key is revoked, though it only listens', async () => {
    const { createApiKey: made } = await server.data(createApiKey, {
      input: { name: 'listener', tier: 'BASIC', scopes: ['config:read'] },
    });
    const { closed, send, socket } = await rawSocket();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${made.key}` } });
    await once(socket, 'message');
    send({ id: '1', type: 'subscribe', payload: { query: configChanged.toString() } });
    await server.data(revokeApiKey, { id: made.apiKey.id });
    expect(await closed).toEqual({ code: 4401, reason: 'invalid_token' });
  });

  it('is closed at once when its key is revoked, behind the answer when it revoked that itself', async () => {
    for (let round = 0; round < 3; round++) {
      const { createApiKey: made } = await server.data(createApiKey, {
        input: { name: 'self', tier: 'BASIC', scopes: ['keys:manage'] },
      });
      const { closed, send, socket, messages } = await rawSocket();
      send({ type: 'connection_init', payload: { authorization: `Bearer ${made.key}` } });
      await once(socket, 'message');
      const before = performance.now();
      const { id } = made.apiKey;
      send({ id: '1', type: 'subscribe', payload: { query: revokeApiKey.toString(), variables: { id } } });
      expect(await closed).toEqual({ code: 4401, reason: 'invalid_token' });
      // A look at the keys once a second would be this quick by chance, but not three times.
      expect(performance.now() - before).toBeLessThan(300);
      expect(messages[1]).toMatchObject({ type: 'next', payload: { data: { revokeApiKey: { apiKey: { id } } } } });
    }
  });

  it('is closed when its key is revoked on the command line', async () => {
    const { createApiKey: made } = await server.data(createApiKey, {
      input: { name: 'elsewhere', tier: 'BASIC', scopes: ['config:read'] },
    });
    const { closed, send, socket } = await rawSocket();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${made.key}` } });
    await once(socket, 'message');
    const { code, stderr } = await runProgram(['key', 'revoke', made.apiKey.id], testEnvironment(server.home));
    expect([code, stderr]).toEqual([0, '']);
    expect(await closed).toEqual({ code: 4401, reason: 'invalid_token' });
  });

  it('tells what is wrong with the name of an operation as HTTP does', async () => {
    const { socket, send, messages } = await rawSocket();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${server.adminKey}` } });
    await once(socket, 'message');
    const query = 'query A { __typename } query B { viewer { id } }';
    for (const operationName of [undefined, 'C']) {
      send({ id: '1', type: 'subscribe', payload: { query, operationName } });
      await once(socket, 'message');
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, operationName }),
      });
      const { errors } = await response.json();
      expect(messages.at(-1)).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'INVALID_REQUEST', details: {} } }],
      });
      expect(messages.at(-1)?.payload).toEqual(errors);
    }
    socket.close();
  });

  it('is cut when its client goes on asking and reads nothing', async () => {
    const { socket, closed } = await rawSocket();
    socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${server.adminKey}` } }));
    await once(socket, 'message');
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { filler: 'x'.repeat(900_000) } });
    for (let sent = 0; sent < 60 && socket.readyState === WebSocket.OPEN; sent++) {
      await new Promise((resolve) => socket.send(ping, resolve));
    }
    socket.resume();
    expect((await closed).code).toBe(1006);
  });

  it('finds room though many others are open and silent', async () => {
    const silent = await Promise.all(Array.from({ length: 300 }, () => rawSocket()));
    const client = server.ws();
    expect((await first(over(client, readViewer))).viewer.id).toBe('admin');
    const ends = await Promise.all(silent.map(({ closed }) => closed));
    const codes = new Set(ends.map(({ code }) => code));
    expect(codes).toEqual(new Set([1013, CloseCode.ConnectionInitialisationTimeout]));
    await client.dispose();
  });

  it('is closed when it does not say who it is', async () => {
    const waiting = await rawSocket();
    const eager = await rawSocket();
    eager.send({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect((await eager.closed).code).toBe(CloseCode.Unauthorized);
    expect((await waiting.closed).code).toBe(CloseCode.ConnectionInitialisationTimeout);
  });

  it.each([
    ['the Authorization header of the handshake', {}, { authorization: 'KEY' }],
    ['headers of connection_init', { headers: { Authorization: 'KEY' } }, {}],
    ['connection_init before the handshake', { Authorization: 'KEY' }, { authorization: 'Basic eDp5' }],
  ])('takes a key from %s', async (_what, params, headers) => {
    const withKey = (value: object) => JSON.parse(JSON.stringify(value).replace('KEY', `Bearer ${server.adminKey}`));
    class Handshake extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: withKey(headers) });
      }
    }
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Handshake,
      retryAttempts: 0,
      connectionParams: withKey(params),
    });
    const [answer] = await all(over(client, readViewer));
    expect(answer?.viewer.tier).toBe('ENTERPRISE');
    await client.dispose();
  });

  it('is closed when it speaks another protocol, nonsense or too much', async () => {
    const legacy = await rawSocket('graphql-ws');
    expect(await legacy.closed).toEqual({
      code: CloseCode.SubprotocolNotAcceptable,
      reason: expect.stringContaining('use graphql-transport-ws'),
    });
    const nonsense = await rawSocket();
    nonsense.socket.send('{"type":');
    expect((await nonsense.closed).code).toBe(CloseCode.BadRequest);
    const large = await rawSocket();
    large.socket.send(`{"type": "ping", "payload": {"x": "${'x'.repeat(2_000_000)}"}}`);
    expect((await large.closed).code).toBe(1009);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it('refuses more operations than one socket may run, and goes on', async () => {
    const { socket, send, messages } = await rawSocket();
    send({ type: 'connection_init', payload: { authorization: `Bearer ${server.adminKey}` } });
    await once(socket, 'message');
    const refused = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        if (JSON.parse(String(data)).type === 'error') resolve();
      });
    });
    for (let id = 0; id <= 100; id++) {
      send({
        id: String(id),
        type: 'subscribe',
        payload: { query: 'subscription { configChanged { modelSettings { maxTokens } } }' },
      });
    }
    await refused;
    const errors = messages.filter(({ type }) => type === 'error');
    expect(errors).toHaveLength(1);
    expect(JSON.stringify(errors[0])).toContain('100 operations');
    socket.close();
  });

  it('is refused at other paths and for foreign origins', async () => {
    const refusal = (path: string, origin?: string) =>
      new Promise<unknown>((resolve) => {
        const socket = new WebSocket(server.url.replace('http', 'ws') + path, 'graphql-transport-ws', {
          headers: { 'x-request-id': 'mine' },
          ...(origin === undefined ? {} : { origin }),
        });
        socket.on('unexpected-response', async (_request, response) =>
          resolve([response.statusCode, response.headers['x-request-id'], await json(response)]),
        );
        socket.on('open', () => {
          socket.close();
          resolve(101);
        });
        socket.on('error', () => undefined);
      });
    expect(await refusal('/graphql')).toBe(101);
    expect(await refusal('/graphql', server.url)).toBe(101);
    expect(await refusal('/other')).toEqual([404, 'mine', { error: expect.objectContaining({ code: 'not_found' }) }]);
    expect(await refusal('/graphql', 'https://evil.example')).toEqual([
      403,
      'mine',
      { errors: [expect.objectContaining({ extensions: expect.objectContaining({ code: 'PERMISSION_DENIED' }) })] },
    ]);
  });
});
