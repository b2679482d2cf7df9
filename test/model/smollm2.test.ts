import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';

/** Weights are large: they are fetched once and stay here, outside the clone. */
const home = process.env.LLAMAHOME_TEST_CACHE ?? join(homedir(), '.cache', 'llamahome-test');
const model = 'smollm2-135m-instruct';

interface Answer {
  text: string;
  finish_reason: string;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  model: string;
}

let server: TestServer;

beforeAll(async () => {
  const pulled = await runProgram(['pull', model], testEnvironment(home));
  if (pulled.code !== 0) throw new Error(`the model can not be pulled: ${pulled.stderr}`);
  server = await startTestServer({
    home,
    env: { LLAMAHOME_MODEL: model, LLAMAHOME_SLOTS: '8', LLAMAHOME_CONTEXT: '1024', LLAMAHOME_AUTH: 'off' },
  });
});

afterAll(() => server.stop());

async function ask(request: object): Promise<Answer> {
  const response = await server.rest('/process', { json: { temperature: 0, ...request }, key: null });
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
}

describe('SmolLM2-135M', () => {
  test('knows the capital of France', async () => {
    const { text, model: used } = await ask({ prompt: 'Name the capital city of France in one word.', max_tokens: 30 });
    expect(text).toContain('Paris');
    expect(used).toBe(model);
  });

  test('is what llama3.3 means until one is installed', async () => {
    expect((await ask({ prompt: 'Hi', model: 'llama3.3', max_tokens: 2 })).model).toBe(model);
  });

  test('ends its turn by itself and shows no marker of it', async () => {
    const { text, finish_reason } = await ask({ prompt: 'Say hello.', max_tokens: 200 });
    expect(finish_reason).toBe('stop');
    expect(text).not.toMatch(/<\|/);
  });

  test('stops before a stop text', async () => {
    const whole = await ask({ prompt: 'Count from one to ten.', max_tokens: 60 });
    const stop = whole.text.slice(10, 14);
    const stopped = await ask({ prompt: 'Count from one to ten.', max_tokens: 60, stop: [stop] });
    expect(stopped.text).toBe(whole.text.slice(0, whole.text.indexOf(stop)));
    expect(stopped.finish_reason).toBe('stop');
  });

  test('is reproduced by a seed, and not without one', async () => {
    const request = { prompt: 'Invent a name for a ship.', temperature: 1, max_tokens: 24 };
    await ask({ ...request, seed: 1 });
    const first = await ask({ ...request, seed: 42 });
    const second = await ask({ ...request, seed: 42 });
    const other = await ask({ ...request, seed: 43 });
    expect(second.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
  });

  test('tells what emoji are made of whole', async () => {
    const { text } = await ask({ prompt: 'Repeat exactly: 🦙🏠🎉', max_tokens: 40 });
    expect(text).not.toContain('\uFFFD');
    expect(text.isWellFormed()).toBe(true);
  });

  test('eight at once get what each gets alone, as far as batching rounds alike', async () => {
    const prompts = ['cats', 'ships', 'Rome', 'bread', 'rivers', 'chess', 'moons', 'trains'].map(
      (topic) => `Write one sentence about ${topic}.`,
    );
    const alone: string[] = [];
    for (const prompt of prompts) alone.push((await ask({ prompt, max_tokens: 12 })).text);
    const together = await Promise.all(prompts.map((prompt) => ask({ prompt, max_tokens: 12 })));
    // Sums in another order may turn a near tie: the beginnings agree, and nearly all texts to their end.
    const same = together.filter(({ text }, index) => text === alone[index]);
    expect(same.length).toBeGreaterThanOrEqual(6);
    for (const [index, { text }] of together.entries()) expect(text.slice(0, 4)).toBe(alone[index]?.slice(0, 4));
  });
});
