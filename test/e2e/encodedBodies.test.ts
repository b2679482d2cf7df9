import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const prompt = Buffer.from(JSON.stringify({ prompt: 'Grüße', max_tokens: 3 }));
const query = Buffer.from(JSON.stringify({ query: '{ viewer { tier } }' }));

function post(path: string, body: Uint8Array, headers: Record<string, string>): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json', ...headers },
    body: new Uint8Array(body),
  });
}

describe('a body with Content-Encoding', () => {
  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('%s is decoded, over REST and GraphQL', async (encoding, encode) => {
    const headers = { 'content-encoding': encoding };
    const rest = await post('/api/v1/process', encode(prompt), headers);
    expect([rest.status, await rest.json()]).toMatchObject([200, { usage: { completion_tokens: 3 } }]);
    const graphql = await post('/graphql', encode(query), headers);
    expect(await graphql.json()).toMatchObject({ data: { viewer: { tier: 'ENTERPRISE' } } });
  });

  it.each(['zstd', 'compress', 'gzip, br', 'constructor'])(
    '%s is refused with 415 and what is known',
    async (encoding) => {
      const response = await post('/api/v1/process', gzipSync(prompt), { 'content-encoding': encoding });
      expect(response.status).toBe(415);
      expect(response.headers.get('accept-encoding')).toBe('gzip, deflate, br');
      expect(await response.json()).toMatchObject({
        error: { code: 'unsupported_media_type', details: { field: 'content-encoding' } },
      });
      const graphql = await post('/graphql', gzipSync(query), { 'content-encoding': encoding });
      expect([graphql.status, await graphql.json()]).toMatchObject([
        415,
        { errors: [{ extensions: { code: 'UNSUPPORTED_MEDIA_TYPE' } }] },
      ]);
    },
  );

  it.each([
    ['plain', prompt],
    ['cut short', gzipSync(prompt).subarray(0, -12)],
    ['empty', Buffer.alloc(0)],
  ])('gzip that is %s is refused by name', async (_what, body) => {
    const response = await post('/api/v1/process', body, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: 'invalid_request', details: { field: 'content-encoding' } },
    });
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('%s that grows past the limit is refused with 413, and makes the server no larger', async (encoding, encode) => {
    const memory = async () => {
      const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } });
      return Number(/^llamahome_memory_bytes\{process="server"\} (\S+)/m.exec(await metrics.text())?.[1]);
    };
    const bomb = encode(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = await memory();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('/api/v1/process', bomb, { 'content-encoding': encoding })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(413));
    expect(await answers[0]?.json()).toMatchObject({
      error: { code: 'payload_too_large', details: { limit: 1_000_000 } },
    });
    expect((await memory()) - before).toBeLessThan(200_000_000);
  });

  it('is digested as it is sent', async () => {
    const body = gzipSync(prompt);
    const digest = (bytes: Uint8Array) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
    const headers = { 'content-encoding': 'gzip' };
    const right = await post('/api/v1/process', body, { ...headers, 'content-digest': digest(body) });
    expect(right.status).toBe(200);
    const wrong = await post('/api/v1/process', body, { ...headers, 'content-digest': digest(prompt) });
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { error: { details: { field: 'content-digest' } } },
    ]);
  });
});
