import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, onePrompt, processPrompt, runBatch } from '../support/documents.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, over, Refused } from '../support/streams.js';

/** Values that no field takes, or that only look as if it did, on every transport of a real server. */
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type Fields = Record<string, unknown>;

async function overSocket(query: string, variables: Fields): Promise<unknown> {
  const client = server.ws();
  try {
    await all(over(client, query, variables));
    return 'accepted';
  } catch (error) {
    if (error instanceof Refused) return error.errors[0]?.extensions;
    throw error;
  } finally {
    await client.dispose();
  }
}

/** Refused everywhere, naming the field as each transport spells it. */
async function expectRefused(input: Fields, json: Fields, [field, restField]: [string, string]): Promise<void> {
  const refusal = { code: 'INVALID_REQUEST', details: expect.objectContaining({ field }) };
  const { errors } = await server.graphql(processPrompt.toString(), { input });
  expect(errors[0]?.extensions).toEqual(refusal);
  expect(await overSocket(processPrompt.toString(), { input })).toEqual(refusal);
  const stream = 'subscription ($input: PromptInput!) { stream(input: $input) { cursor } }';
  expect(await overSocket(stream, { input })).toEqual(refusal);
  for (const path of ['/process', '/stream', '/prompts']) {
    const response = await server.rest(path, { json });
    expect([path, response.status]).toEqual([path, 400]);
    expect(await response.json()).toEqual({
      error: {
        code: 'invalid_request',
        message: expect.stringMatching(new RegExp(`\\b${restField}\\b.*\\bmust\\b`)),
        details: expect.objectContaining({ field: restField }),
      },
    });
  }
}

describe('maxTokens', () => {
  it.each([-1, 0, 2 ** 31, 1.5, '5', 1e300, true, [5]])(
    'of %j is refused, and says what is allowed',
    async (maxTokens) => {
      await expectRefused({ prompt: 'x', maxTokens }, { prompt: 'x', max_tokens: maxTokens }, [
        'maxTokens',
        'max_tokens',
      ]);
    },
  );

  it('of the largest Int is too much for the context, not for the field', async () => {
    const { errors } = await server.graphql(processPrompt, { input: { prompt: 'x', maxTokens: 2 ** 31 - 1 } });
    expect(errors[0]?.extensions.code).toBe('CONTEXT_LENGTH_EXCEEDED');
  });
});

describe('texts', () => {
  it.each(['prompt', 'system'])('with a NUL in %s are refused', async (field) => {
    const fields = { prompt: 'x', [field]: 'a\0b' };
    await expectRefused(fields, fields, [field, field]);
  });

  it('with half a character are taken as any encoder takes them, and come back so', async () => {
    const prompt = 'half \ud83d of it';
    const input = { prompt, system: '\udc00', stop: ['\ud800'], maxTokens: 2 };
    const { data, errors } = await server.graphql(processPrompt, { input });
    expect(errors).toEqual([]);
    const id = data?.process.prompt.id ?? '';
    expect((await server.data(onePrompt, { id })).prompt?.input).toBe('half \ufffd of it');
    const client = server.ws();
    const [event] = await all(over(client, processPrompt, { input }));
    expect(event?.process.prompt.input).toBe('half \ufffd of it');
    await client.dispose();
    const json = { prompt, system: '\udc00', stop: ['\ud800'], max_tokens: 2 };
    expect((await server.rest('/process', { json })).status).toBe(200);
  });

  it.each(['\0', '\ud800', 'prm_\0', '__proto__', 'x'.repeat(100_000)])(
    'that are no id find nothing: %j',
    async (id) => {
      for (const query of [
        'query ($id: ID!) { prompt(id: $id) { id } }',
        'mutation ($id: ID!) { cancelPrompt(id: $id) { prompt { id } } }',
        'mutation ($id: ID!) { deletePrompt(id: $id) { id } }',
        'mutation ($id: ID!) { revokeApiKey(id: $id) { key } }',
      ]) {
        const { errors } = await server.graphql(query, { id });
        expect([query, errors[0]?.extensions.code]).toEqual([query, expect.stringMatching(/NOT_FOUND$/)]);
      }
      const { errors } = await server.graphql('query ($id: ID!) { model(id: $id) { id } node(id: $id) { id } }', {
        id,
      });
      expect(errors.every(({ extensions }) => /NOT_FOUND$|INVALID_REQUEST/.test(extensions.code))).toBe(true);
    },
  );

  it('that would be keys of every object are refused like any unknown field', async () => {
    for (const text of [
      '{"prompt": "x", "__proto__": {"max_tokens": 1}}',
      '{"prompt": "x", "constructor": {"prototype": {"polluted": 1}}}',
      '{"prompts": [{"prompt": "x", "__proto__": {"polluted": 1}}]}',
    ]) {
      const path = text.includes('prompts') ? '/batch' : '/process';
      const headers = { 'content-type': 'application/json' };
      const response = await server.rest(path, { method: 'POST', body: text, headers });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ error: { code: 'invalid_request' } });
    }
    const input = { name: '__proto__', userId: 'constructor', tier: 'BASIC' as const, scopes: [] };
    expect((await server.data(createApiKey, { input })).createApiKey.apiKey.userId).toBe('constructor');
  });
});

describe('a batch of ten thousand', () => {
  it('is refused as a whole, by what it may be at most', async () => {
    const refusal = { code: 'INVALID_REQUEST', details: { field: 'prompts', prompts: 10_000, burst: 100 } };
    const prompts = Array.from({ length: 10_000 }, () => ({ prompt: 'x', maxTokens: 1 }));
    const { status, errors } = await server.graphql(runBatch, { input: { prompts } });
    expect([status, errors[0]?.extensions]).toEqual([400, refusal]);
    expect(await overSocket(runBatch.toString(), { input: { prompts } })).toEqual(refusal);
    const response = await server.rest('/batch', { json: { prompts: prompts.map(() => 'x'), max_tokens: 1 } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', details: refusal.details } });
    expect(response.headers.get('ratelimit-remaining')).toBe('100');
  });
});
