import { once } from 'node:events';
import { connect } from 'node:net';
import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  configChanged,
  createApiKey,
  createToken,
  modelEvents,
  processPrompt,
  promptEvents,
  readServer,
  serverStatus,
  stream,
} from '../support/documents.js';
import type { TypedDocumentString } from '../support/generated/graphql.js';
import { HeapProbe } from '../support/HeapProbe.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, first, ndjson, over, serverSentEvents } from '../support/streams.js';

/**
 * Whatever ends a request or a stream, its server holds nothing of it afterwards: the heap stands where it stood. One
 * stream whose end gave nothing back held 40 KB.
 */
const mostBytes = 8_000;
const rounds = 60;
const lanes = 8;
/** A leak grows each time; what is compiled and cached beside it does not. */
const measures = 3;

/** One who asks, by key and by token: both are watched while a stream is open. */
interface Caller {
  key: string;
  token: string;
  client: Client;
}

let server: TestServer;
let heap: HeapProbe;
let callers: Caller[] = [];
let finished = '';
beforeAll(async () => {
  server = await startTestServer({ env: { NODE_OPTIONS: '--inspect=127.0.0.1:0', LLAMAHOME_LOG: 'silent' } });
  heap = await HeapProbe.open(server.log);
  // As many as it takes for no allowance to run out.
  const scopes = ['prompts:run', 'prompts:all', 'config:read', 'models:read', 'metrics:read'];
  callers = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const userId = `soak ${number}`;
      const input = { name: userId, userId, tier: 'ENTERPRISE' as const, scopes };
      const { key } = (await server.data(createApiKey, { input })).createApiKey;
      const { token } = (
        await server.data(createToken, { input: { userId, tier: 'ENTERPRISE', scopes, expiresIn: 3600 } })
      ).createToken;
      return { key: key ?? '', token, client: server.ws(key) };
    }),
  );
  finished = (await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 2 } })).process.prompt.id;
});
afterAll(async () => {
  heap.close();
  for (const { client } of callers) client.terminate();
  await server.stop();
});

const input = { prompt: 'x', maxTokens: 1 };
const long = { prompt: 'x', maxTokens: 1500 };
const rest = { prompt: 'x', max_tokens: 1 };
const longRest = { prompt: 'x', max_tokens: 1500 };

/** A request to GraphQL over HTTP, as somebody who wants a stream. */
function ask<Variables>(
  { token }: Caller,
  document: TypedDocumentString<unknown, Variables>,
  variables: Variables,
  { accept = 'text/event-stream', signal }: { accept?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
    body: JSON.stringify({ query: document.toString(), variables }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Leaves an answer at its headers. */
async function leave(open: (signal: AbortSignal) => Promise<Response>): Promise<void> {
  const controller = new AbortController();
  await open(controller.signal);
  controller.abort();
}

/** Sends a request by hand, waits for the first bytes, reads no more, and goes. */
async function readNothing(path: string, accept: string, key: string, body: unknown): Promise<void> {
  const socket = connect(server.port, '127.0.0.1');
  const text = JSON.stringify(body);
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nauthorization: Bearer ${key}\r\naccept: ${accept}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  await once(socket, 'readable');
  socket.destroy();
}

/** Begins to listen over a socket and leaves at once. */
async function glance<Result, Variables extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<void> {
  const results = client.iterate({ query: document.toString(), variables });
  const next = results.next();
  await results.return?.();
  await next;
}

const kinds: Record<string, (caller: Caller) => Promise<unknown>> = {
  'POST /stream, read to its end': async ({ key }) => all(ndjson(await server.rest('/stream', { json: rest, key }))),
  'POST /stream as SSE': async ({ token }) =>
    all(
      serverSentEvents(
        await server.rest('/stream', { json: rest, key: token, headers: { accept: 'text/event-stream' } }),
      ),
    ),
  'POST /process that streams': async ({ key }) =>
    all(ndjson(await server.rest('/process', { json: { ...rest, stream: true }, key }))),
  'GET /prompts/{id}/stream': async ({ key }) => all(ndjson(await server.rest(`/prompts/${finished}/stream`, { key }))),
  'HEAD of a stream': async ({ key }) => server.rest(`/prompts/${finished}/stream`, { method: 'HEAD', key }),
  'POST /stream, left': ({ key }) => leave((signal) => server.rest('/stream', { json: longRest, key, signal })),
  'POST /stream, never read': ({ key }) => readNothing('/api/v1/stream', 'application/x-ndjson', key, longRest),
  'POST /stream, refused': async ({ key }) =>
    (await server.rest('/stream', { json: { ...rest, temperature: 7 }, key })).text(),
  'POST /process': async ({ key }) => (await server.rest('/process', { json: rest, key })).json(),
  'POST /batch': async ({ key }) => (await server.rest('/batch', { json: { prompts: [rest] }, key })).json(),
  'stream over SSE': async (caller) => all(serverSentEvents(await ask(caller, stream, { input }))),
  'stream over SSE, left': (caller) => leave((signal) => ask(caller, stream, { input: long }, { signal })),
  'stream over SSE, never read': ({ key }) =>
    readNothing('/graphql', 'text/event-stream', key, { query: stream.toString(), variables: { input: long } }),
  'promptEvents over SSE': async (caller) => all(serverSentEvents(await ask(caller, promptEvents, { id: finished }))),
  'configChanged over SSE, left': (caller) => leave((signal) => ask(caller, configChanged, {}, { signal })),
  'modelEvents over SSE, left': (caller) => leave((signal) => ask(caller, modelEvents, {}, { signal })),
  'serverStatus over SSE, left': (caller) => leave((signal) => ask(caller, serverStatus, {}, { signal })),
  'process over HTTP': ({ key }) => server.graphql(processPrompt, { input }, { key }),
  'stream over a socket': ({ client }) => all(over(client, stream, { input })),
  'stream over a socket, left': async ({ client }) => {
    const events = over(client, stream, { input: long });
    await first(events);
    await events.return();
  },
  'process over a socket': ({ client }) => all(over(client, processPrompt, { input })),
  'promptEvents over a socket': ({ client }) => all(over(client, promptEvents, { id: finished })),
  'configChanged over a socket, left': ({ client }) => glance(client, configChanged, {}),
  'modelEvents over a socket, left': ({ client }) => glance(client, modelEvents, {}),
  'serverStatus over a socket, left': ({ client }) => glance(client, serverStatus, {}),
  'a socket of its own, cut': async ({ key }) => {
    const client = server.ws(key);
    await first(over(client, stream, { input: long }));
    client.terminate();
  },
};

/** Runs a kind so many times, several at once, each time as the next caller. */
async function run(work: (caller: Caller) => Promise<unknown>, times: number): Promise<void> {
  let begun = 0;
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (begun < times) {
        const caller = callers[begun++ % callers.length];
        if (caller !== undefined) await work(caller);
      }
    }),
  );
  const busy = () => server.data(readServer, {}).then(({ server: { slots, queue } }) => slots.busy + queue.waiting);
  await server.until('an idle server', busy, (count) => count === 0);
}

describe('the heap holds nothing of', () => {
  it.each(Object.entries(kinds))('%s', async (_name, work) => {
    await run(work, 20);
    let growth = Number.POSITIVE_INFINITY;
    for (let measure = 0; measure < measures && growth / rounds >= mostBytes; measure++) {
      const before = await heap.usedBytes();
      await run(work, rounds);
      growth = (await heap.usedBytes()) - before;
    }
    expect(growth / rounds).toBeLessThan(mostBytes);
  });
});
