import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStorage } from '../../src/server/openStorage.js';
import { newPrompt } from '../integration/storage/records.js';
import {
  anyNode,
  cancelPrompt,
  createApiKey,
  deletePrompt,
  manyPrompts,
  onePrompt,
  processPrompt,
  promptEvents,
  readServer,
  submitPrompt,
} from '../support/documents.js';
import type { PromptStatus } from '../support/generated/graphql.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, over, Refused } from '../support/streams.js';

/** Everybody sees and stops their own prompts, and nobody else's unless they may. */
let server: TestServer;
let slow: SlowModel;
const keys = { owner: '', other: '', overseer: '' };

async function makeKey(userId: string, ...scopes: string[]): Promise<string> {
  const { createApiKey: made } = await server.data(createApiKey, {
    input: { name: userId, userId, tier: 'PRO', scopes: ['prompts:run', ...scopes] },
  });
  return made.key ?? '';
}

beforeAll(async () => {
  slow = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path } });
  keys.owner = await makeKey('ann');
  keys.other = await makeKey('ben');
  keys.overseer = await makeKey('cid', 'prompts:all');
});
afterAll(async () => {
  await server.stop();
  await slow.remove();
});

async function submit(): Promise<string> {
  const { data } = await server.graphql(
    submitPrompt,
    { input: { prompt: 'Mine', maxTokens: 3500 } },
    { key: keys.owner },
  );
  return data?.submit.prompt.id ?? '';
}

async function listed(key: string, status?: PromptStatus): Promise<string[]> {
  const { data } = await server.graphql(manyPrompts, { first: 100, ...(status && { status }) }, { key });
  return data?.prompts.edges.map(({ node }) => node.id) ?? [];
}

const busy = async () => (await server.data(readServer, {})).server.slots.busy;

describe("a prompt of somebody else's", () => {
  it('is not there: it can not be read, followed, cancelled or deleted, on any transport', async () => {
    const id = await submit();
    const key = keys.other;
    for (const document of [onePrompt, cancelPrompt, deletePrompt]) {
      const { errors } = await server.graphql(document.toString(), { id }, { key });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(['PROMPT_NOT_FOUND']);
    }
    const node = await server.graphql(anyNode, { id }, { key });
    const nothing = await server.graphql(anyNode, { id: 'prm_none' }, { key });
    expect([node.data, node.errors.map(({ extensions: { code } }) => code)]).toEqual([
      nothing.data,
      nothing.errors.map(({ extensions: { code } }) => code),
    ]);
    const client = server.ws(key);
    for (const document of [promptEvents, onePrompt, cancelPrompt]) {
      const refusal = await all(
        over<object, object & Record<string, unknown>>(client, document.toString(), { id }),
      ).catch((error) => error);
      expect(refusal).toBeInstanceOf(Refused);
      expect(refusal.errors[0].extensions.code).toBe('PROMPT_NOT_FOUND');
    }
    await client.dispose();
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/stream'],
      ['POST', '/cancel'],
    ]) {
      const response = await server.rest(`/prompts/${id}${path}`, { key, ...(method && { method }) });
      expect([method, path, response.status]).toEqual([method, path, 404]);
      expect(await response.json()).toMatchObject({ error: { code: 'prompt_not_found' } });
    }
    expect(await listed(key)).toEqual([]);
    const { data } = await server.graphql(onePrompt, { id }, { key: keys.owner });
    expect(['QUEUED', 'RUNNING']).toContain(data?.prompt?.status);

    expect(await listed(keys.overseer)).toContain(id);
    const cancelled = await server.graphql(cancelPrompt, { id }, { key: keys.overseer });
    expect(cancelled.data?.cancelPrompt.prompt.status).toBe('CANCELLED');
  });
});

describe('a list by status', () => {
  it('goes by how prompts are now, those that somebody waits for too', async () => {
    const controller = new AbortController();
    const input = { prompt: 'Waited for', maxTokens: 3500 };
    const waiting = Array.from({ length: 3 }, () =>
      server.graphql(processPrompt, { input }, { key: keys.owner, signal: controller.signal }).catch(() => undefined),
    );
    const detached = await submit();
    await server.until('four running prompts', busy, (count) => count === 4);
    const queued = await submit();
    const running = await listed(keys.owner, 'RUNNING');
    expect(running).toHaveLength(4);
    expect(running).toContain(detached);
    expect(running).toEqual([...running].sort().reverse());
    expect(await listed(keys.owner, 'QUEUED')).toEqual([queued]);
    expect(await listed(keys.other, 'RUNNING')).toEqual([]);

    const { data } = await server.graphql(manyPrompts, { first: 3, status: 'RUNNING' }, { key: keys.owner });
    expect(data?.prompts.edges.map(({ node }) => node.id)).toEqual(running.slice(0, 3));
    expect(data?.prompts.pageInfo.hasNextPage).toBe(true);
    const after = data?.prompts.pageInfo.endCursor ?? null;
    const rest = await server.graphql(manyPrompts, { first: 3, after, status: 'RUNNING' }, { key: keys.owner });
    expect(rest.data?.prompts.edges.map(({ node }) => node.id)).toEqual(running.slice(3));
    expect(rest.data?.prompts.pageInfo.hasNextPage).toBe(false);

    controller.abort();
    await Promise.all(waiting);
    await Promise.all([detached, queued].map((id) => server.graphql(cancelPrompt, { id }, { key: keys.owner })));
    expect(await listed(keys.owner, 'CANCELLED')).toEqual(expect.arrayContaining([detached, queued]));
    await server.until('no running prompts', busy, (count) => count === 0);
    expect(await listed(keys.owner, 'RUNNING')).toEqual([]);
  });

  it('has a prompt as soon as its caller has the text', async () => {
    for (let round = 0; round < 10; round++) {
      const { process } = await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 1 } });
      expect((await listed(server.adminKey, 'COMPLETED'))[0]).toBe(process.prompt.id);
    }
  });
});

it('says so when a prompt is asked to be followed that another server works on', async () => {
  const prompt = newPrompt({ ownerId: 'ann', status: 'RUNNING', mode: 'detached' });
  const storage = await openStorage({ database: 'sqlite', home: server.home, logger: pino({ level: 'silent' }) });
  await storage.prompts.insert([prompt]);
  await storage.close();
  const response = await server.rest(`/prompts/${prompt.id}/stream`, { key: keys.owner });
  expect([response.status, await response.json()]).toMatchObject([409, { error: { code: 'conflict' } }]);
  const client = server.ws(keys.owner);
  const refusal = await all(over(client, promptEvents.toString(), { id: prompt.id })).catch((error) => error);
  expect(refusal.errors[0].extensions.code).toBe('CONFLICT');
  await client.dispose();
});
