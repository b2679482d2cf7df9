import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

describe('an address where nothing is', () => {
  it.each(['/nothing', '/api/v1/nothing', '/graphqlx'])('shows a browser a page that leads on: %s', async (path) => {
    const response = await fetch(server.url + path, { headers: browser });
    const page = await response.text();
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('x-request-id')).not.toBeNull();
    expect(page).not.toMatch(/(src|href)="https?:/);
    const links = [...page.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link);
    expect(links).toEqual(['/graphql', '/api/v1/docs', '/status']);
    for (const link of links) expect((await fetch(server.url + link, { headers: browser })).status).toBe(200);
  });

  it('tells a program in JSON', async () => {
    for (const accept of ['*/*', 'application/json']) {
      const response = await fetch(`${server.url}/nothing`, { headers: { accept } });
      expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
    }
  });

  it('says what is not there, with nothing of the address taken for markup', async () => {
    const response = await fetch(`${server.url}/api/v1/models/${encodeURIComponent('<script>x</script>')}`, {
      headers: { ...browser, authorization: `Bearer ${server.adminKey}` },
    });
    const page = await response.text();
    expect(response.status).toBe(404);
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });

  it('leads to no page that is hidden', async () => {
    await using hidden = await startTestServer({ env: { LLAMAHOME_INTROSPECTION: 'off' } });
    for (const path of ['/nothing', '/graphql']) {
      const response = await fetch(hidden.url + path, { headers: browser });
      const page = await response.text();
      expect(response.status).toBe(404);
      expect([...page.matchAll(/<a href="([^"]+)"/g)].map(([, link]) => link)).toEqual(['/status']);
    }
  });
});

describe('/favicon.ico', () => {
  it('is an icon that browsers keep, also for who has no token', async () => {
    const response = await fetch(`${server.url}/favicon.ico`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/x-icon']);
    expect(response.headers.get('cache-control')).toContain('max-age=86400');
    const icon = Buffer.from(await response.arrayBuffer());
    expect(icon.readUInt16LE(2)).toBe(1);
    expect(icon.subarray(22, 30)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    expect(icon.length).toBe(22 + icon.readUInt32LE(14));
  });
});
