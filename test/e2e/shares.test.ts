import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  cancelPrompt,
  createApiKey,
  onePrompt,
  processPrompt,
  readServer,
  runBatch,
  serverStatus,
  submitPrompt,
} from '../support/documents.js';
import type { Tier } from '../support/generated/graphql.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { over } from '../support/streams.js';

/** Who gets how much of the model: at most the tier's prompts at once, and nobody waits behind all of another's. */
let slow: SlowModel;
let home: string;
const started: TestServer[] = [];
beforeAll(async () => {
  slow = await makeSlowModel();
});
afterAll(() => slow.remove());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-shares-'));
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.kill();
  await rm(home, { recursive: true, force: true });
});

async function start(slots: number): Promise<TestServer> {
  const env = { LLAMAHOME_MODEL: slow.path, LLAMAHOME_SLOTS: String(slots), LLAMAHOME_GRACE_MS: '0' };
  const server = await startTestServer({ home, env });
  started.push(server);
  return server;
}

async function makeKey(server: TestServer, userId: string, tier: Tier): Promise<string> {
  const input = { name: userId, userId, tier, scopes: ['prompts:run'] };
  const { createApiKey: made } = await server.data(createApiKey, { input });
  return made.key ?? '';
}

async function submit(server: TestServer, key: string, maxTokens: number): Promise<string> {
  const { data } = await server.graphql(submitPrompt, { input: { prompt: 'One of many', maxTokens } }, { key });
  return data?.submit.prompt.id ?? '';
}

function submitMany(server: TestServer, key: string, count: number, maxTokens = 3500): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => submit(server, key, maxTokens)));
}

/** Each prompt as its owner sees it. */
function look(server: TestServer, key: string, ids: readonly string[]) {
  return Promise.all(ids.map(async (id) => (await server.graphql(onePrompt, { id }, { key })).data?.prompt));
}

async function count(server: TestServer, key: string, ids: readonly string[], status: string): Promise<number> {
  return (await look(server, key, ids)).filter((prompt) => prompt?.status === status).length;
}

const busy = async (server: TestServer) => (await server.data(readServer, {})).server.slots.busy;

describe('prompts running at once', () => {
  it('are 5 of a basic user, however many sequences are free; the next one begins when one has ended', async () => {
    const server = await start(8);
    const key = await makeKey(server, 'ann', 'BASIC');
    const ids = await submitMany(server, key, 8);
    await server.until(
      'five running prompts',
      () => count(server, key, ids, 'RUNNING'),
      (running) => running === 5,
    );
    const prompts = await look(server, key, ids);
    const waiting = prompts.filter((prompt) => prompt?.status === 'QUEUED');
    expect(waiting.map((prompt) => prompt?.queuePosition).sort()).toEqual([0, 1, 2]);
    expect((await server.data(readServer, {})).server).toMatchObject({
      slots: { total: 8, busy: 5 },
      queue: { waiting: 3 },
    });

    // Somebody else finds the free sequences at once.
    const other = await makeKey(server, 'ben', 'BASIC');
    const { data } = await server.graphql(processPrompt, { input: { prompt: 'x', maxTokens: 1 } }, { key: other });
    expect(data?.process.prompt.status).toBe('COMPLETED');

    const running = prompts.find((prompt) => prompt?.status === 'RUNNING');
    await server.graphql(cancelPrompt, { id: running?.id ?? '' }, { key });
    await server.until(
      'two waiting prompts',
      () => count(server, key, ids, 'QUEUED'),
      (left) => left === 2,
    );
    await server.until(
      'five running prompts',
      () => count(server, key, ids, 'RUNNING'),
      (left) => left === 5,
    );
    expect(await busy(server)).toBe(5);
  });

  it('are never more while a batch of a basic user runs, and all of it comes to its end', async () => {
    const server = await start(8);
    const key = await makeKey(server, 'ann', 'BASIC');
    const client = server.ws();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { serverStatus: state } of over(client, serverStatus, { everyMs: 100 }))
        seen.push(state.slots.busy);
    })();
    const prompts = Array.from({ length: 10 }, (_, index) => ({ prompt: `Number ${index}`, maxTokens: 150 }));
    const { data } = await server.graphql(runBatch, { input: { prompts } }, { key });
    expect(data?.batch.prompts.map(({ status }) => status)).toEqual(Array(10).fill('COMPLETED'));
    await client.dispose();
    await watching.catch(() => undefined);
    expect(Math.max(...seen)).toBe(5);
  });

  it('are as many as a tier allows, and still are after a restart', async () => {
    const server = await start(8);
    const keys = { pro: await makeKey(server, 'pam', 'PRO'), basic: await makeKey(server, 'bob', 'BASIC') };
    const ids = await submitMany(server, keys.pro, 9);
    await server.until(
      'eight running prompts',
      () => count(server, keys.pro, ids, 'RUNNING'),
      (running) => running === 8,
    );
    await server.signal('SIGKILL');

    const again = await start(8);
    await again.until(
      'eight running prompts',
      () => count(again, keys.pro, ids, 'RUNNING'),
      (running) => running === 8,
    );
    await Promise.all(ids.map((id) => again.graphql(cancelPrompt, { id }, { key: keys.pro })));
    const others = await submitMany(again, keys.basic, 8);
    await again.until(
      'five running prompts',
      () => count(again, keys.basic, others, 'RUNNING'),
      (running) => running === 5,
    );
    await again.signal('SIGKILL');

    const last = await start(8);
    await last.until(
      'five running prompts',
      () => count(last, keys.basic, others, 'RUNNING'),
      (running) => running === 5,
    );
    expect(await count(last, keys.basic, others, 'QUEUED')).toBe(3);
  });
});

describe('fairness', () => {
  it('lets a single prompt pass the many of somebody else', async () => {
    const server = await start(2);
    const [many, single] = [await makeKey(server, 'ann', 'PRO'), await makeKey(server, 'ben', 'BASIC')];
    const maxTokens = 100;
    const ids = await submitMany(server, many, 20, maxTokens);
    await server.until(
      'two running prompts',
      () => busy(server),
      (running) => running === 2,
    );
    const before = await count(server, many, ids, 'COMPLETED');
    const { data } = await server.graphql(processPrompt, { input: { prompt: 'Just one', maxTokens } }, { key: single });
    expect(data?.process.prompt.status).toBe('COMPLETED');
    // Two ran, one was handed over already; while it ran itself, the other sequence went on with theirs.
    expect((await count(server, many, ids, 'COMPLETED')) - before).toBeLessThanOrEqual(6);
    expect(await count(server, many, ids, 'QUEUED')).toBeGreaterThan(5);
  });

  it('gives two that both have many the same share', async () => {
    const server = await start(4);
    const keys = [await makeKey(server, 'ann', 'PRO'), await makeKey(server, 'ben', 'PRO')];
    const [first = '', second = ''] = keys;
    const annas = await submitMany(server, first, 16, 60);
    const bens = await submitMany(server, second, 16, 60);
    const done = () =>
      Promise.all([count(server, first, annas, 'COMPLETED'), count(server, second, bens, 'COMPLETED')]);
    // Ann came first; when Ben has half of his, she is not done with hers.
    const [ofAnn] = await server.until('half of what came last', done, ([, ofBen]) => ofBen >= 8);
    expect(ofAnn).toBeLessThan(16);
  });
});
