import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const query = 'query ($input: TokenizeInput!) { tokenize(input: $input) { tokens count } }';

interface Tokens {
  tokens: number[];
  count: number;
}

async function tokenize(input: object): Promise<Tokens> {
  const { data, errors } = await server.graphql<{ tokenize: Tokens }>(query, { input });
  if (data === null) throw new Error(JSON.stringify(errors));
  return data.tokenize;
}

it('gives the tokens of a text, over GraphQL and REST alike', async () => {
  // The demo model has a token for each byte.
  const expected = { tokens: [...Buffer.from('Grüße')], count: 7 };
  expect(await tokenize({ text: 'Grüße' })).toEqual(expected);
  const response = await server.rest('/tokenize', { json: { text: 'Grüße', model: 'demo' } });
  expect([response.status, await response.json()]).toEqual([200, expected]);
});

it('takes special texts for tokens only when told to', async () => {
  expect((await tokenize({ text: '<|im_end|>' })).count).toBe(10);
  expect(await tokenize({ text: '<|im_end|>', special: true })).toEqual({ tokens: [259], count: 1 });
});

it('finds nothing in an empty text', async () => {
  expect(await tokenize({ text: '' })).toEqual({ tokens: [], count: 0 });
});

it('says what was wrong', async () => {
  const { errors } = await server.graphql(query, { input: { text: 'a\0b' } });
  expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field: 'text' } });
  const response = await server.rest('/tokenize', { json: { text: 'x', model: 'dem' } });
  expect([response.status, await response.json()]).toMatchObject([
    404,
    { error: { code: 'model_not_found', details: { near: ['demo'] } } },
  ]);
  const long = await server.graphql(query, { input: { text: 'x'.repeat(65_537) } });
  expect(long.errors[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { maximum: 65_536 } });
  expect((await server.rest('/tokenize', { json: {} })).status).toBe(400);
});
