import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TokenValidator } from '../../../src/access/auth.js';
import { scopes } from '../../../src/access/Principal.js';
import { loadSecret } from '../../../src/access/secret.js';
import { openStorage } from '../../../src/server/openStorage.js';
import { startTestServer } from '../../support/startTestServer.js';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    const env = { PATH: process.env.PATH, LLAMAHOME_HOME: home };
    return { code: 0, ...(await promisify(execFile)(process.execPath, [program, ...args], { env })) };
  } catch (error) {
    const { code, stdout, stderr } = Object(error);
    return { code, stdout, stderr };
  }
}

describe('llamahome token', () => {
  test('prints a token that the server of this home accepts', async () => {
    const { code, stdout } = await run('token', '--user', 'ann');
    expect(code).toBe(0);
    const validator = new TokenValidator({ secretKey: await loadSecret({ home, secret: undefined }) });
    expect(await validator.validateToken(stdout.trim())).toMatchObject({ userId: 'ann', tier: 'basic' });
  });

  test('takes tier, scopes and time, and tells JSON', async () => {
    const { stdout } = await run(
      'token',
      '--user',
      'ann',
      '--tier',
      'pro',
      '--scope',
      'prompts:run',
      'metrics:read',
      '--expires-in',
      '60',
      '--json',
    );
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ user_id: 'ann', tier: 'pro', scopes: ['prompts:run', 'metrics:read'] });
    expect(Date.parse(told.expires_at) - Date.now()).toBeLessThanOrEqual(60_000);
    const validator = new TokenValidator({ secretKey: await loadSecret({ home, secret: undefined }) });
    expect(await validator.validateToken(told.token)).toMatchObject({
      scopes: new Set(['prompts:run', 'metrics:read']),
    });
  });

  test.each([
    [['token'], /--user/],
    [['token', '--user', ''], /--user must be/],
    [['token', '--user', 'ann', '--tier', 'gold'], /basic, pro, enterprise/],
    [['token', '--user', 'ann', '--scope', 'everything'], /prompts:run/],
    [['token', '--user', 'ann', '--expires-in', '0'], /--expires-in must be/],
    [['token', '--user', 'ann', '--expires-in', 'soon'], /whole number/],
    [['key', 'revoke', 'key_none'], /no API key/],
    [['key', 'create', '--user', 'ann', '--tier', 'gold'], /basic, pro, enterprise/],
  ])('says what is wrong: %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ at .*\.js/);
  });
});

describe('llamahome key', () => {
  test('makes, lists and revokes keys beside whoever has the database open', async () => {
    const storage = await openStorage({ database: 'sqlite', home, logger: pino({ level: 'silent' }) });
    try {
      const made = await run(
        'key',
        'create',
        '--user',
        'ben',
        '--name',
        'laptop',
        '--tier',
        'pro',
        '--scope',
        'prompts:run',
      );
      expect(made.stdout).toMatch(/^lh_[\w-]{43}\n$/);
      const [record] = await storage.apiKeys.list({ userId: 'ben' });
      expect(record).toMatchObject({ name: 'laptop', tier: 'pro', scopes: ['prompts:run'], revokedAt: null });

      const listed = JSON.parse((await run('key', 'list', '--json')).stdout);
      expect(listed.keys).toMatchObject([
        { id: record?.id, user_id: 'ben', name: 'laptop', prefix: made.stdout.slice(0, 9) },
      ]);
      expect(JSON.stringify(listed)).not.toContain(made.stdout.trim());
      expect((await run('key', 'list')).stdout).toContain('never used');
      expect((await run('key', 'list', '--user', 'nobody')).stdout).toBe('');

      const revoked = JSON.parse((await run('key', 'revoke', record?.id ?? '', '--json')).stdout);
      expect(revoked.revoked_at).not.toBeNull();
      expect((await storage.apiKeys.list())[0]?.revokedAt).toEqual(new Date(revoked.revoked_at));
    } finally {
      await storage.close();
    }
  });

  test('makes another key of an administrator for who has lost the first', async () => {
    const { key, ...told } = JSON.parse((await run('key', 'create', '--admin', '--json')).stdout);
    expect(told).toMatchObject({ user_id: 'admin', tier: 'enterprise', scopes });
    await using server = await startTestServer({ home });
    const { data } = await server.graphql<{ server: { version: string } }, never>('{ server { version } }', undefined, {
      key,
    });
    expect(data?.server.version).toMatch(/^\d/);
  });
});
