import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withOwnLibraries } from '../../../src/engine/withOwnLibraries.js';

let folder: string;
let cuda: string;
let other: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-libraries-'));
  cuda = join(folder, 'cuda');
  other = join(folder, 'llama.cpp');
  await Promise.all([mkdir(cuda), mkdir(other)]);
  await writeFile(join(cuda, 'libcudart.so.12'), '');
  await writeFile(join(other, 'libggml-base.so'), '');
});
afterAll(() => rm(folder, { recursive: true }));

test('an engine does not look where another llama.cpp is, and still does where other libraries are', () => {
  const given = { HOME: '/', LD_LIBRARY_PATH: `${other}:${cuda}:/nowhere` };
  const { env, others } = withOwnLibraries(given);
  expect(others).toEqual([other]);
  expect(env).toEqual({ HOME: '/', LD_LIBRARY_PATH: `${cuda}:/nowhere` });
});

test('an environment that names no such folder stays as it is', () => {
  expect(withOwnLibraries({ HOME: '/' })).toEqual({ env: { HOME: '/' }, others: [] });
});
