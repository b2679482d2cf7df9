import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Browser, hasBrowser, type Page } from '../../support/Browser.js';
import { stream } from '../../support/documents.js';
import { makeSlowModel } from '../../support/slowModel.js';
import { startTestServer } from '../../support/startTestServer.js';
import { first, over } from '../../support/streams.js';

const phone = { width: 390, height: 844 };

async function give(page: Page, key: string): Promise<void> {
  await page.until("document.getElementById('dialog').open");
  await page.read(`document.querySelector('input').value = ${JSON.stringify(key)}`);
  await page.read("document.querySelector('form button').click()");
}

const live = (page: Page) => page.until("document.getElementById('state').textContent === 'live'");
const text = (page: Page, id: string) => page.read(`document.getElementById('${id}').textContent`);

describe.runIf(hasBrowser)('the status page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterAll(() => browser[Symbol.asyncDispose]());

  it('shows a phone how busy the server is, and asks nobody else', async () => {
    const slow = await makeSlowModel();
    onTestFinished(() => slow.remove());
    await using server = await startTestServer({
      env: { LLAMAHOME_MODEL: slow.path, LLAMAHOME_AUTH: 'off', LLAMAHOME_SLOTS: '2' },
    });
    const client = server.ws(null);
    const streams = [1, 2, 3, 4].map((seed) =>
      over(client, stream, { input: { prompt: 'tell', maxTokens: 3500, seed } }),
    );
    const started = Promise.all(streams.slice(0, 2).map(first));
    const waiting = streams.slice(2).map((events) => events.next());
    await started;
    const page = await browser.open(`${server.url}/status`, phone);
    await live(page);
    await page.until("document.getElementById('busy').textContent === '2'");
    expect(await text(page, 'total')).toBe('of 2 slots');
    await page.until("document.getElementById('waiting').textContent === '2'");
    expect(await page.read("document.querySelectorAll('#slots .busy').length")).toBe(2);
    await page.until("Number(document.getElementById('rate').textContent) > 0");
    await page.until("document.getElementById('line').getAttribute('d').split('L').length > 2");
    expect(await text(page, 'interTokenMs-p50')).toMatch(/^\d+(\.\d+)? ms$/);
    expect(await page.read('document.documentElement.scrollWidth')).toBe(phone.width);
    expect(await page.read('getComputedStyle(document.getElementById("key")).display')).toBe('none');
    expect(page.errors).toEqual([]);
    expect(page.requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
    await client.dispose();
    await Promise.allSettled(waiting);
  });

  it('says what is wrong with a key, and takes a better one', async () => {
    await using server = await startTestServer();
    const created = await server.graphql<{ createApiKey: { key: string } }, object>(
      'mutation { createApiKey(input: { name: "poor", tier: BASIC, scopes: ["prompts:run"] }) { key } }',
    );
    const page = await browser.open(`${server.url}/status`, phone);
    await page.until("document.getElementById('state').textContent === 'no access'");
    await give(page, 'lh_wrong');
    await page.until("document.getElementById('why').textContent === 'this key is not accepted'");
    await give(page, created.data?.createApiKey.key ?? '');
    await page.until("document.getElementById('why').textContent === 'this key lacks the scope metrics:read'");
    expect(await text(page, 'about')).toBe('this key lacks the scope metrics:read');
    expect(await page.read('document.documentElement.scrollWidth')).toBe(phone.width);
    await give(page, `Bearer ${server.adminKey}`);
    await live(page);
    expect(await page.read("document.getElementById('dialog').open")).toBe(false);
    await page.until("document.getElementById('total').textContent === 'of 4 slots'");
  });

  it('comes back by itself after a restart of the server', async () => {
    const home = await mkdtemp(join(tmpdir(), 'llamahome-test-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const before = await startTestServer({ home });
    const page = await browser.open(`${before.url}/status`, phone);
    await give(page, before.adminKey);
    await live(page);
    await before.stop();
    await page.until("document.getElementById('state').textContent === 'reconnecting'");
    expect(await page.read("Number(getComputedStyle(document.querySelector('.tiles')).opacity) < 1")).toBe(true);
    await using _after = await startTestServer({ home, env: { LLAMAHOME_PORT: String(before.port) } });
    await live(page);
  });
});
