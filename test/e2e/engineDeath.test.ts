import { afterAll, beforeAll, expect, it } from 'vitest';
import { estimatePrompt, onePrompt, processPrompt, promptEvents, submitPrompt } from '../support/documents.js';
import type { PromptEventsSubscription } from '../support/generated/graphql.js';
import { makeSlowModel, type SlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, first, ndjson, over } from '../support/streams.js';

type AnyEvent = PromptEventsSubscription['promptEvents'];

/** An engine process is started several times in each of these. */
const timeout = 120_000;

let slow: SlowModel;
let server: TestServer;

beforeAll(async () => {
  slow = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path } });
});
afterAll(async () => {
  await server.stop();
  await slow.remove();
});

/** Gives how many it killed, when they are gone. */
async function killEngines(): Promise<number> {
  const killed = (await server.enginePids()).filter((pid) => signal(pid, 'SIGKILL'));
  for (const pid of killed) {
    await server.until(
      'the end of an engine',
      async () => signal(pid, 0),
      (alive) => !alive,
    );
  }
  return killed.length;
}

/** False for a process that has gone. */
function signal(pid: number, name: 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const ask = (prompt: string) => server.graphql(processPrompt, { input: { prompt, maxTokens: 3, seed: 1 } });

async function submit(prompt: string, maxTokens: number): Promise<string> {
  const { submit } = await server.data(submitPrompt, { input: { prompt, maxTokens, seed: 5, temperature: 1 } });
  return submit.prompt.id;
}

async function read(id: string) {
  const { prompt } = await server.data(onePrompt, { id });
  if (prompt === null) throw new Error('gone');
  return prompt;
}

/** Follows a prompt until one of its events is the one looked for. */
async function until(id: string, isIt: (event: AnyEvent) => boolean): Promise<void> {
  const client = server.ws();
  for await (const { promptEvents: event } of over(client, promptEvents, { id })) if (isIt(event)) break;
  await client.dispose();
}

/** Until a try of a prompt has begun. */
const begun = (id: string, attempt: number) =>
  until(id, (event) => event.__typename === 'PromptStarted' && event.attempt === attempt);

/** The prompt as it is when it has ended. */
async function ended(id: string) {
  await until(id, () => false);
  return read(id);
}

it('prompts that arrive within milliseconds of it wait for the next process', { timeout }, async () => {
  await ask('Load it.');
  const [pid = 0] = await server.enginePids();
  expect(signal(pid, 'SIGKILL')).toBe(true);
  const answers = await Promise.all([ask('one'), ask('two'), submit('three', 3), ask('four')]);
  for (const answer of answers) {
    if (typeof answer !== 'string') expect(answer.data?.process.prompt).toMatchObject({ status: 'COMPLETED' });
  }
  for (const next of await server.enginePids()) signal(next, 'SIGKILL');
  const { data } = await server.graphql(estimatePrompt, { input: { prompt: 'x' } });
  expect(data?.estimate.fits).toBe(true);
});

it('a submitted prompt that ran runs once more from its beginning, and its followers are told', {
  timeout,
}, async () => {
  const whole = await submit('Tell me of the sea.', 200);
  const untouched = await ended(whole);
  const id = await submit('Tell me of the sea.', 200);
  const client = server.ws();
  const events = all(over(client, promptEvents, { id }));
  const lines = ndjson(await server.rest(`/prompts/${id}/stream`));
  await first(lines);
  await begun(id, 1);
  expect(await killEngines()).toBe(1);
  const attempts: number[] = [];
  let text = '';
  for (const { promptEvents: event } of await events) {
    if (event.__typename === 'PromptStarted') {
      attempts.push(event.attempt);
      text = '';
    }
    if (event.__typename === 'PromptChunk') text += event.text;
  }
  await client.dispose();
  expect(attempts).toEqual([1, 2]);
  expect(text).toBe(untouched.text);
  const told = await all(lines);
  expect(told).toContainEqual(expect.objectContaining({ chunk: '', attempt: 2 }));
  expect(told.at(-1)).toMatchObject({ done: true });
  expect(await read(id)).toMatchObject({ status: 'COMPLETED', attempt: 2, text: untouched.text, error: null });
});

it('the second time it is told', { timeout }, async () => {
  const id = await submit('Tell me of the sky.', 3000);
  await begun(id, 1);
  await killEngines();
  await begun(id, 2);
  await killEngines();
  const failed = await ended(id);
  expect(failed).toMatchObject({ attempt: 2, error: { code: 'ENGINE_FAILED' } });
  expect((await ask('And then?')).data?.process.prompt.status).toBe('COMPLETED');
});

it('while the model loads: it is loaded again for who waits, and for the next who asks however they ask', {
  timeout,
}, async () => {
  await killEngines();
  const waiting = ask('one');
  while ((await killEngines()) === 0);
  expect((await waiting).data?.process.prompt.status).toBe('COMPLETED');

  await killEngines();
  let refused = false;
  const answer = server.rest('/process', { json: { prompt: 'two', max_tokens: 3 } }).finally(() => {
    refused = true;
  });
  while (!refused) await killEngines();
  const told = await answer;
  expect(told.status).toBe(503);
  expect(await told.json()).toMatchObject({ error: { code: 'model_unavailable', details: { retry_after: 5 } } });
  const accepted = await server.rest('/prompts', { json: { prompt: 'three', max_tokens: 3 } });
  expect(accepted.status).toBe(202);
  const { id } = (await accepted.json()) as { id: string };
  const done = await ended(id);
  expect(done.status).toBe('COMPLETED');
});
