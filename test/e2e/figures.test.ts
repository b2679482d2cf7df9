import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';

let home: string;
let server: TestServer;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-figures-'));
  server = await startTestServer({ home });
});
afterAll(async () => {
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

function ask(path: string, json?: unknown): Promise<Response> {
  return fetch(`${server.url}${path}`, {
    method: json === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
}

async function graphql(query: string): Promise<Record<string, unknown>> {
  return (await (await ask('/graphql', { query })).json()).data;
}

/** Every number of an answer that has more than one digit behind the point. */
function unrounded(answer: unknown, path = ''): string[] {
  if (typeof answer === 'number') return /\.\d\d/.test(String(answer)) ? [`${path}: ${answer}`] : [];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([name, value]) => unrounded(value, `${path}.${name}`));
}

describe('a figure', () => {
  test.each(['smollm2-135m-instruct', 'smollm2-360m-instruct'])(
    'of the memory of %s is the same wherever it is told',
    async (id) => {
      const { stdout } = await runProgram(['doctor', '--json'], testEnvironment(home));
      const told = JSON.parse(stdout).models.find((model: { id: string }) => model.id === id);
      const { model } = await graphql(`{ model(id: "${id}") { performance { memoryRequired } } }`);
      expect(model).toEqual({ performance: { memoryRequired: told.memory_bytes } });
      expect(told.least_memory_bytes).toBeLessThanOrEqual(told.memory_bytes);
      const { performance } = await (await ask(`/api/v1/models/${id}`)).json();
      const [, number, unit] = /^(\d+)(MB|GB)$/.exec(performance.memory_required) ?? [];
      const bytes = Number(number) * (unit === 'GB' ? 1e9 : 1e6);
      // Megabytes are the smallest that REST says.
      expect(bytes).toBe(Math.ceil(told.memory_bytes / 1e6) * 1e6);
    },
  );

  test('of a time or a rate has no more digits than are known, on every transport', async () => {
    const { id } = await (await ask('/api/v1/process', { prompt: 'Say it.', max_tokens: 30 })).json();
    const answers = [
      await (await ask(`/api/v1/prompts/${id}`)).json(),
      await graphql(
        `{ prompt(id: "${id}") { timings { queueMs timeToFirstTokenMs decodeMs tokensPerSecond } } estimate(input: {prompt: "Say it."}) { expectedQueueMs expectedFirstTokenMs } model(id: "demo") { performance { tokensPerSecond } } server { tokensPerSecond } }`,
      ),
      await (await ask('/api/v1/models/demo')).json(),
      await (await ask('/readyz')).json(),
    ];
    expect(answers[0].timings).toMatchObject({ queue_ms: expect.any(Number), tokens_per_second: expect.any(Number) });
    const stream = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.adminKey}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify({
        query:
          'subscription { stream(input: {prompt: "Say it.", maxTokens: 20}) { prompt { timings { queueMs timeToFirstTokenMs decodeMs tokensPerSecond } } } }',
      }),
    });
    const events = (await stream.text()).split('\n').filter((line) => line.startsWith('data: {'));
    expect(events.length).toBeGreaterThan(1);
    answers.push(...events.map((line) => JSON.parse(line.slice('data: '.length))));
    expect(unrounded(answers)).toEqual([]);
  });
});
