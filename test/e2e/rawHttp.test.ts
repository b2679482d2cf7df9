import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** What the server answers to bytes that no HTTP client would send, until it ends the connection. */
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

function expectRefusal(answer: string, status: number, code: string): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [json = ''] = /\{.*\}/.exec(body) ?? [];
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(head).toMatch(/^x-request-id: \S+/im);
  expect(head).toMatch(/^content-type: application\/json/im);
  expect(JSON.parse(json)).toMatchObject({ error: { code, message: expect.any(String) } });
}

const close = 'Connection: close\r\n';

describe('a request that is none', () => {
  it.each([
    ['two hosts', `GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${close}\r\n`],
    ['the same host twice', `GET /healthz HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\n${close}\r\n`],
    ['no host', `GET /healthz HTTP/1.1\r\n${close}\r\n`],
    ['no HTTP', 'hello\r\n\r\n'],
    [
      'two lengths',
      'POST /api/v1/process HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
    ],
  ])('is refused with 400 and a request id: %s', async (_what, request) => {
    expectRefusal(await answerTo(request), 400, 'invalid_request');
  });

  it('is refused with 431 when its headers are too long, and its address', async () => {
    const long = 'x'.repeat(20_000);
    const headers = await answerTo(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: ${long}\r\n\r\n`);
    expectRefusal(headers, 431, 'invalid_request');
    expectRefusal(await answerTo(`GET /${long} HTTP/1.1\r\nHost: localhost\r\n\r\n`), 431, 'invalid_request');
  });

  it('is refused with 408 when its headers do not come to their end', async () => {
    expectRefusal(await answerTo('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: '), 408, 'invalid_request');
  });

  it('is refused with 417 when it expects what is not known', async () => {
    const answer = await answerTo('GET /healthz HTTP/1.1\r\nHost: localhost\r\nExpect: wonders\r\n\r\n');
    expectRefusal(answer, 417, 'invalid_request');
  });

  it('is refused with 400 when it asks for a WebSocket of two hosts', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    const answer = await answerTo(
      `GET /graphql HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${upgrade}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*x-request-id: .*"INVALID_REQUEST"/s);
  });

  it('is answered without a host in HTTP/1.0, which knows none', async () => {
    expect(await answerTo('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('is counted', async () => {
    const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } });
    expect(await metrics.text()).toContain('route="other",method="other",status="431"');
  });
});

describe('a request line that names the host', () => {
  const post = (target: string, host: string) =>
    answerTo(
      `POST ${target} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\nContent-Length: 24\r\n${close}\r\n{"query":"{__typename}"}`,
    );

  it('is served like any other', async () => {
    const answer = await post(`http://127.0.0.1:${server.port}/graphql`, `127.0.0.1:${server.port}`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"Query"');
  });

  it('is refused when that is a foreign one, whatever the header says', async () => {
    const answer = await post('http://evil.example/graphql', `127.0.0.1:${server.port}`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });
});

it('letters of an address may be percent-encoded', async () => {
  const request = `Host: localhost\r\nAuthorization: Bearer ${server.adminKey}\r\n${close}\r\n`;
  expect(await answerTo(`GET /%67raphql?query=%7B__typename%7D HTTP/1.1\r\n${request}`)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await answerTo(`GET /api/v1/%6dodels HTTP/1.1\r\n${request}`)).toMatch(/^HTTP\/1\.1 200 /);
});

describe('an idle connection', () => {
  it('is kept longer than proxies keep theirs, and the answer says how long', async () => {
    const response = await fetch(`${server.url}/healthz`);
    const seconds = Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(65);
  });
});
