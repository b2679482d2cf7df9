import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { processPrompt } from '../support/documents.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

/** The server still does its work, in a time that a client would not notice. */
async function expectAlive(withinMs = 15_000) {
  const before = performance.now();
  const { process } = await server.data(processPrompt, { input: { prompt: 'x', maxTokens: 2 } });
  expect(process.prompt.text).toHaveLength(2);
  expect(performance.now() - before).toBeLessThan(withinMs);
}

describe('clients that only take up room', () => {
  it('a thousand sockets that never say who they are: all are closed, others are served', async () => {
    const outcomes = Array.from({ length: 1000 }, () => {
      const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      socket.on('error', () => undefined);
      return new Promise<number | undefined>((resolve) => {
        socket.on('close', resolve);
        socket.on('unexpected-response', (request, response) => {
          request.destroy();
          resolve(response.statusCode);
        });
      });
    });
    await expectAlive();
    const codes = await Promise.all(outcomes);
    // The oldest had to make room; those that were left were too late to say who they are.
    expect(codes.filter((code) => code === 1013).length).toBeGreaterThan(400);
    expect(codes.filter((code) => code === 4408).length).toBeGreaterThan(100);
    expect(codes.every((code) => code === 1013 || code === 4408)).toBe(true);
    await expectAlive();
  });

  const open = (text: string): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(text, () => resolve(socket)));
      socket.on('error', () => undefined);
    });

  it('prompts that are far too long keep nobody waiting, and are told so', async () => {
    const { data } = await server.graphql(
      'mutation { createToken(input: { userId: "ann", tier: BASIC, scopes: ["prompts:run"], expiresIn: 600 }) { token } }',
    );
    const key = (data as { createToken: { token: string } }).createToken.token;
    const json = { prompt: 'a b '.repeat(245_000), max_tokens: 3 };
    const codes: string[] = [];
    let isOver = false;
    const flood = Array.from({ length: 8 }, async () => {
      while (!isOver) {
        const response = await server.rest('/process', { json, key });
        codes.push((await response.json()).error.code);
      }
    });
    for (let round = 0; round < 5; round++) await expectAlive(5_000);
    isOver = true;
    await Promise.all(flood);
    expect(new Set(codes)).toContain('context_length_exceeded');
    expect(codes.every((code) => code === 'context_length_exceeded' || code === 'rate_limit_exceeded')).toBe(true);
  }, 120_000);

  it('slow headers are cut off, others are served', async () => {
    const slow = await Promise.all(
      Array.from({ length: 50 }, () => open('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')),
    );
    await expectAlive();
    const answers = await Promise.all(slow.map(async (socket) => String((await once(socket, 'data'))[0])));
    expect(answers.every((answer) => answer.startsWith('HTTP/1.1 408'))).toBe(true);
  });

  it('answers that nobody reads are made one at a time', async () => {
    const page = 'GET /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n';
    const resident = () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;
    const first = await open(page);
    await once(first, 'data');
    first.destroy();
    const before = resident();
    const unread = await Promise.all(Array.from({ length: 20 }, () => open(page.repeat(60))));
    for (const socket of unread) socket.pause();
    await expectAlive();
    expect(resident() - before).toBeLessThan(200);
    for (const socket of unread) socket.destroy();
    await expectAlive();
    expect(resident() - before).toBeLessThan(200);
  });

  it('requests sent together are answered in their order', async () => {
    const paths = ['/healthz', '/graphql', '/api/v1/models', '/nothing', '/healthz'];
    const socket = await open('');
    const ended = new Promise<string>((resolve) => {
      const parts: Buffer[] = [];
      socket.on('data', (part) => parts.push(part));
      socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
    });
    const lines = paths.map((path, index) => {
      const last = index === paths.length - 1 ? 'Connection: close\r\n' : '';
      return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: number-${index}\r\n${last}\r\n`;
    });
    socket.write(lines.join(''));
    const ids = [...(await ended).matchAll(/x-request-id: (\S+)/g)].map(([, id]) => id);
    expect(ids).toEqual(paths.map((_, index) => `number-${index}`));
  });

  it('bodies of one user that never come to their end take a bounded memory', async () => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\n`;
    const body = `{"prompt":"${'x'.repeat(880_000)}`;
    const slow = await Promise.all(
      Array.from({ length: 60 }, () =>
        open(`POST /api/v1/process HTTP/1.1\r\n${head}Content-Length: 900000\r\n\r\n${body}`),
      ),
    );
    const answer = await Promise.race(slow.map(async (socket) => String((await once(socket, 'data'))[0])));
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain('"overloaded"');
    for (const socket of slow) socket.destroy();
    await expectAlive();
  });

  it('bodies that never come to their end keep nobody from being served', async () => {
    const head = `Host: localhost\r\nAuthorization: Bearer ${server.adminKey}\r\nContent-Type: application/json\r\n`;
    const slow = await Promise.all(
      ['/graphql', '/api/v1/process'].flatMap((path) =>
        Array.from({ length: 50 }, () => open(`POST ${path} HTTP/1.1\r\n${head}Content-Length: 100000\r\n\r\n{"`)),
      ),
    );
    await expectAlive();
    for (const socket of slow) socket.destroy();
    await expectAlive();
  });

  it('headers of any size are refused, others are served', async () => {
    for (const path of ['/graphql', '/api/v1/models']) {
      const socket = await open(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${'x'.repeat(200_000)}`,
      );
      expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1\.1 431 /);
      socket.destroy();
    }
    await expectAlive();
  });
});

describe('nonsense', () => {
  it.each([
    ['a deep list', `{"query": "{ __typename }", "variables": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    [
      'a deep object',
      `{"query": "{ __typename }", "variables": {"a": ${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}}`,
    ],
    [
      'a polluting key',
      '{"query": "{ __typename }", "__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
    ],
    ['a depth of 500', JSON.stringify({ query: `{ ${'viewer { '.repeat(500)}id${' }'.repeat(501)}` })],
    ['a deep query', JSON.stringify({ query: `{ a${'{ a'.repeat(5_000)}${'}'.repeat(5_000)} }` })],
    [
      'two thousand aliases',
      JSON.stringify({ query: `{ ${Array.from({ length: 2000 }, (_, n) => `a${n}: viewer { id }`).join(' ')} }` }),
    ],
    ['half a character', '{"query": "{ __typename }", "operationName": "\\ud800"}'],
    ['ten megabytes', JSON.stringify({ prompt: 'x'.repeat(10_000_000) })],
  ])('%s is answered, and others are served', async (_what, body) => {
    for (const path of ['/graphql', '/api/v1/process', '/api/v1/config', '/api/v1/batch']) {
      const response = await fetch(server.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json' },
        body,
      });
      expect([path, response.status]).toEqual([
        path,
        expect.toSatisfy((status: number) => [200, 400, 413].includes(status)),
      ]);
      expect(await response.text()).not.toMatch(/at .*\.js|node_modules|INTERNAL_ERROR|internal_error/);
    }
    await expectAlive();
  });
});
