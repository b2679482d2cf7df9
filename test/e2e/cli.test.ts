import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, testEnvironment } from '../support/startTestServer.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-cli-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const run = (...args: string[]) => runProgram(args, testEnvironment(home));

describe('llamahome', () => {
  it('tells its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' });
  });

  it.each(['serve', 'pull', 'models', 'rm', 'token', 'key', 'doctor'])('explains %s', async (command) => {
    const { code, stdout } = await run(command, '--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: llamahome ${command}`)]);
  });

  it('helps with a command that it does not know', async () => {
    const { code, stdout, stderr } = await run('srve');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown command 'srve'.*Did you mean serve/s);
  });

  it('says what is missing', async () => {
    const { code, stderr } = await run('pull');
    expect([code, stderr]).toEqual([2, expect.stringContaining("missing required argument 'model'")]);
  });

  it('ends with one line when a command fails', async () => {
    const { code, stderr } = await run('pull', 'no-such-model');
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('no-such-model')]);
  });
});
