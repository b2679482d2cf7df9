import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { over } from '../../support/streams.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const scriptTag = '<script type="module">';

function between(text: string, open: string, close: string): string {
  const from = text.indexOf(open) + open.length;
  return text.slice(from, text.indexOf(close, from));
}

describe('/status', () => {
  it('is one page that loads nothing from anywhere and may run its own script only', async () => {
    const response = await fetch(`${server.url}/status`);
    const page = await response.text();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page).toContain('width=device-width');
    // Links that a person follows load nothing.
    const withoutLinks = page.replaceAll(/<a href="(?![a-z]+:|\/\/)[^"]*"/g, '<a');
    expect(withoutLinks).not.toMatch(/(src|href)="(?!data:)/);
    expect(page).not.toMatch(/https?:\/\//);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'/);
    expect(policy).not.toContain('unsafe');
    for (const [open, close] of [
      [scriptTag, '</script>'],
      ['<style>', '</style>'],
    ] as const) {
      const hash = createHash('sha256')
        .update(between(page, open, close))
        .digest('base64');
      expect(policy).toContain(`'sha256-${hash}'`);
    }
    expect(() => new Script(between(page, scriptTag, '</script>'))).not.toThrow();
  });

  it('asks the server what the schema knows', async () => {
    const page = await (await fetch(`${server.url}/status`)).text();
    const script = between(page, scriptTag, '</script>');
    const query = /const query = `(subscription.*?)`;/s.exec(script)?.[1] ?? '';
    await server.rest('/process', { json: { prompt: 'a', max_tokens: 5 } });
    const client = server.ws();
    const events = over<{ serverStatus: Record<string, unknown> }, Record<string, never>>(client, query);
    const { value } = await events.next();
    await events.return();
    await client.dispose();
    expect(value?.serverStatus).toMatchObject({
      slots: { total: 4, busy: 0 },
      queue: { waiting: 0, limit: 256 },
      defaultModel: { state: 'READY' },
      latencies: {
        timeToFirstTokenMs: { p50: expect.any(Number), p95: expect.any(Number) },
        interTokenMs: { p50: expect.any(Number), p95: expect.any(Number) },
        totalMs: { p50: expect.any(Number), p95: expect.any(Number) },
      },
    });
  });
});

describe('/readyz', () => {
  it('tells strangers whether, and those with metrics:read what stands behind it', async () => {
    const open = await fetch(`${server.url}/readyz`);
    expect([open.status, await open.json()]).toEqual([200, { status: 'ready', model: 'demo' }]);
    const wrong = await fetch(`${server.url}/readyz`, { headers: { authorization: 'Bearer lh_wrong' } });
    expect([wrong.status, await wrong.json()]).toEqual([200, { status: 'ready', model: 'demo' }]);
    const inside = await fetch(`${server.url}/readyz`, { headers: { authorization: `Bearer ${server.adminKey}` } });
    expect(await inside.json()).toMatchObject({
      status: 'ready',
      models: [{ id: 'demo', failure: null }],
      queue: { waiting: 0, limit: 256 },
      build: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), node: process.versions.node },
      uptime_seconds: expect.any(Number),
    });
  });

  it('gives the reason when it is not', async () => {
    await using other = await startTestServer({ env: { LLAMAHOME_MODEL: 'llama-3.2-1b-instruct' } });
    const response = await fetch(`${other.url}/readyz`, { headers: { authorization: `Bearer ${other.adminKey}` } });
    expect([response.status, await response.json()]).toMatchObject([
      503,
      { status: 'not ready', reason: expect.stringContaining('not installed'), default_model: 'llama-3.2-1b-instruct' },
    ]);
    // Nobody knows when somebody will install it.
    expect(response.headers.has('retry-after')).toBe(false);
  });
});
