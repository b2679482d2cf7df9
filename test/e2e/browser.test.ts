import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

const page = 'https://app.example.com';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({
    env: { LLAMAHOME_CORS: page, LLAMAHOME_INTROSPECTION: 'off', LLAMAHOME_AUTH: 'off' },
  });
});
afterAll(() => server.stop());

describe('a page of a configured origin', () => {
  it.each(['/graphql', '/api/v1/process'])('may call %s, after asking', async (path) => {
    const asked = await fetch(server.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(page);
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    const body = path === '/graphql' ? { query: '{ viewer { id } }' } : { prompt: 'x', max_tokens: 1 };
    const called = await fetch(server.url + path, {
      method: 'POST',
      headers: { origin: page, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([called.status, called.headers.get('access-control-allow-origin')]).toEqual([200, page]);
  });
});

describe('any other page', () => {
  it.each([
    ['by fetch', { origin: 'https://evil.example' }],
    ['from a sandbox', { origin: 'null' }],
    ['by an image', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('may not, %s', async (_how, headers) => {
    const query = encodeURIComponent('subscription { stream(input: { prompt: "x" }) { cursor } }');
    for (const path of [`/graphql?query=${query}`, '/api/v1/models']) {
      const response = await fetch(server.url + path, { headers });
      expect([path, response.status, response.headers.get('access-control-allow-origin')]).toEqual([path, 403, null]);
      expect(await response.text()).toMatch(/permission_denied/i);
    }
  });

  it('can send the browser here, which runs nothing', async () => {
    const query = encodeURIComponent('{ viewer { id } }');
    // fetch would put its own sec-fetch-mode there.
    const request = get(`${server.url}/graphql?query=${query}`, {
      headers: { accept: 'text/html,*/*', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
    });
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(404);
    expect(await text(response)).not.toContain('viewer');
  });
});

describe('with introspection off', () => {
  it('the schema is hidden, and nothing hints at it', async () => {
    const ask = async (query: string) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return JSON.stringify(await response.json());
    };
    expect(await ask('{ __schema { types { name } } }')).toContain('INVALID_REQUEST');
    expect(await ask('{ viewr { id } }')).not.toContain('viewer');
    expect(await ask('{ __typename viewer { tier } }')).toContain('ENTERPRISE');
  });
});
