import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

/** A failed log-in of a caller that a proxy tells of. */
async function failedLogIn({ url }: TestServer, caller: string): Promise<number> {
  const response = await fetch(`${url}/api/v1/models`, {
    headers: { authorization: 'Bearer lh_wrong', 'x-forwarded-for': caller },
  });
  return response.status;
}

/** What a socket with a wrong key is closed with. */
function refusedSocket({ url }: TestServer, caller: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': caller },
    });
    socket.on('open', () =>
      socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'Bearer lh_wrong' } })),
    );
    socket.on('close', (_code, reason) => resolve(String(reason)));
  });
}

describe('a server behind a reverse proxy', () => {
  it('counts failed log-ins by the address of the caller, over HTTP and WebSocket', async () => {
    await using server = await startTestServer({ env: { LLAMAHOME_TRUST_PROXY: '127.0.0.1' } });
    for (let attempt = 0; attempt < 60; attempt++) expect(await failedLogIn(server, '203.0.113.9')).toBe(401);
    expect(await failedLogIn(server, '203.0.113.9')).toBe(429);
    expect(await failedLogIn(server, '198.51.100.1, 203.0.113.9')).toBe(429);
    expect(await failedLogIn(server, '203.0.113.10')).toBe(401);
    expect(await refusedSocket(server, '203.0.113.9')).toBe('rate_limit_exceeded');
    expect(await refusedSocket(server, '203.0.113.11')).toBe('invalid_token');
  });

  it('believes nobody who is not named', async () => {
    await using server = await startTestServer({ env: { LLAMAHOME_TRUST_PROXY: '10.0.0.0/8' } });
    for (let attempt = 0; attempt < 60; attempt++) await failedLogIn(server, `203.0.113.${attempt}`);
    expect(await failedLogIn(server, '203.0.113.200')).toBe(429);
    const response = await fetch(`${server.url}/status`, {
      headers: { origin: 'https://llama.example.com', 'x-forwarded-host': 'llama.example.com' },
    });
    expect(response.status).toBe(403);
  });

  it('takes the address that the proxy was called by for its own origin, and no other', async () => {
    await using server = await startTestServer({ env: { LLAMAHOME_TRUST_PROXY: '127.0.0.1' } });
    const status = async (headers: Record<string, string>) =>
      (await fetch(`${server.url}/status`, { headers: { origin: 'https://llama.example.com', ...headers } })).status;
    const forwarded = { 'x-forwarded-host': 'llama.example.com', 'x-forwarded-proto': 'https' };
    expect(await status(forwarded)).toBe(200);
    expect(await status({ ...forwarded, 'x-forwarded-proto': 'http' })).toBe(403);
    expect(await status({ ...forwarded, 'x-forwarded-host': 'other.example.com' })).toBe(403);
    expect(await status({})).toBe(403);
  });
});
