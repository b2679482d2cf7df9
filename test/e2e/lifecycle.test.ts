import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  configChanged,
  modelEvents,
  onePrompt,
  processPrompt,
  promptEvents,
  readConfig,
  readServer,
  readViewer,
  serverStatus,
  stream,
  submitPrompt,
} from '../support/documents.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';
import { all, first, ndjson, over, serverSentEvents } from '../support/streams.js';

let slow: SlowModel;
let home: string;
const started: TestServer[] = [];

async function start(env: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer({ home, env: { LLAMAHOME_MODEL: slow.path, ...env } });
  started.push(server);
  return server;
}

beforeAll(async () => {
  slow = await makeSlowModel();
});
afterAll(() => slow.remove());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-life-'));
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.kill();
  await rm(home, { recursive: true, force: true });
});

describe('start', () => {
  it('says one line on standard output, and shows the admin key once', async () => {
    const server = await start();
    expect(server.stdout).toEqual([
      expect.stringMatching(/^LlamaHome is ready at http:\/\/127\.0\.0\.1:\d+\/graphql$/),
    ]);
    expect(server.log.match(/lh_[\w-]{43}/g)).toHaveLength(1);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    expect(await server.stop()).toBe(0);
    const again = await start();
    expect(again.log).not.toMatch(/lh_/);
    expect((await again.graphql(readViewer, {}, { key: server.adminKey })).status).toBe(200);
  });

  it('writes LLAMAHOME_MODEL into Config', async () => {
    const server = await start({ LLAMAHOME_MODEL: 'demo' });
    expect((await server.data(readConfig, {})).config.modelSettings.defaultModel).toBe('demo');
  });

  it('serves everybody with LLAMAHOME_AUTH=off, on loopback only', async () => {
    const server = await start({ LLAMAHOME_AUTH: 'off' });
    expect((await server.graphql(readViewer, {}, { key: null })).data?.viewer.scopes).toContain('keys:manage');
    expect(server.log).toContain('LLAMAHOME_AUTH=off');
    const open = await runProgram(
      ['serve'],
      testEnvironment(home, { LLAMAHOME_AUTH: 'off', LLAMAHOME_HOST: '0.0.0.0' }),
    );
    expect(open.code).toBeGreaterThan(0);
    expect(open.stderr).toMatch(/LLAMAHOME_AUTH/);
  });

  it('stays up and says so when the default model can not be used', async () => {
    const server = await start({ LLAMAHOME_MODEL: 'llama-3.2-1b-instruct' });
    const ready = await fetch(`${server.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'not ready', reason: expect.stringContaining('not installed') },
    ]);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it.each([
    ['an unknown variable', { LLAMAHOME_PROT: '4000' }, /LLAMAHOME_PROT/],
    ['a wrong port', { LLAMAHOME_PORT: 'many' }, /LLAMAHOME_PORT/],
    ['a short secret', { LLAMAHOME_SECRET: 'short' }, /LLAMAHOME_SECRET/],
    ['no such file', { LLAMAHOME_MODEL: '/nowhere/x.gguf' }, /x\.gguf/],
  ])('ends with one clear line for %s', async (_what, env, line) => {
    const { code, stdout, stderr } = await runProgram(['serve'], testEnvironment(home, env));
    expect(code).toBeGreaterThan(0);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(line)]);
  });

  it('ends with one clear line when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runProgram(['serve'], testEnvironment(home, { LLAMAHOME_PORT: String(port) }));
    other.close();
    expect(code).toBe(1);
    expect(stderr.trim().split('\n').at(-1)).toMatch(`127.0.0.1:${port} is in use`);
  });

  it('ends with one clear line when another server has the home', async () => {
    await start();
    const { code, stderr } = await runProgram(['serve'], testEnvironment(home));
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('SIGTERM', () => {
  const input = { prompt: 'A long story', maxTokens: 3500 };

  it.each(['SIGTERM', 'SIGHUP'] as const)(
    '%s lets what is in flight finish, refuses what is new, and exits with 0',
    async (signal) => {
      const server = await start();
      const client = server.ws();
      const events = over(client, stream, { input: { ...input, maxTokens: 250 } });
      await first(events);
      const exit = server.signal(signal);
      // One that comes in before the signal is soon over.
      const refused = await server.until(
        'a refusal',
        () => server.graphql(processPrompt, { input: { ...input, maxTokens: 1 } }),
        ({ errors }) => errors.length > 0,
      );
      expect(refused.errors[0]?.extensions).toMatchObject({
        code: 'OVERLOADED',
        details: { retry_after: expect.any(Number) },
      });
      expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
      const rest = await all(events);
      expect(rest.at(-1)?.stream).toMatchObject({ __typename: 'PromptCompleted', prompt: { status: 'COMPLETED' } });
      expect(await exit).toBe(0);
    },
  );

  it('cancels what takes longer than the grace period, with a final event on every transport', async () => {
    const server = await start({ LLAMAHOME_GRACE_MS: '300' });
    let closed: number | undefined;
    const client = server.ws(undefined, (code) => {
      closed = code;
    });
    const events = over(client, stream, { input });
    await first(events);
    const lines = ndjson(await server.rest('/stream', { json: { prompt: 'x', max_tokens: 3500 } }));
    await first(lines);
    const exit = server.signal('SIGTERM');
    expect((await all(events)).at(-1)?.stream).toMatchObject({
      __typename: 'PromptCompleted',
      prompt: { status: 'CANCELLED', finishReason: 'CANCELLED' },
    });
    expect((await all(lines)).at(-1)).toMatchObject({ done: true, finish_reason: 'cancelled' });
    expect(await exit).toBe(0);
    expect(closed === undefined || closed === 1001 || closed === 1000).toBe(true);
  });

  it('completes what was subscribed over SSE and has no end of its own', async () => {
    const server = await start({ LLAMAHOME_GRACE_MS: '300' });
    const subscribe = (query: string, variables = {}) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${server.adminKey}`,
          'content-type': 'application/json',
          accept: 'text/event-stream',
        },
        body: JSON.stringify({ query, variables }),
      });
    const quiet = await Promise.all([
      subscribe(serverStatus.toString(), { everyMs: 60_000 }),
      subscribe(serverStatus.toString(), { everyMs: 100 }),
      subscribe(modelEvents.toString()),
      subscribe(configChanged.toString()),
    ]);
    const prompt = serverSentEvents(await subscribe(stream.toString(), { input }));
    await first(prompt);
    const exit = server.signal('SIGTERM');
    for (const response of quiet) {
      const events = await all(serverSentEvents(response));
      expect(events.at(-1)?.event).toBe('complete');
      expect(JSON.stringify(events)).not.toContain('errors');
    }
    const [last, complete] = (await all(prompt)).slice(-2);
    expect(JSON.parse(last?.data ?? '').data.stream).toMatchObject({ __typename: 'PromptCompleted' });
    expect(complete?.event).toBe('complete');
    expect(await exit).toBe(0);
  });

  it('keeps a submitted prompt for the next start', async () => {
    const server = await start({ LLAMAHOME_GRACE_MS: '0' });
    const { submit } = await server.data(submitPrompt, { input: { ...input, maxTokens: 200 } });
    await server.until(
      'a running prompt',
      async () => (await server.data(readServer, {})).server.slots.busy,
      (count) => count === 1,
    );
    expect(await server.signal('SIGTERM')).toBe(0);
    const again = await start();
    const client = again.ws(server.adminKey);
    const events = await all(over(client, promptEvents, { id: submit.prompt.id }));
    expect(events.at(-1)?.promptEvents).toMatchObject({
      __typename: 'PromptCompleted',
      prompt: { status: 'COMPLETED' },
    });
    await client.dispose();
  });

  it('a second one ends at once', async () => {
    const server = await start({ LLAMAHOME_GRACE_MS: '60000' });
    const events = ndjson(await server.rest('/stream', { json: { prompt: 'x', max_tokens: 3500 } }));
    await first(events);
    const exit = server.signal('SIGTERM');
    await server.until(
      'the drain',
      () => fetch(`${server.url}/readyz`),
      ({ status }) => status === 503,
    );
    server.process.kill('SIGTERM');
    expect(await exit).toBe(1);
  });

  it('takes its engines along, however it ends', async () => {
    const server = await start();
    await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 1 } });
    const [engine = 0] = await server.enginePids();
    expect(engine).toBeGreaterThan(0);
    await server.kill();
    await server.until(
      'the end of the engine',
      async () => {
        try {
          return process.kill(engine, 0);
        } catch {
          return false;
        }
      },
      (alive) => !alive,
    );
  });
});

describe('a crash of the engine', () => {
  it('fails what runs with engine_failed, and the next prompt works', async () => {
    const server = await start();
    const client = server.ws();
    const events = over(client, stream, { input: { prompt: 'x', maxTokens: 3500 } });
    const { stream: begun } = await first(events);
    const lines = ndjson(await server.rest('/stream', { json: { prompt: 'x', max_tokens: 3500 } }));
    await first(lines);
    const answer = server.graphql(processPrompt, { input: { prompt: 'x', maxTokens: 3500 } });
    await server.until(
      'three running prompts',
      async () => (await server.data(readServer, {})).server.slots.busy,
      (count) => count === 3,
    );
    for (const pid of await server.enginePids()) process.kill(pid, 'SIGKILL');
    expect((await all(events)).at(-1)?.stream).toMatchObject({
      __typename: 'PromptFailed',
      error: { code: 'ENGINE_FAILED' },
    });
    expect((await all(lines)).at(-1)).toMatchObject({ error: { code: 'engine_failed' } });
    const failed = await answer;
    expect(failed.errors[0]?.extensions.code).toBe('ENGINE_FAILED');
    const { prompt } = await server.data(onePrompt, { id: begun.prompt.id });
    expect(prompt).toMatchObject({ status: 'FAILED', finishReason: 'ERROR', error: { code: 'ENGINE_FAILED' } });
    const next = await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 5 } });
    expect(next.process.prompt.text).toHaveLength(5);
    await client.dispose();
  });
});
