import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localAdministrator, type Principal, type Scope, type Tier } from '../../../src/access/Principal.js';
import { TokenValidator } from '../../../src/access/TokenValidator.js';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
beforeAll(async () => {
  server = await startGuardedServer();
});
afterAll(() => server.stop());

function principal(tier: Tier, ...scopes: Scope[]): Principal {
  return { userId: 'boss', tier, scopes: new Set(scopes), via: 'token' };
}

const validate = (token: string) =>
  new TokenValidator({ secretKey: server.secret, now: server.now }).validateToken(token);

describe('nobody grants more than it has', () => {
  test('no scope that it does not have', async () => {
    const boss = principal('pro', 'keys:manage', 'prompts:run');
    const scopes: Scope[] = ['prompts:run', 'config:write'];
    const refusal = { code: 'permission_denied', details: { required_scope: 'config:write' } };
    await expect(server.access.createToken(boss, { userId: 'ann', expiresIn: 60, scopes })).rejects.toMatchObject(
      refusal,
    );
    await expect(server.access.createApiKey(boss, { name: 'k', tier: 'basic', scopes })).rejects.toMatchObject(refusal);
  });

  test('no tier above its own', async () => {
    const boss = principal('pro', 'keys:manage');
    for (const tier of ['basic', 'pro'] as const) {
      await expect(server.access.createToken(boss, { userId: 'ann', expiresIn: 60, tier })).resolves.toBeDefined();
    }
    const refusal = { code: 'permission_denied', details: { tier: 'pro' } };
    await expect(
      server.access.createToken(boss, { userId: 'ann', expiresIn: 60, tier: 'enterprise' }),
    ).rejects.toMatchObject(refusal);
    await expect(server.access.createApiKey(boss, { name: 'k', tier: 'enterprise', scopes: [] })).rejects.toMatchObject(
      refusal,
    );
  });

  test('nothing at all without keys:manage', async () => {
    const user = principal('enterprise', 'prompts:run', 'prompts:all');
    const refusal = { code: 'permission_denied', details: { required_scope: 'keys:manage' } };
    await expect(server.access.createToken(user, { userId: 'boss', expiresIn: 60 })).rejects.toMatchObject(refusal);
    await expect(server.access.createApiKey(user, { name: 'k', tier: 'basic', scopes: [] })).rejects.toMatchObject(
      refusal,
    );
    await expect(server.access.revokeApiKey(user, 'key_1')).rejects.toMatchObject(refusal);
    await expect(server.access.findApiKey(user, 'key_1')).rejects.toMatchObject(refusal);
    await expect(server.access.listApiKeys(user)).rejects.toMatchObject(refusal);
  });

  test('and by default only what it has of what a basic user needs', async () => {
    const { token } = await server.access.createToken(principal('pro', 'keys:manage', 'prompts:run', 'prompts:all'), {
      userId: 'ann',
      expiresIn: 60,
    });
    expect(await validate(token)).toMatchObject({ userId: 'ann', tier: 'basic', scopes: new Set(['prompts:run']) });
  });
});

describe('keys:manage alone is no way to what belongs to others', () => {
  const boss = principal('pro', 'keys:manage', 'prompts:run');
  const reader = principal('pro', 'keys:manage', 'prompts:run', 'prompts:all');
  const refusal = { code: 'permission_denied', details: { required_scope: 'prompts:all' } };

  test('prompts:run for another user needs prompts:all', async () => {
    const key = { name: 'k', tier: 'basic' as const, scopes: ['prompts:run' as const] };
    await expect(server.access.createToken(boss, { userId: 'ann', expiresIn: 60 })).rejects.toMatchObject(refusal);
    await expect(server.access.createApiKey(boss, { ...key, userId: 'ann' })).rejects.toMatchObject(refusal);
    await expect(server.access.createToken(reader, { userId: 'ann', expiresIn: 60 })).resolves.toBeDefined();
    await expect(server.access.createApiKey(reader, { ...key, userId: 'ann' })).resolves.toBeDefined();
    for (const userId of [' boss ', null]) {
      await expect(server.access.createApiKey(boss, { ...key, userId })).resolves.toMatchObject({
        apiKey: { userId: 'boss' },
      });
    }
    const scopes: Scope[] = ['keys:manage'];
    await expect(server.access.createToken(boss, { userId: 'ann', expiresIn: 60, scopes })).resolves.toBeDefined();
  });

  test('a key of another user that may do more cannot be revoked', async () => {
    const make = async (userId: string, tier: Tier, ...scopes: Scope[]) =>
      (await server.access.createApiKey(localAdministrator, { name: 'k', userId, tier, scopes })).apiKey.id;
    const scoped = await make('ann', 'basic', 'config:write');
    await expect(server.access.revokeApiKey(boss, scoped)).rejects.toMatchObject({
      code: 'permission_denied',
      details: { required_scope: 'config:write' },
    });
    const tiered = await make('ann', 'enterprise');
    await expect(server.access.revokeApiKey(boss, tiered)).rejects.toMatchObject({
      code: 'permission_denied',
      details: { tier: 'pro' },
    });
    for (const id of [await make('ann', 'pro', 'prompts:run'), await make('boss', 'enterprise', 'config:write')]) {
      expect((await server.access.revokeApiKey(boss, id)).revokedAt).not.toBeNull();
    }
  });
});

describe('what is asked for', () => {
  const boss = principal('enterprise', 'keys:manage', 'prompts:run');

  test('a key is the caller’s own unless it says whose', async () => {
    const { apiKey } = await server.access.createApiKey(boss, {
      name: ' laptop ',
      tier: 'pro',
      scopes: ['prompts:run', 'prompts:run'],
    });
    expect(apiKey).toMatchObject({
      userId: 'boss',
      name: 'laptop',
      tier: 'pro',
      scopes: ['prompts:run'],
      lastUsedAt: null,
      revokedAt: null,
    });
    expect(apiKey.id).toMatch(/^key_[0-9a-f-]{36}$/);
  });

  test.each([
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(129) }],
    ['name', { name: 'nul\u0000' }],
    ['name', { name: 'half \udc00' }],
    ['userId', { userId: '' }],
    ['userId', { userId: 'half \ud83d' }],
  ])('a wrong %s is named: %j', async (field, wrong) => {
    const input = { name: 'k', tier: 'basic' as const, scopes: [], ...wrong };
    await expect(server.access.createApiKey(boss, input)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field },
    });
  });

  test('a token over GraphQL says when it runs out', async () => {
    const send = server.http(await server.adminToken());
    const mutation = 'mutation ($input: TokenInput!) { createToken(input: $input) { token expiresAt } }';
    const { data } = await only(send(mutation, { input: { userId: 'ann', expiresIn: 90, tier: 'PRO' } }));
    const { token, expiresAt } = Object(data?.createToken);
    expect(new Date(expiresAt).getTime()).toBe(server.now() + 90_000);
    expect(await validate(token)).toMatchObject({ userId: 'ann', tier: 'pro' });
    const wrong = await only(send(mutation, { input: { userId: 'ann', expiresIn: 0 } }));
    expect(wrong.errors).toMatchObject([
      { extensions: { code: 'INVALID_REQUEST', details: { field: 'expiresIn', minimum: 1 } } },
    ]);
  });
});
