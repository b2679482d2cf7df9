import { afterAll, beforeAll, expect, it } from 'vitest';
import { LlamaClient, type TokenLogprob } from '../../src/client/index.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
let client: LlamaClient;
beforeAll(async () => {
  server = await startTestServer();
  client = new LlamaClient({ endpoint: server.url, apiKey: server.adminKey });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const run = `mutation ($input: PromptInput!) {
  process(input: $input) { prompt { id text logprobs { token text logprob top { token text logprob } } } }
}`;

it('come for each token, with the likeliest in its place', async () => {
  const input = { prompt: 'Hello', maxTokens: 6, temperature: 0, logprobs: 3 };
  const { data } = await server.graphql<{
    process: { prompt: { id: string; text: string; logprobs: TokenLogprob[] } };
  }>(run, { input });
  const { id = '', text, logprobs = [] } = data?.process.prompt ?? {};
  expect(logprobs).toHaveLength(6);
  expect(logprobs.map((each) => each.text).join('')).toBe(text);
  for (const { token, logprob, top } of logprobs) {
    // At temperature 0 the likeliest is the one.
    expect(top[0]).toMatchObject({ token });
    expect(top[0]?.logprob).toBeCloseTo(logprob, 4);
    expect(top.map((each) => each.logprob)).toEqual(top.map((each) => each.logprob).sort((a, b) => b - a));
    expect(top).toHaveLength(3);
    const sum = top.reduce((total, each) => total + Math.exp(each.logprob), 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1.0001);
  }
  const stored = await (await server.rest(`/prompts/${id}`)).json();
  expect(stored.logprobs).toEqual(logprobs);
});

it('are of the model alone: neither temperature nor bias changes them', async () => {
  const options = { maxTokens: 1, seed: 5, logprobs: 20 };
  const [plain, changed] = [
    await client.process('Hello', { ...options, temperature: 0 }),
    await client.process('Hello', { ...options, temperature: 2, logitBias: [{ token: 65, bias: 100 }] }),
  ];
  expect(changed.text).toBe('A');
  expect(changed.logprobs?.[0]?.top).toEqual(plain.logprobs?.[0]?.top);
});

it('come without alternatives when none are asked for, and not at all when nothing is', async () => {
  expect((await client.process('Hello', { maxTokens: 2, logprobs: 0 })).logprobs).toMatchObject([
    { top: [] },
    { top: [] },
  ]);
  expect(await client.process('Hello', { maxTokens: 2 })).not.toHaveProperty('logprobs');
});

it('come for every token of an answer that is held to a shape', async () => {
  const { text, logprobs } = await client.process('Hello', { responseFormat: { choices: ['abcdef'] }, logprobs: 1 });
  expect(logprobs?.map((each) => each.text).join('')).toBe(text);
});
