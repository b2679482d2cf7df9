import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentSchema } from '../../src/config/variables.js';
import { runProgram, testEnvironment } from '../support/startTestServer.js';

const program = fileURLToPath(new URL('../../bin/llamahome.js', import.meta.url));
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

  it.each(['serve', 'pull', 'list', 'models', 'show', 'ps', 'stop', 'cp', 'rm', 'token', 'key', 'doctor', 'bench'])(
    'explains %s',
    async (command) => {
      const { code, stdout } = await run(command, '--help');
      expect([code, stdout]).toEqual([0, expect.stringContaining(`Usage: llamahome ${command}`)]);
      expect(stdout).not.toMatch(/\[[^\]a-z]*\]|\["/);
    },
  );

  it('helps with a command that it does not know', async () => {
    const { code, stdout, stderr } = await run('srve');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/unknown command 'srve'.*Did you mean serve/s);
  });

  it.each([
    ['srve', 'serve'],
    ['lst', 'list'],
    ['ls', 'list'],
    ['instal', 'pull'],
    ['delete', 'rm'],
    ['benhc', 'bench'],
  ])('guesses what %s means', async (word, command) => {
    const { code, stderr } = await run(word);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`(Did you mean ${command}?)`)]);
  });

  it('guesses nothing where nothing is near', async () => {
    const { code, stderr } = await run('xyzzyplugh');
    expect([code, stderr]).toEqual([2, "error: unknown command 'xyzzyplugh'\n(llamahome --help lists the commands)\n"]);
  });

  it('ends quietly when nobody reads on', async () => {
    const line = `set -o pipefail; '${process.execPath}' '${program}' models --json | true`;
    const child = spawn('bash', ['-c', line], { env: testEnvironment(home), stdio: ['ignore', 'pipe', 'pipe'] });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, stderr]).toEqual([0, '']);
  });

  it.each<[string[], RegExp]>([
    [['serve', '--port', 'x'], /^--port is "x": write a whole number from 0 to 65535\.\n$/],
    [['serve', '--grace-ms', 'soon'], /^--grace-ms is "soon": write a whole number/],
    [
      ['serve', '--auth', 'off', '--host', '0.0.0.0'],
      /^--auth is "off" while --host is "0\.0\.0\.0".*--auth=on, or --host=127\.0\.0\.1\.\n$/,
    ],
    [['token', '--user', 'ann', '--expires-in', '0'], /^--expires-in must be a whole number of seconds/],
    [['token', '--user', ''], /^--user must be 1 to 128/],
    [['key', 'create', '--tier', 'gold'], /^--tier must be one of basic, pro, enterprise\.\n$/],
    [['key', 'create', '--scope', 'all'], /^--scope: There is no scope "all"/],
    [['key', 'create', '--admin', '--scope', 'prompts:run'], /'--admin' cannot be used with option '--scope/],
  ])('names the flag that is wrong: %j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });

  it('names the variable where that is wrong', async () => {
    const { code, stderr } = await runProgram(
      ['serve', '--port', '0'],
      testEnvironment(home, { LLAMAHOME_QUEUE: 'x' }),
    );
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^LLAMAHOME_QUEUE is "x"/)]);
  });

  it('has a flag for every setting that may be seen by others', async () => {
    const { stdout } = await run('serve', '--help');
    const hidden = ['LLAMAHOME_SECRET', 'LLAMAHOME_URL', 'LLAMAHOME_API_KEY', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
    for (const variable of Object.keys(environmentSchema.shape).filter((name) => !hidden.includes(name))) {
      expect(stdout).toContain(`--${variable.slice('LLAMAHOME_'.length).toLowerCase().replaceAll('_', '-')} <`);
    }
  });

  it('says before the first build what to run', async () => {
    const clone = join(home, 'clone');
    await mkdir(join(clone, 'bin'), { recursive: true });
    await copyFile(fileURLToPath(new URL('../../bin/llamahome.js', import.meta.url)), join(clone, 'bin/llamahome.js'));
    await writeFile(join(clone, 'package.json'), '{"type": "module"}');
    const child = spawn(process.execPath, [join(clone, 'bin/llamahome.js'), 'serve'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect([code, stderr]).toEqual([1, 'LlamaHome is not built yet. Write: npm ci && npm run build\n']);
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
