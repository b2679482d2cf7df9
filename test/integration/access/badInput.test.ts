import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type GuardedServer, only, startGuardedServer } from './guardedServer.js';

/** Input that is large or wrong on purpose: what is told of it is short, never repeats it, and is said in one error. */
let server: GuardedServer;
let hidden: GuardedServer;
let token: string;
beforeAll(async () => {
  server = await startGuardedServer();
  token = await server.token({ tier: 'basic', scopes: ['prompts:run'] });
  hidden = await startGuardedServer({ introspection: false });
});
afterAll(async () => {
  await server.stop();
  await hidden.stop();
});

const estimate = 'query ($input: PromptInput!) { estimate(input: $input) { fits } }';
const secret = 'a value that nobody should read again';

async function everywhere(variables: Record<string, unknown>, query = estimate): Promise<Answer[]> {
  const sends = [server.http(token), server.ws(token), server.inProcess(token)];
  return Promise.all(sends.map((send) => only(send(query, variables))));
}

describe('variables', () => {
  const keys = (count: number, name = 'k') =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, 0]));
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  test.each([
    ['a megabyte of unknown keys', keys(90_000), 'keys', 1000],
    ['a list too long', { stop: Array.from({ length: 10_001 }, () => '') }, 'items', 10_000],
    ['lists too deep', { stop: nested(300) }, 'depth', 100],
    ['too much in all', { messages: Array.from({ length: 9000 }, () => keys(12)) }, 'values', 100_000],
  ])('of %s are refused before they are read, in one short error', async (_what, input, measure, maximum) => {
    for (const answer of await everywhere({ input })) {
      expect(answer.errors).toHaveLength(1);
      expect(answer.errors[0]?.extensions).toMatchObject({
        code: 'INVALID_REQUEST',
        details: { field: 'variables', measure, maximum },
      });
      expect(JSON.stringify(answer.errors).length).toBeLessThan(400);
    }
  });

  test.each([
    ['unknown keys', { ...keys(900, secret), prompt: secret }, `${secret}0`],
    ['values of the wrong kind', { maxTokens: secret, temperature: secret, topK: secret }, 'maxTokens'],
    ['an object for a text', { prompt: { [secret]: secret } }, 'prompt'],
    ['an unknown name of an enum', { prompt: 'x', priority: secret }, 'priority'],
    ['null', { prompt: 'x', messages: [null] }, 'messages[0]'],
    ['a field missing', { messages: [{ role: 'USER' }] }, 'messages[0].content'],
  ])('with %s are refused in one error that does not repeat them', async (_what, input, field) => {
    for (const { errors } of await everywhere({ input })) {
      expect(errors).toHaveLength(1);
      expect(errors[0]?.extensions).toMatchObject({ code: 'INVALID_REQUEST', details: { field } });
      if (field !== `${secret}0`) expect(JSON.stringify(errors)).not.toContain(secret);
    }
  });

  test('with a name of a megabyte are refused by its beginning', async () => {
    const [{ errors } = { errors: [] }] = await everywhere({ input: { ['n'.repeat(900_000)]: 1 } });
    expect(errors[0]?.message).toMatch(/^There is no field "n{79}…" in PromptInput\.$/);
    expect(JSON.stringify(errors).length).toBeLessThan(600);
  });

  test('say what may be written', async () => {
    const told = async (input: Record<string, unknown>) =>
      (await only(server.http(token)(estimate, { input }))).errors[0]?.message;
    expect(await told({ promt: 'x' })).toBe('There is no field "promt" in PromptInput. Did you mean "prompt"?');
    expect(await told({ priority: 'URGENT' })).toBe('$input.priority must be one of HIGH, LOW, NORMAL.');
    expect(await told({ maxTokens: 1.5 })).toBe('$input.maxTokens must be a whole number of 32 bits (Int).');
    expect(await told({ messages: [{ content: 'x' }] })).toBe(
      '$input.messages[0].role is missing: write one of ASSISTANT, SYSTEM, USER.',
    );
  });

  test('are taken as GraphQL takes them', async () => {
    const query = `mutation ($a: [PromptInput!]!, $b: Float = 0.5) { batch(input: { prompts: $a, temperature: $b }) { prompts { text } } }`;
    const { errors, data } = await only(server.http(token)(query, { a: { prompt: 'one for a list', temperature: 1 } }));
    expect([errors, data]).toEqual([[], { batch: { prompts: [{ text: 'one for a list!' }] } }]);
  });
});

describe('a document', () => {
  const short = (answer: Answer) => {
    expect(answer.errors.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(answer.errors).length).toBeLessThan(20_000);
    return answer.errors[0]?.extensions.code;
  };
  const many = (count: number, one: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => one(i)).join(' ');

  test.each([
    ['unknown fields', `{ ${many(3000, (i) => `f${i}`)} }`],
    ['unknown input fields', `{ estimate(input: { ${many(1200, (i) => `k${i}: 0`)} }) { fits } }`],
    ['directives', `{ viewer ${many(1500, () => '@skip')} { id } }`],
    ['unknown variables', `{ estimate(input: { stop: [${many(1500, () => '$a')}] }) { fits } }`],
    ['a literal of a megabyte', `{ estimate(input: { maxTokens: "${'x'.repeat(900_000)}" }) { fits } }`],
    ['a name of a megabyte', `{ ${'n'.repeat(900_000)} }`],
    ['one variable declared again and again', `query (${many(900, () => '$a: Int')}) { viewer { id } }`],
  ])('with %s is answered with few and short errors', async (_what, query) => {
    expect(short(await only(server.http(token)(query)))).toMatch(/^(INVALID_REQUEST|QUERY_TOO_COMPLEX)$/);
  });

  test('that has no such operation is told by the beginning of its name', async () => {
    const body = JSON.stringify({ query: '{ viewer { id } }', operationName: 'n'.repeat(900_000) });
    const response = await server.post(body, { credential: token, headers: { 'content-type': 'application/json' } });
    expect((await response.text()).length).toBeLessThan(2000);
  });

  test('of lines and lines is refused before it is parsed', async () => {
    const answer = await only(server.http(token)(`${'\n'.repeat(900_000)}{ viewr }`));
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_COMPLEX', details: { measure: 'line breaks', cost: 900_000, limit: 5000 } } },
    ]);
  });

  test('may not repeat a text under a hundred names', async () => {
    const query = `mutation { process(input: { prompt: "x" }) { prompt { ${many(100, (i) => `t${i}: text`)} } } }`;
    expect((await only(server.http(token)(query))).errors[0]?.extensions).toMatchObject({
      code: 'QUERY_TOO_COMPLEX',
      details: { measure: 'names for one value', cost: 100, limit: 10 },
    });
    expect(server.seen.prompts).not.toContain('x');
  });
});

describe('with introspection off', () => {
  test.each([
    ['a near field', '{ viewr { id } }', {}, /viewer/],
    ['a field without its selection', '{ viewer }', {}, /Viewer/],
    ['a selection where there is none', '{ viewer { tier { name } } }', {}, /Tier|BASIC/],
    ['a near argument', '{ estimate(inptu: 1) { fits } }', {}, /"input"\?/],
    ['a near input field', '{ estimate(input: { promt: "x" }) { fits } }', {}, /"prompt"/],
    ['a near name of an enum', '{ estimate(input: { prompt: "x", priority: HIHG }) { fits } }', {}, /HIGH/],
    ['a near input field of a variable', estimate, { input: { promt: 'x' } }, /"prompt"/],
    ['a near name of an enum in a variable', estimate, { input: { prompt: 'x', priority: 'HIHG' } }, /HIGH/],
  ])('%s gets no hint', async (_what, query, variables, hint) => {
    const { errors } = await only(hidden.http(await hidden.adminToken())(query, variables));
    expect(errors[0]?.extensions.code).toBe('INVALID_REQUEST');
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean/);
    expect(JSON.stringify(errors)).not.toMatch(hint);
  });
});
