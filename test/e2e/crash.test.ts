import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onePrompt, processPrompt, promptEvents, submitPrompt } from '../support/documents.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { over } from '../support/streams.js';

/** Rounds of kill -9; a longer run is for whoever changes what is stored when. */
const rounds = Number(process.env.LLAMAHOME_TEST_CRASH_ROUNDS ?? 4);
const promptsPerRound = 6;

/** What a client knows of a prompt it follows, over all connections it had. */
interface Follower {
  id: string;
  cursor: string | undefined;
  text: string;
  status: string | undefined;
  completions: number;
}

let slow: SlowModel;
let home: string;
let server: TestServer | undefined;

beforeAll(async () => {
  slow = await makeSlowModel();
  home = await mkdtemp(join(tmpdir(), 'llamahome-crash-'));
});
afterAll(async () => {
  await server?.kill();
  await slow.remove();
  await rm(home, { recursive: true, force: true });
});

/** Numbers between 0 and 1 that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Reads on from where the follower stands, until the end or until the connection breaks. */
async function readOn(follower: Follower, from: TestServer, adminKey: string): Promise<void> {
  const client = from.ws(adminKey);
  try {
    for await (const { promptEvents: event } of over(client, promptEvents, {
      id: follower.id,
      after: follower.cursor,
    })) {
      follower.cursor = event.cursor;
      if (event.__typename === 'PromptStarted') follower.text = '';
      if (event.__typename === 'PromptChunk') follower.text += event.text;
      if (event.__typename === 'PromptCompleted' || event.__typename === 'PromptFailed') {
        follower.status = event.prompt.status;
        follower.completions++;
      }
    }
  } catch {
    // The connection broke: the next server is asked with the cursor.
  } finally {
    await client.dispose();
  }
}

test('no accepted prompt is lost, runs twice to its end or changes its text when the server is killed', {
  timeout: 600_000,
}, async () => {
  const random = randomNumbers(20_26);
  const followers: Follower[] = [];
  const waitedFor: string[] = [];
  let adminKey = '';
  for (let round = 0; round < rounds; round++) {
    const current = await startTestServer({ home, env: { LLAMAHOME_MODEL: slow.path } });
    server = current;
    adminKey ||= current.adminKey;
    const submissions = Array.from({ length: promptsPerRound }, async (_, index) => {
      const input = {
        prompt: `Round ${round}, prompt ${index}`,
        maxTokens: 60,
        seed: round * 100 + index,
        temperature: 1,
      };
      const answer = await current.graphql(submitPrompt, { input }, { key: adminKey }).catch(() => undefined);
      const id = answer?.data?.submit.prompt.id;
      if (id !== undefined) followers.push({ id, cursor: undefined, text: '', status: undefined, completions: 0 });
    });
    const waiting = current
      .graphql(processPrompt, { input: { prompt: `Waited for ${round}`, maxTokens: 500 } }, { key: adminKey })
      .then(({ data }) => data?.process.prompt.id && waitedFor.push(data.process.prompt.id))
      .catch(() => undefined);
    const reading = Promise.all(submissions).then(() =>
      Promise.all(followers.filter(({ status }) => status === undefined).map((one) => readOn(one, current, adminKey))),
    );
    await delay(200 + random() * 1500);
    await current.kill();
    await Promise.all([waiting, reading]);
  }

  const last = await startTestServer({ home, env: { LLAMAHOME_MODEL: slow.path } });
  server = last;
  expect(followers.length).toBeGreaterThan(0);
  await Promise.all(followers.map((follower) => follower.status === undefined && readOn(follower, last, adminKey)));
  for (const follower of followers) {
    const { data } = await last.graphql(onePrompt, { id: follower.id }, { key: adminKey });
    expect(follower).toMatchObject({ status: 'COMPLETED', completions: 1 });
    expect(data?.prompt).toMatchObject({ status: 'COMPLETED', text: follower.text });
  }
  expect(await last.stop()).toBe(0);

  const database = new Database(join(home, 'llamahome.db'), { readonly: true });
  const rows = database.prepare('select mode, status, count(*) as count from prompts group by mode, status').all();
  expect(database.prepare('pragma integrity_check').get()).toMatchObject({ integrity_check: 'ok' });
  database.close();
  expect(rows).not.toContainEqual(expect.objectContaining({ status: 'RUNNING' }));
  expect(rows).not.toContainEqual(expect.objectContaining({ status: 'QUEUED' }));
  console.info(`${rounds} rounds, ${followers.length} prompts accepted, ${waitedFor.length} waited for to their end`);
});
