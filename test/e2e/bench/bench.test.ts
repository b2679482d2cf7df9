import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BenchReport } from '../../../src/bench/BenchReport.js';
import { childrenOf, processUse } from '../../../src/bench/machine/procfs.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../../support/startTestServer.js';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

let server: TestServer;
let home: string;

beforeAll(async () => {
  server = await startTestServer();
  home = await mkdtemp(join(tmpdir(), 'llamahome-bench-test-'));
});

afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

function bench(...args: string[]) {
  return runProgram(['bench', ...args], testEnvironment(home));
}

function startBench(args: string[]) {
  return spawn(process.execPath, [program, ...args], {
    env: testEnvironment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Runs against the server of this file. */
async function measure(...args: string[]): Promise<BenchReport> {
  const { code, stdout, stderr } = await bench(
    ...['--url', server.url, '--key', server.adminKey, '--runs', '1', '--rounds', '1', '--max-tokens', '8', '--json'],
    ...args,
  );
  expect(stderr).toMatch(/1 of 1/);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

function onlySide(report: BenchReport) {
  const side = report.cases[0]?.sides[0];
  const run = side?.runs[0];
  if (side === undefined || run === undefined) throw new Error('the report has no run');
  return { side, run, figures: run.figures };
}

test.each(['ws', 'sse', 'rest'])('measures a running server over %s', async (transport) => {
  const report = await measure('concurrent', '--clients', '3', '--transport', transport);
  const { side, run, figures } = onlySide(report);
  expect(side.version).toMatch(/^LlamaHome \d/);
  expect(figures).toMatchObject({ requests: 3, errors: 0, completionTokens: 24 });
  expect(figures.tokensPerSecond).toBeGreaterThan(0);
  expect(figures.firstTokenMs?.p99).toBeGreaterThan(0);
  expect(figures.betweenTokensMs?.p50).toBeGreaterThan(0);
  if (process.platform === 'linux') {
    expect(run.processes.map(({ name }) => name)).toEqual(['server', 'engine']);
    expect(run.apiMicrosPerToken).toBeGreaterThan(0);
  }
});

test('the prompts of a run are the same over every transport', async () => {
  const [ws, rest] = await Promise.all(
    ['ws', 'rest'].map((transport) => measure('single', '--transport', transport, '--seed', '5')),
  );
  if (ws === undefined || rest === undefined) throw new Error('no report');
  expect(onlySide(ws).figures.promptTokens).toBe(onlySide(rest).figures.promptTokens);
});

test('prompts that come at their own time are measured, refused ones counted by their code', async () => {
  const { figures } = onlySide(await measure('open', '--clients', '4', '--rate', '50'));
  expect(figures).toMatchObject({ requests: 4, errors: 0 });
  const tooLong = onlySide(await measure('single', '--max-tokens', '1000000'));
  expect(tooLong.figures).toMatchObject({ requests: 1, errors: 1, completionTokens: 0 });
  expect(tooLong.run.errorCodes).toEqual({ CONTEXT_LENGTH_EXCEEDED: 1 });
});

test('one batch is compared with the same number of prompts one by one', async () => {
  const report = await measure('batch');
  expect(report.cases[0]?.sides.map(({ name }) => name)).toEqual(['LlamaHome', 'one by one']);
  expect(report.cases[0]?.sides.map(({ runs }) => runs[0]?.figures.completionTokens)).toEqual([128, 128]);
  expect(report.cases[0]?.ratios.map(({ measure: id }) => id)).toContain('tokensPerSecond');
});

test('followers are checked chunk by chunk', async () => {
  const report = await measure('followers', '--followers', '120');
  const [many, one] = report.cases[0]?.sides.map(({ runs }) => runs[0]?.figures) ?? [];
  expect(many).toMatchObject({ missed: 0, errors: 0 });
  expect(one).toMatchObject({ missed: 0, errors: 0 });
  expect(many?.followedChunks).toBeGreaterThanOrEqual(120);
});

test('queries are compared with a bare graphql-yoga', async () => {
  const report = await measure('queries', '--seconds', '0.3', '--clients', '2');
  expect(report.cases[0]?.sides.map(({ name }) => name)).toEqual(['LlamaHome', 'bare yoga']);
  for (const side of report.cases[0]?.sides ?? []) expect(side.runs[0]?.figures.requestsPerSecond).toBeGreaterThan(10);
});

test('a peer with the API of OpenAI gets the same prompts, and the table shows both and their ratio', async () => {
  const asked: string[] = [];
  const peer = createServer((request, response) => {
    if (request.url === '/v1/models') return response.end('{"data":[{"id":"some-model"}]}');
    if (request.url !== '/v1/chat/completions') {
      response.statusCode = 404;
      return response.end();
    }
    request.setEncoding('utf8').on('data', (body: string) => asked.push(JSON.parse(body).messages.at(-1).content));
    response.setHeader('content-type', 'text/event-stream');
    const chunk = (content: string) => `data: {"choices":[{"delta":{"content":"${content}"}}]}\n\n`;
    const usage = 'data: {"choices":[],"usage":{"prompt_tokens":50,"completion_tokens":2}}\n\n';
    return request.on('end', () => response.end(`${chunk('a')}${chunk('b')}${usage}data: [DONE]\n\n`));
  }).listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const address = peer.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    const plot = join(home, 'plot.svg');
    const { code, stdout } = await bench(
      ...['single', '--url', server.url, '--key', server.adminKey, '--runs', '2', '--rounds', '1', '--max-tokens', '2'],
      ...['--peer', `http://127.0.0.1:${address.port}`, '--svg', plot],
    );
    expect(code).toBe(0);
    expect(stdout).toContain('LlamaHome / peer, median of 2 turns:');
    expect(stdout).toMatch(/tokens\/s: [\d.]+ \([\d.]+ to [\d.]+; more is better\)/);
    // Two runs that do not count, then two that do; each with a prompt of its own.
    expect(new Set(asked).size).toBe(4);
    expect(await readFile(plot, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  } finally {
    peer.close();
  }
});

test('without an address it starts a server, and leaves nothing of it behind', async () => {
  const { code, stdout, stderr } = await bench(
    ...[
      'single',
      '--model',
      'demo',
      '--runs',
      '1',
      '--rounds',
      '1',
      '--max-tokens',
      '4',
      '--slots',
      '2',
      '--context',
      '512',
    ],
  );
  expect(stderr).toContain('1 of 1: single');
  expect(code).toBe(0);
  expect(stdout).toMatch(/LlamaHome +1 +0 +4 /);
});

test.runIf(process.platform === 'linux')('stopping it ends everything that it started', async () => {
  const child = startBench([
    'bench',
    'single',
    '--model',
    'demo',
    '--slots',
    '2',
    '--rounds',
    '40',
    '--max-tokens',
    '16',
  ]);
  await once(child.stderr, 'data');
  const started = await descendantsOf(child.pid ?? 0);
  expect(started.length).toBeGreaterThanOrEqual(3);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await exited)[0]).toBe(1);
  expect(await Promise.all(started.map(processUse))).toEqual(started.map(() => null));
});

async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  const below = await Promise.all(children.map(descendantsOf));
  return [...children, ...below.flat()];
}

test('the engine is measured without the API', async () => {
  const { code, stdout } = await bench(
    ...[
      'engine',
      '--model',
      'demo',
      '--runs',
      '1',
      '--max-tokens',
      '16',
      '--clients',
      '2',
      '--context',
      '512',
      '--json',
    ],
  );
  expect(code).toBe(0);
  const report: BenchReport = JSON.parse(stdout);
  expect(report.cases[0]?.sides[0]?.runs[0]?.figures.decodeTokensPerSecond).toBeGreaterThan(0);
});

test.each([
  [['nothing'], 'write single, concurrent'],
  [['single', '--runs', '0'], 'write a whole number of at least 1'],
  [['single', '--clients', '1,x'], 'write a whole number of at least 1'],
  [['single', '--transport', 'pigeon'], 'Allowed choices are ws, sse, rest'],
  [['single', '--url', 'ftp://localhost'], '--url'],
  [['open', '--rate', '-1'], 'write a number above 0'],
])('%j is refused with what to write', async (args, message) => {
  const { code, stderr } = await bench(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test('a server that can not be used ends the bench with one line', async () => {
  const closed = await bench('single', '--url', 'http://127.0.0.1:9');
  expect(closed.code).toBe(1);
  expect(closed.stderr.trim().split('\n')).toHaveLength(1);
  expect(closed.stderr).toContain('http://127.0.0.1:9');
  const refused = await bench('single', '--url', server.url, '--key', 'lh_wrong');
  expect(refused.code).toBe(1);
  expect(refused.stderr.trim().split('\n')).toHaveLength(1);
  expect(refused.stderr).toContain('--key');
});
