import { createHmac, generateKeyPairSync } from 'node:crypto';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { TokenGenerator, TokenValidator } from '../../../src/access/auth.js';

const secretKey = 'a secret that is long enough for HS256';
const start = Date.UTC(2026, 0, 1, 12, 0, 0, 437);

function pair() {
  let now = start;
  const clock = () => now;
  return {
    generator: new TokenGenerator({ secretKey, now: clock }),
    validator: new TokenValidator({ secretKey, now: clock }),
    pass: (ms: number) => (now += ms),
  };
}

/** A token of any claims, signed with the right secret. */
function signed(claims: Record<string, unknown>): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secretKey));
}

const inAnHour = start / 1000 + 3600;

describe('a token', () => {
  test('carries user, tier, scopes and end', async () => {
    const { generator, validator } = pair();
    const token = await generator.createToken({
      userId: 'ann',
      expiresIn: 3600,
      tier: 'pro',
      scopes: ['models:read', 'prompts:run'],
    });
    expect(await validator.validateToken(token)).toEqual({
      userId: 'ann',
      tier: 'pro',
      scopes: new Set(['prompts:run', 'models:read']),
      via: 'token',
      expiresAt: new Date(start + 3_600_000),
    });
  });

  test('is for a basic user unless it says otherwise', async () => {
    const { generator, validator } = pair();
    const principal = await validator.validateToken(await generator.createToken({ userId: 'ann', expiresIn: 60 }));
    expect(principal).toMatchObject({ tier: 'basic', scopes: new Set(['prompts:run', 'models:read', 'config:read']) });
  });

  test('is a JWT that others can read, with sub, tier, scope and exp', async () => {
    const token = await pair().generator.createToken({
      userId: 'ann',
      expiresIn: 60,
      scopes: ['prompts:run', 'prompts:all'],
    });
    const [header = '', payload = '', signature] = token.split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({ sub: 'ann', tier: 'basic', scope: 'prompts:run prompts:all' });
    expect(claims.exp - claims.iat).toBe(60);
    expect(createHmac('sha256', secretKey).update(`${header}.${payload}`).digest('base64url')).toBe(signature);
  });

  test('lasts to the millisecond', async () => {
    const { generator, validator, pass } = pair();
    const token = await generator.createToken({ userId: 'ann', expiresIn: 1 });
    pass(999);
    expect(await validator.validateToken(token)).not.toBeNull();
    pass(1);
    expect(await validator.validateToken(token)).toBeNull();
    await expect(validator.read(token)).rejects.toMatchObject({ code: 'token_expired' });
  });

  test.each([
    ['userId', { userId: '' }],
    ['userId', { userId: '   ' }],
    ['userId', { userId: 'a'.repeat(129) }],
    ['userId', { userId: 'nul\u0000' }],
    ['userId', { userId: 'half \ud83d' }],
    ['expiresIn', { expiresIn: 0 }],
    ['expiresIn', { expiresIn: -1 }],
    ['expiresIn', { expiresIn: 1.5 }],
    ['expiresIn', { expiresIn: 2 ** 31 }],
    ['expiresIn', { expiresIn: Number.NaN }],
  ])('is refused with a bad %s: %j', async (field, wrong) => {
    const claims = { userId: 'ann', expiresIn: 60, ...wrong };
    await expect(pair().generator.createToken(claims)).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field },
    });
  });

  test('needs a secret of 32 bytes', () => {
    expect(() => new TokenGenerator({ secretKey: 'a'.repeat(31) })).toThrow('at least 32 bytes');
    expect(() => new TokenValidator({ secretKey: new Uint8Array(31) })).toThrow('at least 32 bytes');
    expect(() => new TokenGenerator({ secretKey: 'é'.repeat(16) })).not.toThrow();
  });
});

describe('what is not a valid token', () => {
  const claims = { sub: 'ann', tier: 'basic', scope: 'prompts:run', exp: inAnHour };
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  async function tampered() {
    const [header, payload = '', signature] = (await signed(claims)).split('.');
    const forged = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), tier: 'enterprise' };
    return `${header}.${Buffer.from(JSON.stringify(forged)).toString('base64url')}.${signature}`;
  }

  const bad: [string, () => Promise<string> | string][] = [
    ['an empty one', () => ''],
    ['dots', () => '..'],
    ['words', () => 'not a token'],
    ['a tampered payload', tampered],
    [
      'another secret',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from('another secret of enough length!!!')),
    ],
    ['alg none', () => new UnsecuredJWT(claims).encode()],
    ['RS256', () => new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey)],
    [
      'HS256 with a public key as its secret',
      () =>
        new SignJWT(claims)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(Buffer.from(publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    [
      'HS512 with the right secret',
      () => new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(Buffer.from(secretKey.repeat(2))),
    ],
    ['no sub', () => signed({ exp: inAnHour })],
    ['an empty sub', () => signed({ ...claims, sub: '' })],
    ['no exp', () => signed({ sub: 'ann' })],
    ['an exp that is no number', () => signed({ ...claims, exp: 'tomorrow' })],
    ['an exp beyond all dates', () => signed({ ...claims, exp: 1e300 })],
    ['an unknown tier', () => signed({ ...claims, tier: 'emperor' })],
    ['a scope that is a list', () => signed({ ...claims, scope: ['prompts:run'] })],
    ['issued in the future', () => signed({ ...claims, iat: start / 1000 + 60 })],
    ['not valid yet', () => signed({ ...claims, nbf: Math.ceil(start / 1000) + 60 })],
    ['a huge one', () => signed({ ...claims, more: 'x'.repeat(10_000) })],
    ['fifty megabytes', () => 'x'.repeat(50_000_000)],
  ];

  test.each(bad)('%s', async (_name, make) => {
    const { validator } = pair();
    const token = await make();
    expect(await validator.validateToken(token)).toBeNull();
    await expect(validator.read(token)).rejects.toMatchObject({ code: 'invalid_token' });
  });

  test('a clock that is a little ahead is forgiven, an unknown scope is no scope', async () => {
    const { validator } = pair();
    const token = await signed({ ...claims, iat: start / 1000 + 3, scope: 'prompts:run everything __proto__' });
    expect(await validator.validateToken(token)).toMatchObject({ scopes: new Set(['prompts:run']) });
  });
});
