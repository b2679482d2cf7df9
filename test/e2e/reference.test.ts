import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser, hasBrowser, type Page } from '../support/Browser.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

describe.skipIf(!hasBrowser)('the page of the REST API', () => {
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    server = await startTestServer();
    browser = await Browser.start();
    page = await browser.open(`${server.url}/api/v1/docs`, { width: 1280, height: 800, colours: 'dark' });
    await page.until(`document.readyState === 'complete'`);
  });
  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await server?.stop();
  });

  const form = (method: string, path: string) =>
    `document.querySelector('form[data-method=${method}][data-path="/api/v1${path}"]')`;
  const output = (method: string, path: string) => `${form(method, path)}.querySelector('output').textContent`;

  it('shows whole paths and the address that it was opened at', async () => {
    const text = String(await page.read('document.body.textContent'));
    expect(text).toContain(`curl -X POST ${server.url}/api/v1/process`);
    expect(text).not.toContain('SERVER');
    const links = await page.read(`[...document.querySelectorAll('nav a')].map(({ pathname }) => pathname).join()`);
    expect(links).toBe('/graphql,/status,/api/v1/openapi.json');
  });

  it('is dark where the system is', async () => {
    const brightness = `getComputedStyle(document.body).color.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + Number(b), 0)`;
    expect(await page.read(brightness)).toBeGreaterThan(600);
  });

  it('sends a request with the key that was given, and shows the answer', async () => {
    await page.read(`${form('POST', '/process')}.requestSubmit()`);
    expect(await page.until(`${output('POST', '/process')}.includes('}') && ${output('POST', '/process')}`)).toContain(
      'authentication_required',
    );
    await page.read(`{
      const key = document.querySelector('#key');
      key.value = ${JSON.stringify(server.adminKey)};
      key.dispatchEvent(new Event('input'));
      ${form('POST', '/process')}.querySelector('textarea').value = '{"prompt": "Hi", "max_tokens": 3}';
      ${form('POST', '/process')}.requestSubmit();
    }`);
    const answer = await page.until(
      `${output('POST', '/process')}.includes('finish_reason') && ${output('POST', '/process')}`,
    );
    expect(answer).toMatch(/^200/);
    const id = /prm_[\w-]+/.exec(String(answer))?.[0];
    await page.read(`{
      ${form('GET', '/prompts/{id}')}.querySelector('[data-name=id]').value = '${id}';
      ${form('GET', '/prompts/{id}')}.requestSubmit();
    }`);
    expect(
      await page.until(`${output('GET', '/prompts/{id}')}.includes('}') && ${output('GET', '/prompts/{id}')}`),
    ).toContain('"Hi"');
  });

  it('shows a stream as it comes', async () => {
    await page.read(`{
      ${form('POST', '/stream')}.querySelector('textarea').value = '{"prompt": "Hi", "max_tokens": 5}';
      ${form('POST', '/stream')}.requestSubmit();
    }`);
    const text = String(
      await page.until(`${output('POST', '/stream')}.includes('"done":true') && ${output('POST', '/stream')}`),
    );
    expect(text.split('\n').filter((line) => line.includes('"chunk"')).length).toBeGreaterThan(1);
  });
});
