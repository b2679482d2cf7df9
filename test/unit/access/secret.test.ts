import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSecret } from '../../../src/access/secret.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-secret-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const load = (secret?: string) => loadSecret({ home, secret });

test('is made at the first start, private, and stays the same', async () => {
  const secret = await load();
  expect(Buffer.from(secret, 'base64url')).toHaveLength(64);
  expect((await stat(join(home, 'secret'))).mode & 0o777).toBe(0o600);
  expect(await load()).toBe(secret);
  expect(await readdir(home)).toEqual(['secret']);
});

test('is the same for all that start at once', async () => {
  const secrets = await Promise.all(Array.from({ length: 50 }, () => load()));
  expect(new Set(secrets).size).toBe(1);
  expect(await readdir(home)).toEqual(['secret']);
});

test('makes the home folder private when it is missing', async () => {
  const fresh = join(home, 'deep', 'er');
  await loadSecret({ home: fresh, secret: undefined });
  expect((await stat(fresh)).mode & 0o777).toBe(0o700);
});

test('of the environment goes before the file', async () => {
  const given = 'given by the environment, long enough';
  expect(await load(given)).toBe(given);
  expect(await readdir(home)).toEqual([]);
});

test('that is too short is refused without being told', async () => {
  await expect(load('short')).rejects.toThrow(/LLAMAHOME_SECRET must have at least 32 bytes/);
  await expect(load('short')).rejects.not.toThrow(/"short"/);
  await writeFile(join(home, 'secret'), 'short\n');
  await expect(load()).rejects.toThrow(/too short/);
});

test('that others could read is made private again', async () => {
  const secret = await load();
  await chmod(join(home, 'secret'), 0o644);
  expect(await load()).toBe(secret);
  expect((await stat(join(home, 'secret'))).mode & 0o777).toBe(0o600);
});

test('that somebody wrote by hand is taken without its line end', async () => {
  await writeFile(join(home, 'secret'), `${'k'.repeat(40)}\n`);
  expect(await load()).toBe('k'.repeat(40));
  expect(await readFile(join(home, 'secret'), 'utf8')).toBe(`${'k'.repeat(40)}\n`);
});
