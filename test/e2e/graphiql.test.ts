import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, hasBrowser, type Page } from '../support/Browser.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

const titles = `[...document.querySelectorAll('[role=tab]')].map((tab) => tab.innerText.trim()).filter((text) => /\\w/.test(text)).join()`;
const open = `document.querySelector('[role=tab][aria-selected=true]')?.innerText.trim()`;
const ready = 'Process,Stream,Batch,Overview';

describe.skipIf(!hasBrowser)('GraphiQL', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await startTestServer();
    browser = await Browser.start();
    page = await browser.open(`${server.url}/graphql`);
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const give = (key: string) =>
    page.read(`(() => {
      window.before = true;
      const form = document.querySelector('#llamahome-key form');
      form.elements.key.value = ${JSON.stringify(key)};
      form.requestSubmit();
    })()`);
  const alert = `document.querySelector('#llamahome-key[open] [role=alert]')?.textContent`;
  const button = `document.getElementById('llamahome-key-button')?.textContent`;
  const reloaded = () => page.until(`!window.before && document.readyState === 'complete' && ${titles}`);

  it('asks for a key, tells a wrong one and does not keep it', async () => {
    await page.until(`document.querySelector('#llamahome-key[open]') && ${titles}`);
    for (const wrong of [`lh_${'x'.repeat(43)}`, 'no.such.token', 'schlüssel']) {
      await page.read(`document.querySelector('#llamahome-key [role=alert]').textContent = ''`);
      await give(wrong);
      expect(await page.until(alert)).toMatch(/There is no such API key|not valid here|letters, digits/);
      expect(await page.read('sessionStorage.length')).toBe(0);
      expect(await page.read(button)).toBe('Set API key');
    }
  });

  it('opens with the ready operations after the key was given, and at every reload', async () => {
    await give(server.adminKey);
    expect(await reloaded()).toBe(ready);
    expect(await page.read(button)).toBe('API key set');
    for (let reload = 0; reload < 2; reload++) {
      expect(await page.read(open)).toBe('Process');
      await page.read('window.before = true; location.reload()');
      expect(await reloaded()).toBe(ready);
    }
  });

  it('opens again with the tab that was open', async () => {
    await page.read(`document.querySelector('[role=tab] button[title=Stream]').click()`);
    await page.until(`${open} === 'Stream'`);
    await page.until(`JSON.parse(localStorage.getItem('graphiql:tabState')).activeTabIndex === 1`);
    await page.read('window.before = true; location.reload()');
    expect(await reloaded()).toBe(ready);
    expect(await page.read(open)).toBe('Stream');
  });

  it('streams a text that grows', async () => {
    const shown = `document.querySelector('.result-window')?.innerText.replaceAll('\\u00a0', ' ')`;
    await page.read(`(() => {
      window.texts = new Set();
      const read = () => window.texts.add(/"prompt": \\{\\s+"text": "([^]*?)"[,\\s]/.exec(${shown} ?? '')?.[1].length ?? 0);
      new MutationObserver(read).observe(document.querySelector('.result-window'), { childList: true, subtree: true, characterData: true });
      document.querySelector('.graphiql-execute-button').click();
    })()`);
    await page.until(`/finishReason/.test(${shown})`);
    const lengths = JSON.parse(String(await page.read('JSON.stringify([...window.texts])')));
    // How many of them the page shows depends on how busy the machine is; none is ever shorter than the one before.
    expect(lengths.length).toBeGreaterThan(1);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });

  it('tells a key that was revoked since, and forgets it', async () => {
    await page.read(
      `sessionStorage.setItem('llamahome.key', 'lh_${'y'.repeat(43)}'); window.before = true; location.reload()`,
    );
    await reloaded();
    expect(await page.until(alert)).toContain('There is no such API key');
    expect(await page.read('sessionStorage.length')).toBe(0);
  });

  it('has room for operation and answer on a phone', async () => {
    const phone = await browser.open(`${server.url}/graphql`, { width: 360, height: 740 });
    await phone.until(`document.querySelector('#llamahome-key[open]') && ${titles}`);
    const boxes = (await phone.read(`(() => {
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      const [dialog, editors, answer] = ['#llamahome-key', '.graphiql-editors', '.graphiql-response'].map(box);
      return { left: dialog.left, right: dialog.right, editors: editors.width, answer: answer.width, apart: answer.top - editors.bottom };
    })()`)) as Record<'left' | 'right' | 'editors' | 'answer' | 'apart', number>;
    expect(boxes.left).toBeGreaterThanOrEqual(0);
    expect(boxes.right).toBeLessThanOrEqual(360);
    expect(Math.min(boxes.editors, boxes.answer)).toBeGreaterThan(200);
    expect(boxes.apart).toBeGreaterThanOrEqual(0);
  });
});
