import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { AuthenticationError, LlamaClient } from '../../src/client/index.js';
import { BreakableAddress } from '../support/BreakableAddress.js';
import { onePrompt, processPrompt, promptEvents, stream, submitPrompt } from '../support/documents.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';
import { first, over } from '../support/streams.js';

const postgres = process.env.LLAMAHOME_TEST_POSTGRES ?? '';
if (postgres === '') console.warn('An outage of PostgreSQL is not tested: set LLAMAHOME_TEST_POSTGRES.');

let slow: SlowModel;
beforeAll(async () => {
  slow = await makeSlowModel();
});
afterAll(() => slow.remove());

async function onPostgres(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: postgres });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What a WebSocket is closed with that shows this key. */
async function closeOf(server: TestServer, key: string): Promise<{ code: number; reason: string }> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  const [code, reason] = await once(socket, 'close');
  return { code: Number(code), reason: String(reason) };
}

async function submitted(server: TestServer, prompt: string, maxTokens: number): Promise<string> {
  const { submit } = await server.data(submitPrompt, { input: { prompt, maxTokens, temperature: 0 } });
  return submit.prompt.id;
}

/** Waits for the end of a prompt that is known to be stored. */
function ended(server: TestServer, id: string) {
  return server.until(
    'the end of the prompt',
    async () => (await server.graphql(onePrompt, { id })).data?.prompt?.status,
    (status) => status !== undefined && status !== 'QUEUED' && status !== 'RUNNING',
  );
}

describe.skipIf(postgres === '')('PostgreSQL that goes away', () => {
  const name = `llamahome_outage_${randomBytes(6).toString('hex')}`;
  let address: BreakableAddress;
  let server: TestServer;

  beforeAll(async () => {
    await onPostgres(`create database ${name}`);
    const { hostname, port } = new URL(postgres);
    address = await BreakableAddress.to({ host: hostname, port: Number(port) });
    const database = new URL(address.urlOf(postgres));
    database.pathname = name;
    server = await startTestServer({
      env: { LLAMAHOME_DATABASE: database.href, LLAMAHOME_MODEL: slow.path, LLAMAHOME_SLOTS: '1' },
    });
  });
  afterAll(async () => {
    await address.mend();
    await server.stop();
    await address.break();
    await onPostgres(`drop database ${name} with (force)`);
  });

  it('loses nothing that was accepted, and refuses what is new for so long', { timeout: 120_000 }, async () => {
    const running = await submitted(server, 'This one runs.', 60);
    const waiting = await Promise.all(['one', 'two'].map((which) => submitted(server, `Waiting ${which}.`, 5)));
    const client = server.ws();
    const events = over(client, promptEvents, { id: running });
    await first(events);

    await address.break();
    const refused = await server.rest('/prompts', { json: { prompt: 'New.' } });
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      error: { code: 'overloaded', details: { retry_after: expect.any(Number) } },
    });
    const overGraphQL = await server.graphql(processPrompt, { input: { prompt: 'New.' } });
    expect(overGraphQL).toMatchObject({ status: 503, errors: [{ extensions: { code: 'OVERLOADED' } }] });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    expect(await closeOf(server, server.adminKey)).toEqual({ code: 1013, reason: 'overloaded' });

    const sdk = new LlamaClient({ endpoint: `${server.url}/graphql`, apiKey: server.adminKey, maxRetries: 0 });
    const streaming = (async () => {
      for await (const _ of sdk.subscribe(stream, { input: { prompt: 'New.' } })) throw new Error('a text came');
    })();
    const error = await streaming.catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ code: 'overloaded', retryable: true });
    await sdk.close();

    // Who was connected hears the end of what was running, though it can't be stored yet.
    let last: string | undefined;
    for await (const { promptEvents: event } of events) last = event.__typename;
    expect(last).toBe('PromptCompleted');
    await client.dispose();

    await address.mend();
    await server.until(
      'readiness',
      async () => (await fetch(`${server.url}/readyz`)).status,
      (status) => status === 200,
    );
    for (const id of [running, ...waiting]) expect(await ended(server, id)).toBe('COMPLETED');
    expect(await ended(server, await submitted(server, 'After.', 5))).toBe('COMPLETED');
    expect(server.log).toContain('the database is back');
  });

  it("is one server's, also after an outage; the command line works beside it", { timeout: 120_000 }, async () => {
    const database = new URL(postgres);
    database.pathname = name;
    const home = await mkdtemp(join(tmpdir(), 'llamahome-second-'));
    const env = testEnvironment(home, { LLAMAHOME_DATABASE: database.href });
    const second = await runProgram(['serve'], env);
    expect(second.code).toBe(1);
    expect(second.stderr.trim().split('\n')).toHaveLength(1);
    expect(second.stderr).toMatch(
      new RegExp(`Another server \\(process ${server.process.pid} on \\S+, since 2\\S+Z\\) uses this database`),
    );
    const made = await runProgram(['key', 'create', '--user', 'ada'], env);
    expect(made.code).toBe(0);
    expect((await server.rest('/models', { key: made.stdout.trim() })).status).toBe(200);
    await rm(home, { recursive: true });
  });
});

describe('SQLite that somebody else has locked', () => {
  it('keeps what runs, refuses what is new, and is used again when it is free', { timeout: 120_000 }, async () => {
    await using server = await startTestServer();
    const file = new Libsql(join(server.home, 'llamahome.db'));
    file.exec('begin immediate');
    const { process: answer } = await server.data(processPrompt, { input: { prompt: 'Hello.', maxTokens: 5 } });
    expect(answer.prompt.status).toBe('COMPLETED');

    const refused = await server.rest('/prompts', { json: { prompt: 'New.' } });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'overloaded' } });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);

    file.exec('rollback');
    file.close();
    await server.until(
      'readiness',
      async () => (await fetch(`${server.url}/readyz`)).status,
      (status) => status === 200,
    );
    expect(await ended(server, answer.prompt.id)).toBe('COMPLETED');
    expect(await ended(server, await submitted(server, 'After.', 5))).toBe('COMPLETED');
  });
});
