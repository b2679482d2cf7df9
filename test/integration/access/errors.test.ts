import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
let token: string;
beforeAll(async () => {
  server = await startGuardedServer();
  token = await server.token({ tier: 'enterprise', scopes: ['prompts:run'] });
});
afterAll(() => server.stop());

const process = (prompt: string) => `mutation { process(input: { prompt: "${prompt}" }) { prompt { text } } }`;

describe('an error of a service', () => {
  test('that stops the operation sets status and Retry-After', async () => {
    for (const accept of ['application/graphql-response+json', 'application/json']) {
      const answer = await only(server.http(token, accept)(process('overload')));
      expect(answer).toMatchObject({
        status: 503,
        data: null,
        errors: [
          {
            message: 'The queue is full.',
            path: ['process'],
            extensions: { code: 'OVERLOADED', details: { retry_after: 2.5 } },
          },
        ],
      });
      expect(answer.headers?.get('retry-after')).toBe('3');
      expect(answer.errors[0]?.extensions).not.toHaveProperty('http');
    }
  });

  test('beside other data leaves the status alone', async () => {
    const { status, data, errors } = await only(server.http(token)('{ prompt(id: "1") { id } __typename }'));
    expect({ status, data, errors }).toMatchObject({
      status: 200,
      data: { __typename: 'Query', prompt: null },
      errors: [],
    });
  });

  test('is the same over WebSocket and in process, with nothing of HTTP', async () => {
    for (const send of [server.ws(token), server.inProcess(token)]) {
      const { errors } = await only(send(process('overload')));
      expect(errors).toMatchObject([{ extensions: { code: 'OVERLOADED', details: { retry_after: 2.5 } } }]);
      expect(errors[0]?.extensions).not.toHaveProperty('http');
    }
  });
});

describe('what nobody expected', () => {
  test.each(['http', 'ws', 'inProcess'] as const)(
    'over %s is told without its text, and logged with its stack',
    async (transport) => {
      server.logged.length = 0;
      const answer = await only(server[transport](token)(process('crash')));
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'INTERNAL_ERROR', details: { request_id: expect.stringMatching(/^request-\d+$/) } } },
      ]);
      expect(JSON.stringify(answer)).not.toMatch(/secret words|TypeError|\.ts/);
      const id = answer.errors[0]?.extensions.details.request_id;
      const line = server.logged.map((json) => JSON.parse(json)).find(({ requestId }) => requestId === id);
      expect(line).toMatchObject({
        level: 50,
        err: { type: 'TypeError', message: 'secret words of the stack', stack: expect.stringContaining('at ') },
      });
      expect(server.logged).toHaveLength(1);
    },
  );

  test('in a subscription ends it with an error', async () => {
    for (const send of [server.sse(token), server.ws(token), server.inProcess(token)]) {
      const answers = await send('subscription { stream(input: { prompt: "crash" }) { cursor } }');
      expect(answers).toMatchObject([{ errors: [{ extensions: { code: 'INTERNAL_ERROR' } }] }]);
      expect(JSON.stringify(answers)).not.toContain('secret words');
    }
  });
});

describe('an error of GraphQL itself', () => {
  const invalid: [string, string, Record<string, unknown>, string | undefined][] = [
    ['syntax', '{ viewer {', {}, undefined],
    ['an unknown field', '{ viewr { id } }', {}, undefined],
    ['a wrong literal', 'mutation { process(input: { maxTokens: "5" }) { prompt { id } } }', {}, undefined],
    [
      'a wrong variable',
      'mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }',
      { input: { maxTokens: 1.5 } },
      'maxTokens',
    ],
    [
      '2^31',
      'mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }',
      { input: { maxTokens: 2 ** 31 } },
      'maxTokens',
    ],
    [
      'an unknown input field',
      'mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }',
      { input: { maxToken: 1 } },
      'maxToken',
    ],
    ['a missing variable', 'mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }', {}, 'input'],
  ];

  test.each(invalid)('%s is an invalid request', async (_name, query, variables, field) => {
    const http = await only(server.http(token)(query, variables));
    expect(http).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'INVALID_REQUEST', details: field === undefined ? {} : { field } } }],
    });
    expect(http.data).toBeUndefined();
    expect((await only(server.http(token, 'application/json')(query, variables))).status).toBe(200);
    for (const send of [server.ws(token), server.inProcess(token)]) {
      expect((await only(send(query, variables))).errors[0]?.extensions.code).toBe('INVALID_REQUEST');
    }
  });

  test('keeps its place in the document', async () => {
    expect((await only(server.http(token)('{ viewr { id } }'))).errors).toMatchObject([
      { locations: [{ line: 1, column: 3 }] },
    ]);
  });
});

describe('permissions', () => {
  test('a missing scope is named, with 403, over every transport', async () => {
    const viewer = await server.token({ scopes: ['models:read'] });
    const refusal = [{ extensions: { code: 'PERMISSION_DENIED', details: { required_scope: 'prompts:run' } } }];
    expect(await only(server.http(viewer)(process('hi')))).toMatchObject({ status: 403, data: null, errors: refusal });
    for (const send of [server.ws(viewer), server.inProcess(viewer)]) {
      expect((await only(send(process('hi')))).errors).toMatchObject(refusal);
    }
    expect(server.seen.prompts).not.toContain('hi');
  });

  test('a refused subscription never starts', async () => {
    const stranger = await server.token({ scopes: [] });
    server.seen.started.length = 0;
    for (const query of [
      'subscription { stream(input: { prompt: "no" }) { cursor } }',
      'subscription { configChanged { modelSettings { maxTokens } } }',
    ]) {
      const [sse] = await server.sse(stranger)(query);
      expect(sse).toMatchObject({ status: 403, errors: [{ extensions: { code: 'PERMISSION_DENIED' } }] });
      for (const send of [server.ws(stranger), server.inProcess(stranger)]) {
        expect((await only(send(query))).errors).toMatchObject([{ extensions: { code: 'PERMISSION_DENIED' } }]);
      }
    }
    expect(server.seen.prompts).not.toContain('no');
    expect(server.seen.started).toEqual([]);
  });

  test('the viewer needs no scope', async () => {
    expect((await only(server.http(await server.token({ scopes: [] }))('{ viewer { id } }'))).errors).toEqual([]);
  });
});

test('leaving a stream ends it at its source', async () => {
  server.seen.ended.length = 0;
  const client = server.wsClient(token, { lazy: false });
  for await (const _ of client.iterate({ query: 'subscription { stream(input: { prompt: "long" }) { cursor } }' }))
    break;
  await expect.poll(() => server.seen.ended).toEqual(['prm_1']);
});
