import { afterAll, beforeAll, expect, test } from 'vitest';
import { localAdministrator, type Scope } from '../../../src/access/Principal.js';
import { type GuardedServer, startGuardedServer } from './guardedServer.js';

/** A token that is made with another token, or with an API key, lives no longer than that. */
let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer();
});
afterAll(() => server.stop());

const scopes: Scope[] = ['keys:manage', 'prompts:run'];

const principalOf = (credential: string) => server.access.authenticate(`Bearer ${credential}`, '127.0.0.1');

/** What somebody makes who shows a credential. */
async function made(credential: string, expiresIn: number): Promise<{ token: string; expiresAt: Date }> {
  const principal = await principalOf(credential);
  return server.access.createToken(principal, { userId: principal.userId, expiresIn, scopes });
}

async function key(): Promise<{ id: string; key: string }> {
  const input = { name: 'maker', userId: 'maker', tier: 'pro' as const, scopes };
  const { apiKey, key } = await server.access.createApiKey(localAdministrator, input);
  return { id: apiKey.id, key };
}

const revoked = {
  code: 'invalid_token',
  message: 'The API key that this token was made with was revoked. Get a new token.',
};

test('a token made with a token ends no later, and says when', async () => {
  const first = await server.token({ scopes, expiresIn: 90 });
  const end = (await principalOf(first)).expiresAt;
  const second = await made(first, 365 * 24 * 3600);
  const third = await made(second.token, 3600);
  expect([second.expiresAt, third.expiresAt]).toEqual([end, end]);
  expect((await principalOf(third.token)).expiresAt).toEqual(end);
  expect((await made(first, 30)).expiresAt.getTime()).toBe(server.now() + 30_000);
});

test('revoking a key ends the tokens made with it, and those made with them', async () => {
  const maker = await key();
  const other = await made((await key()).key, 3600);
  const child = await made(maker.key, 3600);
  const grandchild = await made(child.token, 3600);
  const own = await server.access.createApiKey(await principalOf(maker.key), {
    name: 'own',
    tier: 'basic',
    scopes: [],
  });
  expect(await principalOf(grandchild.token)).toMatchObject({ via: 'token', userId: 'maker' });
  await server.access.revokeApiKey(localAdministrator, maker.id);
  for (const { token } of [child, grandchild]) await expect(principalOf(token)).rejects.toMatchObject(revoked);
  expect(await principalOf(other.token)).toMatchObject({ via: 'token' });
  // A key stands for itself.
  expect(await principalOf(own.key)).toMatchObject({ via: 'key' });
});

test('an open socket with such a token is closed at once', async () => {
  const maker = await key();
  const child = await principalOf((await made(maker.key, 3600)).token);
  const shown: string[] = [];
  const leave = server.access.watch(child, ({ code, message }) => shown.push(`${code}: ${message}`));
  await expect(server.access.stillValid(child)).resolves.toBe(child);
  await server.access.revokeApiKey(localAdministrator, maker.id);
  await expect.poll(() => shown).toEqual([`${revoked.code}: ${revoked.message}`]);
  await expect(server.access.stillValid(child)).rejects.toMatchObject(revoked);
  leave();
});

test('one bearer whose token has run out takes nobody else of the same key along', async () => {
  const maker = await key();
  const short = await principalOf((await made(maker.key, 1)).token);
  const long = await principalOf((await made(maker.key, 3600)).token);
  const shown: string[] = [];
  const leave = [short, long].map((principal, index) =>
    server.access.watch(principal, ({ code }) => shown.push(`${index} ${code}`)),
  );
  server.pass(2000);
  await expect.poll(() => shown, { timeout: 5000 }).toEqual(['0 token_expired']);
  for (const stop of leave) stop();
});
