import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { localAdministrator, type Scope, scopes, type Tier } from '../../../src/access/Principal.js';
import { TokenGenerator } from '../../../src/access/TokenGenerator.js';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer();
});
afterAll(() => server.stop());

const viewer = '{ viewer { id tier scopes } }';
const stream = 'subscription { configChanged { modelSettings { defaultModel } } }';

function tampered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, scope: 'keys:manage' })).toString('base64url');
  return [header, forged, signature].join('.');
}

describe('who is calling', () => {
  test('is the same for a token over every transport', async () => {
    const token = await server.token({ userId: 'ann', tier: 'pro', scopes: ['config:read'] });
    const expected = { viewer: { id: 'ann', tier: 'PRO', scopes: ['config:read'] } };
    for (const send of [server.http(token), server.ws(token), server.inProcess(token)]) {
      expect((await only(send(viewer))).data).toEqual(expected);
    }
    for (const send of [server.sse(token), server.ws(token), server.inProcess(token)]) {
      expect(await send(stream)).toHaveLength(2);
    }
  });

  test('is the owner of an API key', async () => {
    const { key, apiKey } = await server.access.createApiKey(localAdministrator, {
      name: 'phone',
      userId: 'ben',
      tier: 'basic',
      scopes: ['prompts:run'],
    });
    expect(key).toMatch(/^lh_[A-Za-z0-9_-]{43}$/);
    expect(key.startsWith(apiKey.prefix)).toBe(true);
    const { data } = await only(server.http(key)(viewer));
    expect(data).toEqual({ viewer: { id: 'ben', tier: 'BASIC', scopes: ['prompts:run'] } });
    expect(JSON.stringify(await server.storage.apiKeys.list())).not.toContain(key);
  });

  test.each(['bearer', 'BEARER', 'Bearer'])('may write the scheme as %s', async (scheme) => {
    const principal = await server.access.authenticate(`${scheme}   ${await server.token({ userId: 'cid' })}`, '::1');
    expect(principal.userId).toBe('cid');
  });
});

describe('nobody gets in', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signed = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
    new SignJWT({ sub: 'ann', exp: 4e9 }).setProtectedHeader({ alg }).sign(key);
  const bad: [string, string, (good: string) => string | null | Promise<string>][] = [
    ['without a token', 'AUTHENTICATION_REQUIRED', () => null],
    ['with a tampered token', 'INVALID_TOKEN', tampered],
    ['with RS256', 'INVALID_TOKEN', () => signed('RS256', privateKey)],
    [
      'with HS256 and a public key as its secret',
      'INVALID_TOKEN',
      () => signed('HS256', Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    ['with a huge token', 'INVALID_TOKEN', (good) => `${good}${'A'.repeat(10_000)}`],
    ['with an empty token', 'INVALID_TOKEN', () => ''],
    ['with alg none', 'INVALID_TOKEN', () => new UnsecuredJWT({ sub: 'ann', exp: 4e9 }).encode()],
    [
      'with an expired token',
      'TOKEN_EXPIRED',
      () =>
        new TokenGenerator({ secretKey: server.secret, now: () => 0 }).createToken({ userId: 'ann', expiresIn: 60 }),
    ],
    ['with a key that nobody made', 'INVALID_TOKEN', () => `lh_${'A'.repeat(43)}`],
    ['with half a key', 'INVALID_TOKEN', () => 'lh_AAAA'],
    ['with words', 'INVALID_TOKEN', () => 'let me in'],
  ];

  test.each(bad)('%s', async (_name, code, make) => {
    // So many failures in a minute would be too many of one address.
    server.pass(60_000);
    const credential = await make(await server.token());
    for (const query of [viewer, '{ __typename }', '{ __schema { types { name } } }', '{ viewr }', '{']) {
      const answer = await only(server.http(credential)(query));
      expect(answer).toMatchObject({ status: 401, errors: [{ extensions: { code } }] });
      expect(answer.headers?.get('www-authenticate')).toBe('Bearer');
    }
    const json = await only(server.http(credential, 'application/json')(viewer));
    expect(json).toMatchObject({ status: 401, errors: [{ extensions: { code } }] });
    expect(await server.sse(credential)(stream)).toMatchObject([{ status: 401, errors: [{ extensions: { code } }] }]);
    expect(await server.inProcess(credential)(stream)).toMatchObject([{ errors: [{ extensions: { code } }] }]);
    await expect(server.ws(credential)(viewer)).rejects.toMatchObject({ code: 4401, reason: code.toLowerCase() });
  });

  test('learns nothing of the schema', async () => {
    const { errors } = await only(server.http(null)('{ viewr { idd } }'));
    expect(JSON.stringify(errors)).not.toMatch(/viewer|Did you mean/);
  });

  test('is told how to write the header', async () => {
    await expect(server.access.authenticate(await server.token(), '::1')).rejects.toMatchObject({
      code: 'invalid_token',
      message: expect.stringContaining('"Bearer"'),
    });
    for (const empty of ['', '   ', undefined, null]) {
      await expect(server.access.authenticate(empty, '::1')).rejects.toMatchObject({ code: 'authentication_required' });
    }
    for (const wrong of ['Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b']) {
      await expect(server.access.authenticate(wrong, '::1')).rejects.toMatchObject({ code: 'invalid_token' });
    }
  });

  test('gets past a huge token in connection_init', async () => {
    await expect(server.ws('x'.repeat(900_000))(viewer)).rejects.toMatchObject({ code: 4401 });
  });
});

describe('on an open socket', () => {
  test('a key ends at once when it is revoked', async () => {
    const { key, apiKey } = await server.access.createApiKey(localAdministrator, {
      name: 'tablet',
      userId: 'dan',
      tier: 'basic',
      scopes: ['prompts:run', 'config:read'],
    });
    const send = server.ws(key, server.wsClient(key, { lazy: false }));
    expect((await only(send(viewer))).data).toMatchObject({ viewer: { id: 'dan' } });
    const revoked = await server.access.revokeApiKey(localAdministrator, apiKey.id);
    expect(revoked.revokedAt).toEqual(new Date(server.now()));
    for (const query of [viewer, stream]) {
      expect((await only(send(query))).errors).toMatchObject([{ extensions: { code: 'INVALID_TOKEN' } }]);
    }
    expect((await only(server.http(key)(viewer))).status).toBe(401);
  });

  test('a token ends when it runs out', async () => {
    const token = await server.token({ expiresIn: 30 });
    const send = server.ws(token, server.wsClient(token, { lazy: false }));
    expect((await only(send(viewer))).errors).toEqual([]);
    server.pass(30_000);
    expect((await only(send(viewer))).errors).toMatchObject([{ extensions: { code: 'TOKEN_EXPIRED' } }]);
  });

  test('a connection_init that is no object with a string does no harm', async () => {
    for (const payload of [
      undefined,
      { authorization: 5 },
      { authorization: { toString: 1 } },
      { __proto__: { authorization: 'x' } },
    ]) {
      const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
      await once(socket, 'open');
      socket.send(JSON.stringify({ type: 'connection_init', payload }));
      const [code] = await once(socket, 'close');
      expect([4400, 4401, 4500]).toContain(code);
    }
    expect((await only(server.http(await server.token())(viewer))).status).toBe(200);
  });
});

describe('failed log-ins', () => {
  test('are limited by address after 60 in a minute, while valid tokens still pass', async () => {
    const address = '203.0.113.7';
    const fail = (from = address) => server.access.authenticate('Bearer wrong', from);
    const first = server.now();
    for (let attempt = 0; attempt < 60; attempt++) {
      await expect(fail()).rejects.toMatchObject({ code: 'invalid_token' });
      server.pass(100);
    }
    const waited = server.now() - first;
    await expect(fail()).rejects.toMatchObject({
      code: 'rate_limit_exceeded',
      details: { retry_after: (60_000 - waited) / 1000 },
    });
    await expect(fail('::ffff:203.0.113.7')).rejects.toMatchObject({ code: 'rate_limit_exceeded' });
    await expect(fail('203.0.113.8')).rejects.toMatchObject({ code: 'invalid_token' });
    const good = await server.token({ userId: 'eve' });
    expect((await server.access.authenticate(`Bearer ${good}`, address)).userId).toBe('eve');
    server.pass(60_000 - waited - 1);
    await expect(fail()).rejects.toMatchObject({ code: 'rate_limit_exceeded', details: { retry_after: 0.001 } });
    server.pass(1);
    await expect(fail()).rejects.toMatchObject({ code: 'invalid_token' });
    server.pass(60_000);
  });

  test('over HTTP are answered 429 with Retry-After', async () => {
    const send = server.http('wrong');
    const codes: unknown[] = [];
    for (let attempt = 0; attempt < 61; attempt++) codes.push((await only(send(viewer))).status);
    expect(codes.slice(0, 60)).toEqual(Array(60).fill(401));
    const refused = await only(send(viewer));
    expect(refused).toMatchObject({
      status: 429,
      errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: 60, reason: 'failed_log_ins' } } }],
    });
    expect(refused.headers?.get('retry-after')).toBe('60');
    expect((await only(server.http(await server.token())(viewer))).status).toBe(200);
    server.pass(60_000);
  });
});

describe('API keys', () => {
  test('say when they were last used, at most once a minute', async () => {
    const input = { name: 'watch', userId: 'fay', tier: 'basic', scopes: [] } as const;
    const { key, apiKey } = await server.access.createApiKey(localAdministrator, { ...input, scopes: [] });
    const lastUse = async () => (await server.access.findApiKey(localAdministrator, apiKey.id))?.lastUsedAt;
    expect(await lastUse()).toBeNull();
    const first = server.now();
    await server.access.authenticate(`Bearer ${key}`, '::1');
    await expect.poll(lastUse).toEqual(new Date(first));
    server.pass(59_999);
    await server.access.authenticate(`Bearer ${key}`, '::1');
    server.pass(1);
    await server.access.authenticate(`Bearer ${key}`, '::1');
    await expect.poll(lastUse).toEqual(new Date(first + 60_000));
  });

  test('can be found, listed and revoked twice', async () => {
    const { apiKey } = await server.access.createApiKey(localAdministrator, {
      name: 'a',
      userId: 'gil',
      tier: 'pro',
      scopes: ['prompts:run'],
    });
    expect(await server.access.findApiKey(localAdministrator, apiKey.id)).toEqual(apiKey);
    expect(await server.access.listApiKeys(localAdministrator, { userId: 'gil' })).toEqual([apiKey]);
    const revoked = await server.access.revokeApiKey(localAdministrator, apiKey.id);
    server.pass(5000);
    expect(await server.access.revokeApiKey(localAdministrator, apiKey.id)).toEqual(revoked);
    expect(await server.access.findApiKey(localAdministrator, 'key_none')).toBeNull();
    await expect(server.access.revokeApiKey(localAdministrator, 'key_none')).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('the first start makes one for the administrator, later ones do not', async () => {
    const fresh = await startGuardedServer();
    try {
      const key = await fresh.access.ensureAdminKey();
      if (key === null) throw new Error('no key');
      const { data } = await only(fresh.http(key)(viewer));
      expect(data).toEqual({ viewer: { id: 'admin', tier: 'ENTERPRISE', scopes: [...scopes] } });
      expect(await fresh.access.ensureAdminKey()).toBeNull();
    } finally {
      await fresh.stop();
    }
  });

  test('keys that do not allow everything, or no longer, do not stand for the administrator', async () => {
    const fresh = await startGuardedServer();
    try {
      const make = (tier: Tier, granted: readonly Scope[]) =>
        fresh.access.createApiKey(localAdministrator, { name: 'k', tier, scopes: [...granted] });
      await make('enterprise', scopes.slice(1));
      await make('pro', scopes);
      const { apiKey } = await make('enterprise', scopes);
      expect(await fresh.access.ensureAdminKey()).toBeNull();
      await fresh.access.revokeApiKey(localAdministrator, apiKey.id);
      expect(await fresh.access.ensureAdminKey()).toMatch(/^lh_/);
    } finally {
      await fresh.stop();
    }
  });
});

test('the secret is private', async () => {
  expect((await stat(join(server.home, 'secret'))).mode & 0o777).toBe(0o600);
});

test('with authentication off everybody is the local administrator', async () => {
  const open = await startGuardedServer({ authentication: false });
  try {
    for (const credential of [null, 'anything']) {
      const { data } = await only(open.http(credential)(viewer));
      expect(data).toEqual({ viewer: { id: 'local', tier: 'ENTERPRISE', scopes: [...scopes] } });
    }
    expect((await only(open.ws(null)(viewer))).data).toMatchObject({ viewer: { id: 'local' } });
  } finally {
    await open.stop();
  }
});
