import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { testEnvironment } from '../support/startTestServer.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-examples-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Running {
  child: ChildProcess;
  /** Of GraphQL. */
  url: string;
  token: string;
}

async function start(example: string): Promise<Running> {
  const { PATH } = testEnvironment(home);
  const child = spawn(process.execPath, [join(examples, example, 'server.js')], {
    env: { PATH, LLAMAHOME_HOME: home, MODEL: 'demo', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url, token] = /^(http:\S+) takes the token (\S+)$/.exec(line) ?? [];
    if (url !== undefined && token !== undefined) return { child, url, token };
  }
  throw new Error(`the example ${example} ended`);
}

describe.each([
  ['http', '', { path: '/', name: 'joke' }],
  ['express', '/llm', { path: '/summary', name: 'summary' }],
  ['fastify', '/llm', { path: '/summary', name: 'summary' }],
  ['hono', '/llm', { path: '/summary', name: 'summary' }],
])('examples/%s', (example, mount, own) => {
  let running: Running;
  beforeAll(async () => {
    running = await start(example);
  });
  afterAll(() => running.child.kill('SIGKILL'));

  const origin = () => new URL(running.url).origin;
  const send = (path: string, json: unknown, signal?: AbortSignal) =>
    fetch(`${origin()}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(json),
      ...(signal === undefined ? {} : { signal }),
    });
  const read = async (path: string) =>
    (await fetch(`${origin()}${path}`, { headers: { authorization: `Bearer ${running.token}` } })).json();

  it('answers GraphQL where it says', async () => {
    expect(running.url).toBe(`${origin()}${mount}/graphql`);
    const query = 'mutation ($input: PromptInput!) { process(input: $input) { prompt { text finishReason } } }';
    const answer = await send(`${mount}/graphql`, { query, variables: { input: { prompt: 'hi', maxTokens: 4 } } });
    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { data: { process: { prompt: { text: expect.stringMatching(/^.{4}$/), finishReason: 'LENGTH' } } } },
    ]);
    expect((await fetch(running.url, { method: 'POST', body: '{}' })).status).toBe(401);
  });

  it('streams over REST, and cancels what nobody reads', async () => {
    const whole = await send(`${mount}/api/v1/stream`, { prompt: 'hi', max_tokens: 4 });
    const lines = (await whole.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line)).at(-1)).toMatchObject({ done: true, finish_reason: 'length' });
    const location = whole.headers.get('location') ?? '';
    expect(location).toMatch(new RegExp(`^${mount}/api/v1/prompts/`));
    expect(await read(location)).toMatchObject({ status: 'completed' });

    const controller = new AbortController();
    const left = await send(`${mount}/api/v1/stream`, { prompt: 'hi', max_tokens: 1900 }, controller.signal);
    await left.body?.getReader().read();
    controller.abort();
    await expect
      .poll(async () => (await read(left.headers.get('location') ?? '')).status, { timeout: 20_000 })
      .toBe('cancelled');
  });

  it('serves subscriptions over WebSocket', async () => {
    const client = createClient({
      url: running.url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${running.token}` },
    });
    const kinds: unknown[] = [];
    const query = 'subscription { stream(input: { prompt: "hi", maxTokens: 3 }) { __typename } }';
    for await (const { data } of client.iterate<{ stream: { __typename: string } }>({ query })) {
      kinds.push(data?.stream.__typename);
    }
    await client.dispose();
    expect([kinds[0], kinds.at(-1)]).toEqual(['PromptStarted', 'PromptCompleted']);
  });

  it('goes on doing what the app itself does', async () => {
    const answer = await send(own.path, { text: 'something long' });
    expect(await answer.json()).toEqual({ [own.name]: expect.stringMatching(/^.+$/) });
  });

  it('ends when it is told to', async () => {
    running.child.kill('SIGTERM');
    expect(await once(running.child, 'exit')).toEqual([0, null]);
  });
});
