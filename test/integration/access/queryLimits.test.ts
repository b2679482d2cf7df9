import { readFileSync } from 'node:fs';
import { getIntrospectionQuery, type IntrospectionOptions } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
let token: string;
beforeAll(async () => {
  server = await startGuardedServer();
  token = await server.adminToken();
});
afterAll(() => server.stop());

const repeat = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join(' ');

/** Fields nested so deep; they do not exist, and nobody may spend time on finding that out. */
const deep = (depth: number) => `{ ${'viewer { '.repeat(depth)} id ${'} '.repeat(depth)} }`;

describe('too much for one operation', () => {
  const refused: [string, string][] = [
    ['two thousand aliases', `{ ${repeat(2000, (index) => `a${index}: viewer { id }`)} }`],
    ['two hundred aliases', `{ ${repeat(200, (index) => `a${index}: viewer { id }`)} }`],
    [
      'aliases in fragments',
      `{ ${repeat(3, () => '...A')} } fragment A on Query { ${repeat(200, (index) => `a${index}: viewer { id }`)} }`,
    ],
    ['a depth of 500', deep(500)],
    ['a depth of 13', deep(13)],
    ['a depth in fragments', `{ ...A } fragment A on Query { viewer { ...B } } fragment B on Viewer ${deep(12)}`],
    ['a hundred thousand tokens', `{ ${'__typename '.repeat(100_000)} }`],
    ['three thousand fields', `{ ${repeat(900, () => 'prompts(first: 100) { nodes { id } }')} }`],
    ['deep lists', `{ estimate(input: { stop: ${'['.repeat(3000)}${']'.repeat(3000)} }) { fits } }`],
  ];

  test.each(refused)('%s', async (_name, query) => {
    for (const send of [server.http(token), server.ws(token), server.inProcess(token)]) {
      const answer = await only(send(query));
      for (const { extensions } of answer.errors) {
        expect(extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', details: { limit: expect.any(Number) } });
      }
      expect(answer.data).toBeUndefined();
      expect(answer.errors).not.toEqual([]);
      if (answer.status !== undefined) expect(answer.status).toBe(400);
    }
  });

  test('says a cost that is no whole number', async () => {
    const document = `${'{ x '.repeat(10)} { ${'id '.repeat(999)} } ${'}'.repeat(10)}`;
    const { errors } = await only(server.http(token)(document));
    const [{ message, extensions } = { message: '', extensions: null }] = errors;
    expect(extensions).toMatchObject({ code: 'QUERY_TOO_COMPLEX', details: { measure: 'points of cost' } });
    const cost = Number(extensions?.details.cost);
    expect(cost % 1).not.toBe(0);
    expect(cost).toBeGreaterThan(20_000);
    expect(message).toContain(`this one has ${cost}.`);
  });

  test('says the cost and the limit', async () => {
    const { errors } = await only(server.http(token)(deep(40)));
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('12'),
      extensions: { details: { measure: 'levels of fields', cost: 41, limit: 12 } },
    });
  });

  test('fragments that spread themselves or one another end', async () => {
    const loops = [
      '{ ...A } fragment A on Query { ...A }',
      '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    ];
    const doubling = `{ ...F0 } ${repeat(60, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)} fragment F60 on Query { viewer { id } }`;
    for (const query of [...loops, doubling]) {
      const { errors } = await only(server.http(token)(query));
      expect(['INVALID_REQUEST', 'QUERY_TOO_COMPLEX', undefined]).toContain(errors[0]?.extensions.code);
    }
  });

  test('prompts weigh by their maxTokens, a single one never too much', async () => {
    const batch = 'mutation ($input: BatchInput!) { batch(input: $input) { prompts { text } } }';
    const prompts = (count: number, maxTokens?: number) =>
      Array.from({ length: count }, () => ({ prompt: 'hi', ...(maxTokens && { maxTokens }) }));
    const send = server.http(token);
    for (const input of [{ prompts: prompts(70, 20_000) }, { prompts: prompts(70), maxTokens: 2 ** 31 - 1 }]) {
      const answer = await only(send(batch, { input }));
      expect(answer).toMatchObject({
        status: 400,
        errors: [{ extensions: { code: 'QUERY_TOO_COMPLEX', details: { cost: 70 * 16_384, limit: 1_000_000 } } }],
      });
      expect(answer.data).toBeUndefined();
    }
    expect(server.seen.prompts).toEqual([]);
    expect((await only(send(batch, { input: { prompts: prompts(50), maxTokens: 4096 } }))).errors).toEqual([]);
    const single = 'mutation { process(input: { maxTokens: 2147483647 }) { prompt { text } } }';
    expect((await only(send(single))).errors).toEqual([]);
    const stream = `subscription { stream(input: { maxTokens: 2147483647 }) { cursor } }`;
    expect(await server.sse(token)(stream)).toHaveLength(2);
  });
});

describe('room enough', () => {
  const all: IntrospectionOptions = {
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };

  test('for the introspection of GraphiQL', async () => {
    for (const options of [{}, all]) {
      const { data, errors } = await only(server.http(token)(getIntrospectionQuery(options)));
      expect(errors).toEqual([]);
      expect(data).toHaveProperty('__schema.types');
    }
  });

  test.each(['src/rest/generated/gql.ts', 'test/support/generated/gql.ts'])(
    'for every document of %s',
    async (file) => {
      const source = readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8');
      const documents = [...source.matchAll(/^ {4}"(.*)": (?:typeof )?types\./gm)].map(
        ([, text = '']) => JSON.parse(`"${text}"`) as string,
      );
      expect(documents.length).toBeGreaterThan(10);
      const fragments = documents.filter((text) => text.trimStart().startsWith('fragment'));
      for (const text of documents.filter((document) => !fragments.includes(document))) {
        const needed = new Map<string, string>();
        const add = (part: string) => {
          for (const [, name = ''] of part.matchAll(/\.\.\.\s?(\w+)/g)) {
            const fragment = fragments.find((candidate) => new RegExp(`fragment ${name} on`).test(candidate));
            if (fragment === undefined || needed.has(name)) continue;
            needed.set(name, fragment);
            add(fragment);
          }
        };
        add(text);
        const answers = await server.inProcess(token)([text, ...needed.values()].join('\n'));
        for (const { extensions, message } of answers.flatMap(({ errors }) => errors)) {
          expect(extensions.code, `${message}\n${text}`).not.toBe('QUERY_TOO_COMPLEX');
        }
      }
    },
  );

  test('for a full batch written out, and for a hundred aliases', async () => {
    const enterprise = await server.adminToken();
    const literal = `mutation { batch(input: { prompts: [${repeat(100, (index) => `{ prompt: "number ${index}", maxTokens: 10, temperature: 0.5, seed: ${index} }`)}] }) { prompts { id status text } } }`;
    expect((await only(server.http(enterprise)(literal))).errors).toEqual([]);
    const aliases = `{ ${repeat(100, (index) => `a${index}: viewer { id tier scopes }`)} }`;
    expect((await only(server.http(enterprise)(aliases))).errors).toEqual([]);
  });
});

describe('over HTTP', () => {
  const json = { accept: 'application/graphql-response+json' };
  const body = { query: '{ __typename }' };

  test('several operations in one body are refused', async () => {
    const response = await server.post([body, body], { credential: token, headers: json });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
  });

  test.each([
    'text/plain',
    'text/plain; charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    '',
  ])('a body that a page may send without asking is refused: %j', async (type) => {
    const response = await server.post(body, { credential: token, headers: { ...json, 'content-type': type } });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }] });
  });

  test('queries may come by GET, mutations and other sites not', async () => {
    const get = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${server.url}?query=${encodeURIComponent(query)}`, {
        headers: { ...json, ...headers, authorization: `Bearer ${token}` },
      });
    expect((await get('{ viewer { id } }')).status).toBe(200);
    const mutation = await get('mutation { process(input: {}) { prompt { id } } }');
    expect(mutation.status).toBe(405);
    expect(mutation.headers.get('allow')).toBe('POST');
    expect(await mutation.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
    for (const site of ['cross-site', 'same-site']) {
      const foreign = await get('{ viewer { id } }', { 'sec-fetch-site': site });
      expect(foreign.status).toBe(403);
      expect(await foreign.json()).toMatchObject({ errors: [{ extensions: { code: 'PERMISSION_DENIED' } }] });
    }
    expect((await get('{ viewer { id } }', { 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test.each([
    '{',
    '[',
    '""',
    'null',
    '5',
    '{"query": 5}',
    '{"query": null}',
    '{"query": "{ viewer { id } }", "variables": "x"}',
    '{"query": "{ viewer { id } }", "variables": []}',
    '{"operation": 1}',
  ])('a body that is no operation is refused: %s', async (text) => {
    const response = await server.post(text, { credential: token, headers: json });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INVALID_REQUEST' } }] });
  });

  test('deep JSON, prototype keys, NUL and lone surrogates do no harm', async () => {
    const mutation = 'mutation ($input: PromptInput!) { process(input: $input) { prompt { text } } }';
    const send = async (variables: string) => {
      const response = await server.post(`{"query": ${JSON.stringify(mutation)}, "variables": ${variables}}`, {
        credential: token,
        headers: json,
      });
      return { status: response.status, ...((await response.json()) as object) };
    };
    const invalid = { status: 400, errors: [{ extensions: { code: 'INVALID_REQUEST' } }] };
    expect(await send(`{"input": {"stop": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`)).toMatchObject(invalid);
    expect(await send(`{"input": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`)).toMatchObject(invalid);
    expect(await send('{"input": {"prompt": "a", "__proto__": {"isAdmin": true}}}')).toMatchObject(invalid);
    expect(await send('{"input": {"prompt": "a", "constructor": {"prototype": {"isAdmin": true}}}}')).toMatchObject(
      invalid,
    );
    expect(await send('{"__proto__": {"input": {"prompt": "a"}}, "input": {"prompt": "b"}}')).toMatchObject({
      data: { process: { prompt: { text: 'b!' } } },
    });
    expect('isAdmin' in {}).toBe(false);
    for (const prompt of ['nul \\u0000', 'half \\ud83d', 'other half \\ude00']) {
      expect(await send(`{"input": {"prompt": "${prompt}"}}`)).toMatchObject({ status: 200 });
    }
  });
});

test('introspection can be turned off, and errors give no hints then', async () => {
  const hidden = await startGuardedServer({ introspection: false });
  try {
    const send = hidden.http(await hidden.adminToken());
    expect((await only(send('{ viewer { id } __typename }'))).status).toBe(200);
    for (const query of ['{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
      const answer = await only(send(query));
      expect(answer.status).toBe(400);
      expect(answer.errors[0]?.extensions.code).toBe('INVALID_REQUEST');
    }
    const { errors } = await only(send('{ viewr { id } }'));
    expect(errors[0]?.message).toContain('viewr');
    expect(errors[0]?.message).not.toContain('Did you mean');
  } finally {
    await hidden.stop();
  }
});
