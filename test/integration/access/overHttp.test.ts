import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GuardedServer, startGuardedServer } from './guardedServer.js';

/** The audits of the GraphQL-over-HTTP working group: what the specification says MUST, SHOULD and MAY be. */
let server: GuardedServer;
let token: string;
beforeAll(async () => {
  server = await startGuardedServer();
  token = await server.token();
});
afterAll(() => server.stop());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => server.url,
    fetchFn: (url: string, { headers, ...init }: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...Object.fromEntries(new Headers(headers)), authorization: `Bearer ${token}` },
      }),
  });

  test('is audited', () => expect(audits.length).toBeGreaterThan(50));

  test.each(audits.map(({ name, fn }) => ({ name, fn })))('$name', async ({ fn }) => {
    const result = await fn();
    expect([result.status, 'reason' in result ? result.reason : '']).toEqual(['ok', '']);
  });
});
