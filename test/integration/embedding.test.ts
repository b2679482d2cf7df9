import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { LlamaServer, type LlamaServerOptions } from '../../src/embed/index.js';
import { LlamaHomeError } from '../../src/errors/index.js';

const distIndex = fileURLToPath(new URL('../../dist/index.js', import.meta.url));

let folder: string;
let llama: LlamaServer;
let token: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedding-'));
  llama = embedded('home');
  token = await tokenOf(llama, 'ann');
});
afterAll(async () => {
  await llama.close();
  await rm(folder, { recursive: true, force: true });
});

function embedded(home: string, options: LlamaServerOptions = {}): LlamaServer {
  return new LlamaServer({ home: join(folder, home), model: 'demo', threads: 1, slots: 2, gpu: false, ...options });
}

async function tokenOf(server: LlamaServer, userId: string): Promise<string> {
  return (await server.createToken({ userId, expiresIn: 600 })).token;
}

/** A standard request to the server, as `ann` unless another token is given. */
function ask(
  path: string,
  json?: unknown,
  { key = token, ...headers }: Record<string, string> = {},
): Promise<Response> {
  return llama.handler(
    new Request(`http://localhost${path}`, {
      method: json === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }),
  );
}

async function statusOf(id: string): Promise<string> {
  const { status } = await (await ask(`/api/v1/prompts/${id}`)).json();
  return status;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error(`${what} did not come about`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]);
  return stdout
    .split('\n')
    .filter((line) => line.includes('engine'))
    .map((line) => Number.parseInt(line, 10));
}

describe('its own calls', () => {
  test('process gives a text with all that is known of it', async () => {
    const result = await llama.process('Say something.', { maxTokens: 12, temperature: 0 });
    expect(result).toEqual({
      text: expect.stringMatching(/^.{12}$/),
      usage: { promptTokens: expect.any(Number), completionTokens: 12, totalTokens: result.usage.promptTokens + 12 },
      model: 'demo',
      created: expect.stringMatching(/^\d{4}-.*Z$/),
      id: expect.stringMatching(/^prm_/),
      finishReason: 'length',
      warnings: [],
    });
    const conversation = await llama.process([{ role: 'user', content: 'Say something.' }], {
      maxTokens: 12,
      temperature: 0,
    });
    expect(conversation.text).toBe(result.text);
  });

  test('stream gives the same text in pieces, and the result at the end', async () => {
    const options = { maxTokens: 40, seed: 7 };
    const { text } = await llama.process('Tell me.', options);
    const chunks: string[] = [];
    const stream = llama.stream('Tell me.', { ...options, chunkSize: 9 });
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) {
      expect(step.value.index).toBe(chunks.length);
      chunks.push(step.value.text);
    }
    expect(chunks.join('')).toBe(text);
    expect(chunks.slice(0, -1).every((chunk) => chunk.length >= 9)).toBe(true);
    expect(step.value).toMatchObject({ text, finishReason: 'length' });
  });

  test('batch keeps the order, and an error stands in its place', async () => {
    const results = await llama.batch(
      ['one', { prompt: 'two', temperature: 9 }, { messages: [{ role: 'user', content: 'three' }], maxTokens: 3 }],
      { maxTokens: 5 },
    );
    expect(results).toMatchObject([
      { usage: { completionTokens: 5 } },
      { code: 'invalid_request', details: { field: 'temperature' } },
      { usage: { completionTokens: 3 } },
    ]);
    expect(results[1]).toBeInstanceOf(LlamaHomeError);
    expect(await llama.batch([])).toEqual([]);
  });

  test.each([
    ['prompt', () => llama.process(' '), { code: 'invalid_request', details: { field: 'prompt' } }],
    ['model', () => llama.process('x', { model: 'demmo' }), { code: 'model_not_found', details: { near: ['demo'] } }],
    ['length', () => llama.process('x', { maxTokens: 1e6 }), { code: 'context_length_exceeded' }],
    ['chunkSize', () => llama.stream('x', { chunkSize: 0 }).next(), { code: 'invalid_request' }],
    ['userId', () => llama.process('x', { userId: '' }), { code: 'invalid_request', details: { field: 'userId' } }],
  ])('says what is wrong: %s', async (_what, call, error) => {
    await expect(call()).rejects.toMatchObject(error);
  });

  test('an abort rejects with its reason and cancels the prompt, leaving a stream too', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const stream = llama.stream('x', { maxTokens: 1900, signal: controller.signal, userId: 'ann' });
    await stream.next();
    controller.abort(reason);
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toBe(reason);
    await expect(llama.process('x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await expect(llama.process('x', { maxTokens: 1900, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    for await (const _ of llama.stream('x', { maxTokens: 1900, userId: 'ann' })) break;
    await until('the end of both', async () => {
      const { data } = await (await ask('/graphql', { query: '{ prompts { nodes { status } } }' })).json();
      return data.prompts.nodes.every(({ status }: { status: string }) => status === 'CANCELLED');
    });
  });

  test('a prompt belongs to the user it was asked for', async () => {
    const { id } = await llama.process('x', { maxTokens: 2, userId: 'bob' });
    expect((await ask(`/api/v1/prompts/${id}`)).status).toBe(404);
    expect((await ask(`/api/v1/prompts/${id}`, undefined, { key: await tokenOf(llama, 'bob') })).status).toBe(200);
  });
});

describe('handler', () => {
  it('takes standard requests: GraphQL, REST, pages', async () => {
    const answer = await ask('/graphql', { query: '{ viewer { id tier } }' });
    expect(await answer.json()).toMatchObject({ data: { viewer: { id: 'ann', tier: 'BASIC' } } });
    expect(answer.headers.get('x-request-id')).toMatch(/./);
    expect(await (await ask('/graphql?query=%7Bviewer%7Bid%7D%7D')).json()).toMatchObject({
      data: { viewer: { id: 'ann' } },
    });
    expect(await (await ask('/api/v1/process', { prompt: 'x', max_tokens: 3 })).json()).toMatchObject({
      model: 'demo',
    });
    expect(await (await ask('/readyz')).json()).toMatchObject({ status: 'ready' });
  });

  it('streams, and a reader that leaves cancels the prompt', async () => {
    const answer = await ask('/api/v1/stream', { prompt: 'x', max_tokens: 6 });
    const lines = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-1)).toMatchObject({ done: true, finish_reason: 'length' });

    const left = await ask('/api/v1/stream', { prompt: 'x', max_tokens: 1900 });
    const reader = left.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const id = left.headers.get('x-prompt-id') ?? '';
    await until('the cancelling', async () => (await statusOf(id)) === 'cancelled');
  });

  it('refuses strangers, foreign hosts, and bodies that are too long or no JSON', async () => {
    expect((await ask('/api/v1/models', undefined, { key: 'lh_no' })).status).toBe(401);
    const elsewhere = await llama.handler(new Request('http://evil.example/api/v1/models'));
    expect([elsewhere.status, (await elsewhere.json()).error.code]).toEqual([403, 'permission_denied']);
    expect((await ask('/api/v1/process', { prompt: 'x'.repeat(1_000_001) })).status).toBe(413);
    expect((await ask('/api/v1/process', { prompt: 'x' }, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await ask('/nothing')).status).toBe(404);
    expect((await llama.handler(new Request('http://localhost/healthz', { method: 'HEAD' }))).status).toBe(200);
  });

  it('limits failed log-ins by the address that it is told', async () => {
    const knock = async (address: string) => {
      const request = new Request('http://localhost/api/v1/models', { headers: { authorization: 'Bearer wrong' } });
      return (await llama.handler(request, { address })).status;
    };
    const statuses = [];
    for (let count = 0; count < 62; count++) statuses.push(await knock('10.0.0.1'));
    expect(statuses.at(-1)).toBe(429);
    expect(await knock('10.0.0.2')).toBe(401);
  });
});

describe('attach', () => {
  async function idOverSocket(url: string): Promise<unknown> {
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${token}` },
    });
    try {
      const results = client.iterate({ query: '{ viewer { id } }' });
      return (await results.next()).value?.data;
    } finally {
      await client.dispose();
    }
  }

  it('serves GraphQL, WebSocket and REST beside what the server does, until it is closed', async () => {
    const second = embedded('attached');
    const key = await tokenOf(second, 'ann');
    const server = createServer((_request, response) => response.end('the app'));
    second.attach(server);
    const port = await portOf(server);
    const read = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${key}` } });
      return [response.status, await response.text()];
    };
    expect(await read('/healthz')).toEqual([200, 'the app']);
    expect(await read('/api/v1/models/demo')).toEqual([200, expect.stringContaining('"id":"demo"')]);
    expect(await read('/graphql?query=%7Bviewer%7Bid%7D%7D')).toEqual([200, expect.stringContaining('"ann"')]);
    await second.close();
    expect(await read('/graphql')).toEqual([200, 'the app']);
    server.closeAllConnections();
    server.close();
  });

  it('keeps to its prefix, and leaves other sockets to others', async () => {
    await using second = embedded('prefixed', { prefix: '/llm/', secret: 'x'.repeat(32) });
    await using first = embedded('prefixed-2', { prefix: '/other', secret: 'x'.repeat(32) });
    await second.ready();
    token = await tokenOf(second, 'ann');
    const server = createServer();
    const echo = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/echo') echo.handleUpgrade(request, socket, head, (opened) => opened.send('hello'));
    });
    first.attach(server);
    second.attach(server);
    const port = await portOf(server);
    expect(await idOverSocket(`ws://127.0.0.1:${port}/llm/graphql`)).toEqual({ viewer: { id: 'ann' } });
    expect(await idOverSocket(`ws://127.0.0.1:${port}/other/graphql`)).toEqual({ viewer: { id: 'ann' } });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    expect(String((await once(socket, 'message'))[0])).toBe('hello');
    socket.close();
    const answer = await fetch(`http://127.0.0.1:${port}/llm/api/v1/prompts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'x', max_tokens: 2 }),
    });
    expect([answer.status, await answer.text()]).toEqual([202, expect.stringContaining('prm_')]);
    expect(answer.headers.get('location')).toMatch(/^\/llm\/api\/v1\/prompts\/prm_/);
    expect((await fetch(`http://127.0.0.1:${port}/elsewhere`)).status).toBe(404);
    server.closeAllConnections();
    server.close();
    token = await tokenOf(llama, 'ann');
  });

  it('can also open a port of its own', async () => {
    await using second = embedded('listening');
    const url = await second.listen(0);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect(second.listen(0)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('what goes wrong', () => {
  test.each<[LlamaServerOptions, RegExp]>([
    [{ slots: 0 }, /^slots is "0": write a whole number from 1 to 256\.$/],
    [{ auth: false, host: '0.0.0.0' }, /^auth is "off" while host is "0\.0\.0\.0"/],
    [{ secret: 'short' }, /^secret has a value/],
    [{ cors: ['*'] }, /^cors is "\*"/],
    [{ prefix: 'llm' }, /^prefix must be a path like "\/llm"\.$/],
  ])('an option is refused by its name: %j', (options, message) => {
    expect(() => new LlamaServer({ ...options, home: join(folder, 'unused') })).toThrow(message);
  });

  test('every method says why it could not start, and requests are told no more than they should', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const broken = new LlamaServer({ home: join(file, 'home'), log: 'silent' });
    await expect(broken.process('x')).rejects.toMatchObject({ message: expect.stringContaining('The home folder') });
    await expect(broken.ready()).rejects.toBeInstanceOf(LlamaHomeError);
    const answer = await broken.handler(new Request('http://localhost/graphql'));
    expect([answer.status, (await answer.json()).error.code]).toEqual([500, 'internal_error']);
    await broken.close();
  });

  test('one home serves once at a time', async () => {
    const other = embedded('home', { log: 'silent' });
    await expect(other.process('x')).rejects.toMatchObject({ code: 'conflict' });
    await other.close();
    expect(await llama.process('x', { maxTokens: 1 })).toMatchObject({ model: 'demo' });
  });
});

describe('its end', () => {
  test('close() ends engines and lets a running prompt finish; then everything is refused', async () => {
    const second = embedded('closing');
    await second.ready();
    const [engine = 0] = (await childrenOf(process.pid)).slice(-1);
    const running = second.process('x', { maxTokens: 200 });
    await second.stream('y', { maxTokens: 1 }).next();
    await second.close();
    await second.close();
    expect(await running).toMatchObject({ finishReason: 'length' });
    expect(isAlive(engine)).toBe(false);
    await expect(second.process('x')).rejects.toMatchObject({ code: 'overloaded' });
    expect((await second.handler(new Request('http://localhost/graphql'))).status).toBe(503);
  });

  async function host(script: string): Promise<{ child: ChildProcess; lines: AsyncIterator<string> }> {
    const options = "{ model: 'demo', threads: 1, slots: 1, gpu: false }";
    const code = `import { LlamaServer } from ${JSON.stringify(distIndex)}; const llama = new LlamaServer(${options}); ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      env: { PATH: process.env.PATH, LLAMAHOME_HOME: join(folder, 'user'), TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  }
  const temporaryHomes = async () => (await readdir(folder)).filter((name) => name.startsWith('llamahome-'));

  test('without a home it leaves only the model behind, in the home of the user', async () => {
    const { child, lines } = await host(
      "console.log((await llama.process('x', { maxTokens: 4 })).text); await llama.close();",
    );
    expect((await lines.next()).value).toMatch(/^.{4}$/);
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await temporaryHomes()).toEqual([]);
    expect(await readdir(join(folder, 'user'))).toEqual(['models']);
    expect(await readdir(join(folder, 'user', 'models'))).toContain('demo.gguf');
  });

  test('a program that exits in the middle takes all of it along', async () => {
    const { child, lines } = await host(
      "await llama.ready(); console.log('ready'); setTimeout(() => process.exit(3), 300);",
    );
    await lines.next();
    const engines = await childrenOf(child.pid);
    expect(engines).toHaveLength(1);
    expect(await once(child, 'exit')).toEqual([3, null]);
    await until('the end of the engine', () => !engines.some(isAlive));
    expect(await temporaryHomes()).toEqual([]);
  });

  test('a program that is killed takes its engines along', async () => {
    const { child, lines } = await host("await llama.ready(); console.log('ready');");
    await lines.next();
    const engines = await childrenOf(child.pid);
    expect(engines).toHaveLength(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await until('the end of the engine', () => !engines.some(isAlive));
  });
});
