import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, serverSentEvents } from '../support/streams.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** What the server answers to bytes that no HTTP client would send. */
function answerTo(request: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    // A connection that is cut while we still send ends with an error; what was answered before it counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

interface Body {
  data?: unknown;
  errors?: { message: string; extensions: { code: string; details?: unknown } }[];
  extensions?: { rateLimit?: unknown };
}

async function post(body: string, headers: Record<string, string> = {}): Promise<{ response: Response; body: Body }> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  return { response, body: text === '' ? {} : JSON.parse(text) };
}

const query = (source: string, rest: Record<string, unknown> = {}) => JSON.stringify({ query: source, ...rest });
const specified = { accept: 'application/graphql-response+json' };

describe('GraphQL over HTTP', () => {
  it.each(['application/graphql-response+json', 'application/json'])('answers %s when asked for it', async (accept) => {
    const { response, body } = await post(query('{ __typename }'), { accept });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain(accept);
    expect(body).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('answers queries by GET, but no mutations', async () => {
    const get = (source: string) =>
      fetch(`${server.url}/graphql?query=${encodeURIComponent(source)}`, {
        headers: { authorization: `Bearer ${server.adminKey}`, accept: 'application/json' },
      });
    expect(await (await get('{ viewer { tier } }')).json()).toMatchObject({ data: { viewer: { tier: 'ENTERPRISE' } } });
    const refused = await get('mutation { unloadModel(id: "demo") { model { id } } }');
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toContain('POST');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });

  it.each([
    ['bad JSON', '{"query": '],
    ['no query', '{}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '5'],
    ['variables that are no object', query('{ __typename }', { variables: 'x' })],
    ['an unknown parameter', query('{ __typename }', { colour: 'red' })],
    ['bad syntax', query('{ viewer {')],
    ['an unknown field', query('{ viewer { shoeSize } }')],
    ['a wrong variable', query('query ($id: ID!) { prompt(id: $id) { id } }', { variables: {} })],
    ['an unknown operation name', query('query A { __typename }', { operationName: 'B' })],
    ['two operations and no name', query('query A { __typename } query B { __typename }')],
    [
      'maxTokens past 32 bits',
      query('mutation { process(input: { prompt: "x", maxTokens: 2147483648 }) { prompt { id } } }'),
    ],
    [
      'maxTokens as text',
      query('mutation ($n: Int) { process(input: { prompt: "x", maxTokens: $n }) { prompt { id } } }', {
        variables: { n: '5' },
      }),
    ],
  ])('refuses %s with 400 and INVALID_REQUEST', async (_what, body) => {
    const answer = await post(body, specified);
    expect(answer.response.status).toBe(400);
    expect(answer.body.errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
    expect(answer.body.data).toBeUndefined();
  });

  it('keeps request errors at 200 for application/json, as its specification says', async () => {
    const { response, body } = await post(query('{ viewer { shoeSize } }'), { accept: 'application/json' });
    expect(response.status).toBe(200);
    expect(body.errors?.[0]?.extensions.code).toBe('INVALID_REQUEST');
  });

  it.each(['application/json', 'application/graphql-response+json', '*/*'])(
    'answers what is no JSON with 400 for Accept: %s, and a stranger with 401 whatever it sends',
    async (accept) => {
      const broken = await post('{"query": ', { accept });
      expect(broken.response.status).toBe(400);
      expect(broken.body.errors?.[0]?.extensions).toEqual({ code: 'INVALID_REQUEST', details: { field: 'body' } });
      for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/plain' }]) {
        const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body: '{"query": ' });
        expect(response.status).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Bearer');
      }
    },
  );

  it.each([
    ['a query', 'text/plain', '{ __typename }'],
    ['a subscription', 'text/plain', 'subscription { serverStatus { uptimeMs } }'],
    ['a subscription', 'application/json', 'subscription { serverStatus { uptimeMs } }'],
    [
      'a subscription',
      'application/graphql-response+json',
      'subscription { stream(input: { prompt: "x" }) { cursor } }',
    ],
  ])('answers %s with Accept: %s by 406 and which to send', async (_what, accept, source) => {
    const { response, body } = await post(query(source), { accept });
    expect(response.status).toBe(406);
    expect(body.errors).toMatchObject([
      {
        message: expect.stringContaining('"Accept: '),
        extensions: { code: 'INVALID_REQUEST', details: { field: 'accept' } },
      },
    ]);
  });

  it('refuses a body that is no UTF-8', async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"query": "{ __typename } #'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
      body: bytes,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: expect.stringContaining('UTF-8'), extensions: { code: 'INVALID_REQUEST' } }],
    });
  });

  it('answers a failing field with 200, its path and null', async () => {
    const { response, body } = await post(query('{ prompt(id: "prm_0") { id } viewer { tier } }'), specified);
    expect(response.status).toBe(200);
    expect(body).toMatchObject({
      data: { prompt: null, viewer: { tier: 'ENTERPRISE' } },
      errors: [{ path: ['prompt'], extensions: { code: 'PROMPT_NOT_FOUND' } }],
    });
  });

  it.each([
    ['without a token', {}, 'AUTHENTICATION_REQUIRED'],
    ['with a bad token', { authorization: 'Bearer nonsense' }, 'INVALID_TOKEN'],
  ])('answers 401 %s', async (_what, headers, code) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...specified, ...headers },
      body: query('{ viewer { id } }'),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it.each(['variables={', 'variables=5', 'variables=[]', 'extensions={'])(
    'refuses a GET with %s',
    async (parameter) => {
      const response = await fetch(`${server.url}/graphql?query=%7B__typename%7D&${parameter}`, {
        headers: { authorization: `Bearer ${server.adminKey}` },
      });
      const [field] = parameter.split('=');
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        errors: [{ extensions: { code: 'INVALID_REQUEST', details: { field } } }],
      });
    },
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    '',
  ])('refuses a body of type "%s" with 415', async (type) => {
    const { response, body } = await post(query('{ __typename }'), { 'content-type': type });
    expect(response.status).toBe(415);
    expect(body.errors?.[0]?.extensions).toEqual({ code: 'UNSUPPORTED_MEDIA_TYPE', details: {} });
  });

  it('refuses a body past 1 MB with 413, declared or not', async () => {
    const declared = await post(query(`{ a } #${'x'.repeat(10_000_000)}`));
    expect(declared.response.status).toBe(413);
    expect(declared.body.errors?.[0]?.extensions).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: { limit: 1_000_000 },
    });
    const chunk = `3e8\r\n${' '.repeat(1000)}\r\n`;
    const streamed = await answerTo(
      `POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(2_000)}`,
    );
    expect(streamed).toMatch(/^HTTP\/1\.1 413 .*PAYLOAD_TOO_LARGE/s);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it.each([
    ['an answer', query('{ viewer { id } }'), {}],
    ['bad syntax', query('{'), {}],
    ['an unknown field', query('{ nothing }'), {}],
    ['a wrong variable', query('query ($id: ID!) { prompt(id: $id) { id } }'), {}],
    ['no query', '{}', {}],
    ['bad JSON', '{', {}],
    ['too much', query('x'.repeat(1_000_000)), {}],
    ['another media type', query('{ viewer { id } }'), { 'content-type': 'text/plain' }],
    ['an Accept that nothing answers', query('{ viewer { id } }'), { accept: 'image/png' }],
  ])('tells the allowance with %s, but not to strangers', async (_what, sent, headers) => {
    const known = await post(sent, { ...specified, ...headers });
    expect(known.body.extensions?.rateLimit).toMatchObject({ limit: 1000, burst: 100, remaining: expect.any(Number) });
    const stranger = await post(sent, { ...specified, ...headers, authorization: 'Bearer x' });
    expect([stranger.response.status, stranger.body.extensions]).toEqual([401, undefined]);
  });

  it.each(['PUT', 'DELETE', 'PATCH'])('refuses %s with 405', async (method) => {
    const response = await fetch(`${server.url}/graphql`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toContain('POST');
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] });
  });

  it('streams subscriptions as server-sent events', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${server.adminKey}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: query(
        'subscription { stream(input: { prompt: "x", maxTokens: 8 }) { __typename ... on PromptChunk { text } } }',
      ),
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await all(serverSentEvents(response));
    expect(events.at(-1)?.event).toBe('complete');
    const types = events.slice(0, -1).map(({ data }) => JSON.parse(data).data.stream.__typename);
    expect(types[0]).toBe('PromptStarted');
    expect(types.at(-1)).toBe('PromptCompleted');
    const text = events
      .slice(0, -1)
      .map(({ data }) => JSON.parse(data).data.stream.text ?? '')
      .join('');
    expect(text).toHaveLength(8);
  });

  it('tells introspection, with descriptions', async () => {
    const { body } = await post(query('{ __schema { queryType { fields { name description } } } }'));
    expect(JSON.stringify(body)).toContain('Who is calling');
  });
});

it('says where things are at its root, and leads a browser to a page', async () => {
  const response = await fetch(server.url);
  expect(await response.json()).toMatchObject({ name: 'LlamaHome', graphql: '/graphql', rest: '/api/v1' });
  const page = await fetch(server.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
  expect([page.status, page.headers.get('location')]).toEqual([302, '/graphql']);
});

describe('every answer', () => {
  it.each(['/graphql', '/healthz', '/nothing', '/api/v1/models', '/'])(
    'of %s has a request id, the given one when sane',
    async (path) => {
      const given = await fetch(server.url + path, { headers: { 'x-request-id': 'abc-123' }, redirect: 'manual' });
      expect(given.headers.get('x-request-id')).toBe('abc-123');
      const insane = await fetch(server.url + path, { headers: { 'x-request-id': 'a b"c' }, redirect: 'manual' });
      expect(insane.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('refuses foreign hosts and origins', async () => {
    const send = (headers: string) =>
      answerTo(
        `GET /api/v1/models HTTP/1.1\r\nConnection: close\r\nAuthorization: Bearer ${server.adminKey}\r\n${headers}\r\n\r\n`,
      );
    expect(await send(`Host: 127.0.0.1:${server.port}`)).toContain('HTTP/1.1 200');
    expect(await send('Host: evil.example')).toMatch(/HTTP\/1.1 403.*permission_denied/s);
    expect(await send(`Host: localhost:${server.port}\r\nOrigin: https://evil.example`)).toMatch(/HTTP\/1.1 403/);
  });
});

describe('an offer to go on in HTTP/2', () => {
  it('is not taken up, and the request is answered, as its body is too', async () => {
    const offer =
      'Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';
    const host = `Host: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.adminKey}\r\n`;
    expect(await answerTo(`GET /healthz HTTP/1.1\r\n${host}${offer}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    const json = '{"prompt": "x", "max_tokens": 3}';
    const head = `Content-Type: application/json\r\nContent-Length: ${json.length}\r\n`;
    const answer = await answerTo(`POST /api/v1/process HTTP/1.1\r\n${host}${offer}${head}\r\n${json}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*"finish_reason":"length"/s);
  });
});

describe('the other addresses', () => {
  it('/graphql shows GraphiQL to a browser, loading nothing from outside', async () => {
    const response = await fetch(`${server.url}/graphql`, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('API key');
    expect(page).toContain('mutation Process');
    expect(page).not.toMatch(/(src|href)="https?:/);
  });

  it('/healthz and /readyz need no token', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${server.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ready', model: 'demo' });
  });

  it('anything else is not_found', async () => {
    for (const path of [
      '/nothing',
      '/graphqlx',
      '/api',
      '/api/v2/models',
      '/%00',
      '/..%2f',
      '/api/v1',
      '/api/v1/nothing',
    ]) {
      const response = await fetch(server.url + path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(await response.json()).toMatchObject({ error: { code: 'not_found' } });
    }
  });

  it('HEAD is GET without a body', async () => {
    for (const path of ['/healthz', '/api/v1/models', '/graphql?query={__typename}']) {
      const response = await fetch(server.url + path, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${server.adminKey}` },
      });
      expect([path, response.status, await response.text()]).toEqual([path, 200, '']);
    }
  });
});
