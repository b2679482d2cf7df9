import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, deletePrompt, estimatePrompt, processPrompt, updateConfig } from '../support/documents.js';
import type { Tier } from '../support/generated/graphql.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

/** Nobody learns of another's prompts by what is reused of them. */
let server: TestServer;

const beginning = 'These are the notes of the meeting, and nobody else may read them. '.repeat(5);
const secret = `${beginning}The code of the safe is 4711.`;
const guesses = ['The code of the safe is 4711.', 'The code of the safe is 4712.', 'Xylophones are dear this year'];

beforeAll(async () => {
  server = await startTestServer({ env: { LLAMAHOME_CONTEXT: '1024' } });
});
afterAll(() => server.stop());

async function makeKey(userId: string, tier: Tier = 'BASIC'): Promise<string> {
  const input = { name: userId, userId, tier, scopes: ['prompts:run'] };
  const { createApiKey: made } = await server.data(createApiKey, { input });
  return made.key ?? '';
}

async function ask(key: string, prompt: string, system?: string) {
  const input = { prompt, maxTokens: 1, ...(system === undefined ? {} : { system }) };
  const { data, errors } = await server.graphql(processPrompt, { input }, { key });
  const asked = data?.process.prompt;
  if (asked?.usage == null) throw new Error(`refused: ${JSON.stringify(errors)}`);
  return { id: asked.id, cachedTokens: asked.usage.cachedTokens };
}

async function estimate(key: string, prompt: string) {
  const { data, errors } = await server.graphql(estimatePrompt, { input: { prompt, maxTokens: 1 } }, { key });
  if (data === null) throw new Error(`refused: ${JSON.stringify(errors)}`);
  return data.estimate;
}

describe('who guesses another user’s prompt', () => {
  it('gets the same figures for right and wrong guesses, where its own user sees what is reused', async () => {
    const [ann, eve] = [await makeKey('ann'), await makeKey('eve')];
    await ask(ann, secret);
    const told = [];
    for (const guess of guesses) told.push(await estimate(eve, beginning + guess));
    expect(new Set(told.map(({ cachedTokens }) => cachedTokens)).size).toBe(1);
    expect(new Set(told.map(({ expectedFirstTokenMs }) => expectedFirstTokenMs)).size).toBe(1);
    expect(told[0]?.cachedTokens).toBeLessThan(beginning.length);
    const used = [];
    for (const [index, guess] of guesses.entries()) {
      used.push(await ask(await makeKey(`eve${index}`), beginning + guess));
    }
    expect(new Set(used.map(({ cachedTokens }) => cachedTokens)).size).toBe(1);
    const own = await estimate(ann, secret);
    expect(own.cachedTokens).toBe(own.promptTokens - 1);
  });
});

describe('a prompt that was deleted', () => {
  it.each([
    ['by its user', false],
    ['by an administrator', true],
  ])('leaves no state behind: %s', async (who, asAdmin) => {
    const key = await makeKey(who);
    const text = `Only ${who}, and for a short time. `.repeat(9);
    const fresh = await estimate(key, text);
    const { id } = await ask(key, text);
    expect((await estimate(key, text)).cachedTokens).toBe(fresh.promptTokens - 1);
    const { errors } = await server.graphql(deletePrompt, { id }, asAdmin ? {} : { key });
    expect(errors).toEqual([]);
    expect((await estimate(key, text)).cachedTokens).toBeLessThan(30);
  });
});

describe('a system text that Config declares public', () => {
  it('is evaluated once for all users, as long as it is declared', async () => {
    const system = 'You answer briefly, in good English, and never with a list of things. '.repeat(4);
    const declare = async (publicSystemTexts: string[]) => {
      await server.data(updateConfig, { input: { systemSettings: { publicSystemTexts } } });
    };
    await declare([system]);
    await ask(await makeKey('flo'), 'I am Flo.', system);
    expect((await ask(await makeKey('gus'), 'Gus here.', system)).cachedTokens).toBeGreaterThanOrEqual(system.length);
    await declare([]);
    expect((await ask(await makeKey('hal'), 'Hal it is.', system)).cachedTokens).toBeLessThan(system.length);
  });
});

describe('estimate', () => {
  it('may be asked 120 times a minute by each user, over all its keys', async () => {
    const [ida, again, jon] = [await makeKey('ida', 'PRO'), await makeKey('ida', 'PRO'), await makeKey('jon')];
    const query = `{ ${Array.from({ length: 5 }, (_, index) => `e${index}: estimate(input: {prompt: "x"}) { fits }`).join(' ')} }`;
    const answers = [];
    for (let asked = 0; asked < 26; asked++)
      answers.push(await server.graphql(query, {}, { key: asked % 2 ? ida : again }));
    expect(answers[0]?.errors).toEqual([]);
    const refusals = answers.flatMap(({ errors }) => errors);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { extensions } of refusals) {
      expect(extensions).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: expect.any(Number) } });
      expect(extensions.details?.retry_after).toBeLessThanOrEqual(60);
    }
    const last = await server.graphql(estimatePrompt, { input: { prompt: 'x' } }, { key: ida });
    if (last.errors.length > 0) {
      expect(last.status).toBe(429);
      expect(last.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    expect((await estimate(jon, 'x')).fits).toBe(true);
    expect((await ask(ida, 'Prompts are another matter.')).id).toMatch(/^\w/);
  });
});
