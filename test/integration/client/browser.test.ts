import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { startTestServer } from '../../support/startTestServer.js';

const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);

/** What the page does with the client, and reports. */
const script = (endpoint: string, apiKey: string) => `
  import { LlamaClient, isFailed } from ${JSON.stringify(fileURLToPath(new URL('../../../src/client/index.ts', import.meta.url)))};
  const client = new LlamaClient({ endpoint: ${JSON.stringify(endpoint)}, apiKey: ${JSON.stringify(apiKey)} });
  const sampling = { maxTokens: 20, seed: 1 };
  const report = {};
  try {
    report.whole = (await client.process('hi', sampling)).text;
    report.streamed = '';
    for await (const { text } of client.streamResponse('hi', sampling)) report.streamed += text;
    const { id } = await client.submit('hi', sampling);
    report.followed = '';
    for await (const { text } of client.follow(id)) report.followed += text;
    report.subscribed = '';
    const watch = 'subscription Watch($id: ID!) { promptEvents(id: $id) { ... on PromptChunk { text } } }';
    for await (const { promptEvents } of client.subscribe(watch, { id })) report.subscribed += promptEvents.text ?? '';
    report.batch = (await client.processBatch(['hi', { prompt: 'x', maxTokens: 1e6 }], sampling)).map((item) => isFailed(item) ? item.code : item.text);
    report.refused = await new LlamaClient({ endpoint: ${JSON.stringify(endpoint)} }).models().catch((error) => error.name);
    await using session = client.session();
    report.models = (await session.models()).length > 0;
  } catch (error) {
    report.error = String(error.stack ?? error);
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(report) });
`;

describe.skipIf(chromium === undefined)('in a browser', () => {
  test('the client works on a page of an allowed origin', async () => {
    const pages = createServer().listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    const profile = await mkdtemp(join(tmpdir(), 'llamahome-browser-'));
    await using server = await startTestServer({ env: { LLAMAHOME_CORS: origin } });
    const bundle = await build({
      stdin: { contents: script(server.url, server.adminKey), resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      platform: 'browser',
      format: 'esm',
      target: 'chrome110',
      write: false,
    });
    const reported = new Promise<unknown>((resolve, reject) => {
      pages.on('request', (request, response) => {
        if (request.url === '/report') json(request).then(resolve, reject);
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
        response.end(`<!doctype html><script type="module">${bundle.outputFiles[0]?.text ?? ''}</script>`);
      });
    });
    const options = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
    const browser = spawn(chromium ?? '', [...options, `${origin}/`], { stdio: 'ignore' });
    const closed = once(browser, 'exit');
    try {
      const report = (await Promise.race([reported, closed.then(() => expect.unreachable('the browser ended'))])) as {
        whole: string;
      };
      const { whole } = report;
      expect(report).toEqual({
        whole: expect.any(String),
        streamed: whole,
        followed: whole,
        subscribed: whole,
        batch: [whole, 'context_length_exceeded'],
        refused: 'AuthenticationError',
        models: true,
      });
      expect(whole).toHaveLength(20);
    } finally {
      browser.kill('SIGKILL');
      await closed;
      pages.closeAllConnections();
      pages.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }, 60_000);
});
