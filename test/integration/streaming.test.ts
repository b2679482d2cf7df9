import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { createClient } from 'graphql-sse';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadEnvironment } from '../../src/config/environment.js';
import { type RunningServer, startServer } from '../../src/server/startServer.js';
import { configChanged, stream } from '../support/documents.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { testEnvironment } from '../support/startTestServer.js';
import { all, linesOf, ndjson, serverSentEvents } from '../support/streams.js';

/** A server with one sequence, so that a second prompt waits, and with frequent signs of life. */
let server: RunningServer;
let home: string;
let model: SlowModel;
let headers: Record<string, string>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'streaming-'));
  model = await makeSlowModel();
  const environment = loadEnvironment(testEnvironment(home, { LLAMAHOME_SLOTS: '1', LLAMAHOME_MODEL: model.path }));
  const logger = pino({ level: 'silent' });
  server = await startServer({ environment, logger, heartbeatMs: 20 });
  headers = { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' };
});
afterAll(async () => {
  await server.stop();
  await model.remove();
  await rm(home, { recursive: true, force: true });
});

function post(path: string, body: unknown, accept: string, signal?: AbortSignal): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { ...headers, accept },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Keeps the only sequence busy until the returned function is called. */
async function occupy(): Promise<() => void> {
  const controller = new AbortController();
  const body = { prompt: 'x', max_tokens: 3000, seed: 1 };
  const busy = await post('/api/v1/stream', body, 'application/x-ndjson', controller.signal);
  await ndjson(busy).next();
  return () => controller.abort();
}

const short = { prompt: 'Hello', maxTokens: 4 };
const kinds = [
  ['NDJSON', '/api/v1/stream', { prompt: 'Hello', max_tokens: 4 }, 'application/x-ndjson', ''],
  ['REST SSE', '/api/v1/stream', { prompt: 'Hello', max_tokens: 4 }, 'text/event-stream', ':'],
  ['GraphQL SSE', '/graphql', { query: stream.toString(), variables: { input: short } }, 'text/event-stream', ':'],
  [
    'multipart',
    '/graphql',
    { query: stream.toString(), variables: { input: short } },
    'multipart/mixed;subscriptionSpec=1.0',
    '{}',
  ],
] as const;

describe('a stream whose prompt waits', () => {
  it.each(kinds)('over %s has its headers at once and signs of life until it is told something', async (...kind) => {
    const [, path, body, accept, sign] = kind;
    const release = await occupy();
    // It would wait for ever if the headers waited for the first token.
    const response = await post(path, body, accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toContain('no-transform');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    if (path === '/api/v1/stream') expect(response.headers.get('x-prompt-id')).toMatch(/./);
    let signs = 0;
    let last = '';
    for await (const line of linesOf(response)) {
      if (line.trim() === sign && ++signs === 3) release();
      if (line.trim() !== '') last = line;
      if (/COMPLETED|"done":true/.test(line)) break;
    }
    expect(signs).toBeGreaterThanOrEqual(3);
    expect(last).toMatch(/COMPLETED|"done":true/);
  });

  it('tells in the stream that its time ran out', async () => {
    const body = { prompt: 'x', max_tokens: 3000, deadline_ms: 300 };
    const response = await post('/api/v1/stream', body, 'application/x-ndjson');
    const lines = await all(ndjson(response));
    expect([response.status, lines.at(-1)]).toMatchObject([200, { error: { code: 'deadline_exceeded' } }]);
  });
});

describe('real clients', () => {
  it('Apollo\u2019s follows a subscription in parts', async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${server.url}/graphql`, headers }),
      cache: new InMemoryCache(),
    });
    const query = gql(stream.toString());
    const results = await new Promise<unknown[]>((resolve, reject) => {
      const seen: unknown[] = [];
      client
        .subscribe({ query, variables: { input: short } })
        .subscribe({ next: (result) => seen.push(result), error: reject, complete: () => resolve(seen) });
    });
    expect(results.length).toBeGreaterThan(1);
    expect(results.at(-1)).toMatchObject({ data: { stream: { __typename: 'PromptCompleted' } } });
    client.stop();
  });

  it('Apollo\u2019s is told why a subscription is refused', async () => {
    const response = await post(
      '/graphql',
      { query: stream.toString(), variables: { input: { ...short, temperature: 7 } } },
      'multipart/mixed;subscriptionSpec=1.0, application/json',
    );
    expect(await response.text()).toContain('INVALID_REQUEST');
  });

  it('graphql-sse follows a subscription', async () => {
    const client = createClient({ url: `${server.url}/graphql`, headers, retryAttempts: 0 });
    const seen: unknown[] = [];
    for await (const result of client.iterate({ query: stream.toString(), variables: { input: short } })) {
      seen.push(result);
    }
    expect(JSON.stringify(seen.at(-1))).toContain('COMPLETED');
    client.dispose();
  });

  it('graphql-sse in single connection mode is told what to use instead', async () => {
    const client = createClient({ url: `${server.url}/graphql`, headers, retryAttempts: 0, singleConnection: true });
    const failed = await client
      .iterate({ query: configChanged.toString() })
      .next()
      .catch((error: unknown) => error);
    expect(failed).toHaveProperty('response.status', 405);
    client.dispose();
    const response = await fetch(`${server.url}/graphql`, { method: 'PUT', headers });
    expect((await response.json()).errors[0].message).toContain('singleConnection: false');
  });

  it('an event stream completes with its event', async () => {
    const body = { query: stream.toString(), variables: { input: short } };
    const events = await all(serverSentEvents(await post('/graphql', body, 'text/event-stream')));
    expect(events.at(-1)?.event).toBe('complete');
  });
});
