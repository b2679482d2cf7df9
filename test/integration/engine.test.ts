import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, EngineNotice } from '../../src/engine/Engine.js';
import { startEngine } from '../../src/engine/startEngine.js';
import { LlamaHomeError } from '../../src/errors/index.js';
import { writeDemoModel } from '../../src/models/demoModel.js';
import { EngineRun } from '../support/engineRun.js';

const options = { slots: 4, contextLength: 1024, threads: 1, gpu: false } as const;

let folder: string;
let modelPath: string;
let engine: Engine;
let run: EngineRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-engine-'));
  modelPath = join(folder, 'demo.gguf');
  await writeDemoModel(modelPath);
  engine = await startEngine({ ...options, modelPath });
  run = new EngineRun(engine);
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

describe('generation', () => {
  test('gives exactly as many tokens as asked for, and says so', async () => {
    const { text, finished } = await run.one('Hello', { maxTokens: 24 });
    expect(text).toMatch(/^[ -~]{24}$/);
    expect(finished).toMatchObject({ reason: 'length', usage: { completionTokens: 24 } });
  });

  test('is reproduced by its seed and differs without it', async () => {
    const sampling = { temperature: 1, maxTokens: 32 };
    const first = await run.one('Dice', { ...sampling, seed: 7 });
    const second = await run.one('Dice', { ...sampling, seed: 7 });
    const other = await run.one('Dice', { ...sampling, seed: 8 });
    expect(second.text).toBe(first.text);
    expect(other.text).not.toBe(first.text);
  });

  test('ends before a stop text', async () => {
    const { text } = await run.one('Stop here', { maxTokens: 40 });
    const stop = text.slice(20, 23);
    const stopped = await run.one('Stop here', { maxTokens: 40, stop: [stop] });
    expect(stopped.text).toBe(text.slice(0, text.indexOf(stop)));
    expect(stopped.finished?.reason).toBe('stop');
  });

  test('a repeat penalty changes what is generated', async () => {
    const plain = await run.one('Again', { maxTokens: 64 });
    const penalised = await run.one('Again', { maxTokens: 64, repeatPenalty: 1.8 });
    expect(penalised.text).not.toBe(plain.text);
  });

  test('penalties keep an answer from saying the same again, negative ones make it', async () => {
    const distinct = ({ text }: { text: string }) => new Set(text).size;
    const plain = distinct(await run.one('Again', { maxTokens: 64 }));
    expect(distinct(await run.one('Again', { maxTokens: 64, presencePenalty: 2 }))).toBeGreaterThan(plain);
    expect(distinct(await run.one('Again', { maxTokens: 64, frequencyPenalty: 2 }))).toBeGreaterThan(plain);
    expect(distinct(await run.one('Again', { maxTokens: 64, frequencyPenalty: -2 }))).toBeLessThan(plain);
  });

  test('a presence penalty counts the answer alone, not the prompt', async () => {
    // The prompt has every letter: were it counted, all would be penalised alike and nothing would change.
    const letters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
    const [first = ''] = (await run.one(letters, { maxTokens: 1 })).text;
    const penalised = await run.one(letters, { maxTokens: 1, presencePenalty: 2 });
    expect(penalised.text).toBe(first);
  });

  test('a bias forces a token, or forbids it', async () => {
    const [token = -1] = (await run.request('Q')).tokens.filter((_, index, all) => index === all.indexOf(0x51));
    const forced = await run.one('Biased', { maxTokens: 8, logitBias: [{ token: 0x51, bias: 100 }] });
    expect(token).toBe(0x51);
    expect(forced.text).toBe('QQQQQQQQ');
    const plain = await run.one('Biased', { maxTokens: 8 });
    const banned = plain.text.charCodeAt(0);
    const without = await run.one('Biased', { maxTokens: 8, logitBias: [{ token: banned, bias: -100 }] });
    expect(without.text).not.toContain(plain.text[0]);
  });

  test('several at once get what each gets alone', async () => {
    const prompts = ['one', 'two', 'three', 'four'];
    const alone = [];
    for (const prompt of prompts) alone.push((await run.one(prompt)).text);
    const together = await run.all(await Promise.all(prompts.map((prompt) => run.request(prompt))));
    expect(together.map(({ text }) => text)).toEqual(alone);
  });

  test('those that stand apart when others have ended are moved together, and go on as before', async () => {
    const other = await startEngine({ ...options, slots: 6, modelPath });
    const apart = new EngineRun(other);
    const requests = [];
    for (const [index, maxTokens] of [300, 8, 250, 8, 200, 8].entries()) {
      requests.push(await apart.request(`Part ${index}`, { maxTokens }));
    }
    const results = await apart.all(requests);
    await other.close();
    for (const [index, { text, finished }] of results.entries()) {
      const maxTokens = requests[index]?.sampling.maxTokens ?? 0;
      expect(finished?.usage.completionTokens).toBe(maxTokens);
      expect(text).toBe((await run.one(`Part ${index}`, { maxTokens })).text);
    }
  });

  test('more than there are sequences wait and all end', async () => {
    const requests = await Promise.all(Array.from({ length: 13 }, (_, index) => run.request(`Number ${index}`)));
    const results = await run.all(requests);
    expect(results.every(({ text }) => text.length === 16)).toBe(true);
    expect(engine.stats()).toMatchObject({ busy: 0, staged: 0 });
  });
});

describe('the prompt', () => {
  test('every character has its tokens', async () => {
    const plain = await run.request('x');
    const emoji = await run.request('x🦙');
    expect(emoji.tokens.length - plain.tokens.length).toBe(4);
  });

  test('may be much longer than the context: how long is told, not that it failed', async () => {
    const asked = ['a'.repeat(2_000), 'a'.repeat(300_000)].map((content) => [{ role: 'user' as const, content }]);
    const [long, longer] = await engine.tokenize(asked);
    expect(long && 'tokens' in long ? long.tokens.length : 0).toBeGreaterThan(2_000);
    // One far too long is not counted to its end.
    expect(longer).toEqual({ moreThan: engine.info.contextLength });
  });

  test('markers of the chat template are only text when a user writes them', async () => {
    const plain = await run.request('ab');
    const marker = '<|im_end|>';
    const injected = await run.request(`a${marker}b`);
    expect(injected.tokens.length - plain.tokens.length).toBe(marker.length);
  });

  test('of which the chat template leaves nothing is refused, and those beside it are not', async () => {
    const path = join(folder, 'silent.gguf');
    const users = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}";
    await writeDemoModel(path, { chatTemplate: users });
    const silent = await startEngine({ ...options, modelPath: path });
    const results = await silent.tokenize([
      [{ role: 'system', content: 'Be brief.' }],
      [{ role: 'user', content: 'Hello' }],
    ]);
    await silent.close();
    expect(results[0]).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(/leaves nothing/) });
    expect(results[1]).toMatchObject({ tokens: [...Buffer.from('Hello')] });
  });

  test('without a token is never sampled: it fails alone, whatever decodes beside it', async () => {
    const busy = await run.request('Busy meanwhile', { maxTokens: 100 });
    const ended = run.end(busy.id);
    const decoding = run.until(busy.id, ({ completionTokens }) => completionTokens > 0);
    engine.submit([busy]);
    await decoding;
    const empty = { ...busy, id: 'empty', tokens: [] };
    const [refused] = await run.all([empty]);
    expect(refused).toMatchObject({ text: '', failed: expect.stringMatching(/no tokens/), finished: undefined });
    expect((await ended).finished?.usage.completionTokens).toBe(100);
  });

  test('what was evaluated before is reused', async () => {
    const prompt = 'A prompt that comes twice. '.repeat(8);
    const first = await run.one(prompt);
    const second = await run.one(prompt);
    const promptTokens = first.finished?.usage.promptTokens ?? 0;
    expect(second.finished?.usage).toMatchObject({ promptTokens, cachedTokens: promptTokens - 1 });
    expect(second.text).toBe(first.text);
  });

  test('a prefix that several share is evaluated once', async () => {
    const prefix = 'All of these begin alike, and at some length. '.repeat(10);
    const requests = await Promise.all(['a', 'b', 'c', 'd'].map((end) => run.request(prefix + end)));
    const results = await run.all(requests);
    const cached = results.map(({ finished }) => finished?.usage.cachedTokens ?? 0);
    expect(cached.filter((tokens) => tokens >= prefix.length)).toHaveLength(3);
    const alone = await run.one(`${prefix}c`);
    expect(results[2]?.text).toBe(alone.text);
  });
});

describe.runIf(process.platform === 'linux')('a prefix that had to make room', () => {
  let small: Engine;
  let conversation: EngineRun;

  beforeAll(async () => {
    small = await startEngine({ ...options, slots: 1, modelPath });
    conversation = new EngineRun(small);
  });

  afterAll(() => small.close());

  test('is kept, and needs no evaluation when it comes back', async () => {
    const first = 'The first conversation, told at some length. '.repeat(8);
    const second = 'Quite another one, of which nothing is known. '.repeat(8);
    const before = await conversation.one(first);
    await conversation.one(second);
    const again = await conversation.one(first);
    const promptTokens = before.finished?.usage.promptTokens ?? 0;
    expect(again.finished?.usage.cachedTokens).toBe(promptTokens - 1);
    expect(again.text).toBe(before.text);
    const other = await conversation.one(`${second}And then?`);
    expect(other.finished?.usage.cachedTokens).toBeGreaterThan(second.length);
  });

  test('is told by what a prompt would cost', async () => {
    const content = 'The first conversation, told at some length. '.repeat(8);
    const [estimate] = await small.tokenize([[{ role: 'user', content }]], 'ann');
    expect(estimate).toMatchObject({ cachedTokens: expect.any(Number) });
    expect(estimate && 'cachedTokens' in estimate ? estimate.cachedTokens : 0).toBeGreaterThan(300);
  });

  test('leaves no file behind', async () => {
    // Engines of other tests may be writing one just now: it has a name for a moment only.
    const named = async () => (await readdir('/dev/shm')).filter((name) => name.startsWith('llamahome-'));
    await expect.poll(named).toEqual([]);
  });
});

describe('cancelling', () => {
  test('stops one that decodes and frees its sequence', async () => {
    const request = await run.request('Long', { maxTokens: 900 });
    const ended = run.end(request.id);
    const decoding = run.until(request.id, ({ completionTokens }) => completionTokens > 0);
    engine.submit([request]);
    await decoding;
    engine.cancel([request.id]);
    const { finished } = await ended;
    expect(finished?.reason).toBe('cancelled');
    expect(finished?.usage.completionTokens).toBeLessThan(900);
    expect(engine.stats().busy).toBe(0);
  });

  test('stops one in prefill', async () => {
    const request = await run.request('word '.repeat(180), { maxTokens: 10 });
    const ended = run.end(request.id);
    engine.submit([request]);
    engine.cancel([request.id]);
    const { finished, text } = await ended;
    expect(finished?.reason).toBe('cancelled');
    expect(text).toBe('');
  });

  test('stops one that still waits for a sequence', async () => {
    const requests = await Promise.all(
      Array.from({ length: 5 }, (_, index) => run.request(`Busy ${index}`, { maxTokens: 200 })),
    );
    const all = run.all(requests);
    engine.cancel([requests[4]?.id ?? '']);
    const results = await all;
    expect(results[4]?.finished).toMatchObject({ reason: 'cancelled', usage: { completionTokens: 0 } });
    expect(results.slice(0, 4).every(({ finished }) => finished?.reason === 'length')).toBe(true);
  });
});

describe('a decode that fails', () => {
  test('is told with its reason, and the next prompt works', async () => {
    const notices: EngineNotice[] = [];
    const other = await startEngine({ ...options, modelPath, onNotice: (notice) => notices.push(notice) });
    const failing = new EngineRun(other);
    const good = await failing.request('Fine');
    const [result] = await failing.all([{ ...good, id: 'bad', tokens: [5, 1_000_000] }]);
    expect(result).toMatchObject({ failed: expect.stringMatching(/\w/), finished: undefined });
    expect(notices).toEqual([
      { level: 'error', message: 'the engine could not evaluate prompts', reason: result?.failed },
    ]);
    const [next] = await failing.all([good]);
    expect(next?.finished?.reason).toBe('length');
    await other.close();
  });
});

describe('a model that can not be loaded is told by what is wrong with it:', () => {
  const refusalOf = async (path: string) => {
    const error: unknown = await startEngine({ ...options, modelPath: path }).catch((refusal: unknown) => refusal);
    return error instanceof LlamaHomeError ? error.message : error;
  };

  test('its chat template', async () => {
    const path = join(folder, 'template.gguf');
    await writeDemoModel(path, { chatTemplate: '{% for m in messages %}{{ m.content' });
    const message = await refusalOf(path);
    expect(message).toMatch(/^The chat template of this model can not be read: \w.*The weights are not at fault/);
    expect(message).not.toMatch(/remove|pull/i);
  });

  test('its kind', async () => {
    const path = join(folder, 'kind.gguf');
    await writeDemoModel(path, { architecture: 'nonsense' });
    const message = await refusalOf(path);
    expect(message).toMatch(/^This engine does not know this kind of model/);
    expect(message).not.toMatch(/remove|pull/i);
  });

  test('its file', async () => {
    const path = join(folder, 'half.gguf');
    const whole = await readFile(modelPath);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    expect(await refusalOf(path)).toMatch(/^The model file is damaged or cut short: remove it/);
  });
});

describe('the process', () => {
  test('a file that was cut short is refused with a reason', async () => {
    const path = join(folder, 'cut.gguf');
    const whole = await readFile(modelPath);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    await expect(startEngine({ ...options, modelPath: path })).rejects.toMatchObject({ code: 'model_unavailable' });
  });

  test('that is killed settles `closed` and refuses further work', async () => {
    const other = await startEngine({ ...options, modelPath });
    process.kill(other.pid, 'SIGKILL');
    expect(await other.closed).toMatchObject({ expected: false });
    await expect(other.tokenize([[{ role: 'user', content: 'x' }]])).rejects.toMatchObject({ code: 'engine_failed' });
  });

  test('ends when its server is killed', async () => {
    const script = `
      import { startEngine } from ${JSON.stringify(new URL('../../dist/engine/startEngine.js', import.meta.url).href)};
      const engine = await startEngine(${JSON.stringify({ ...options, modelPath })});
      console.log(engine.pid);
      setInterval(() => {}, 1000);
    `;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => server.stdout.once('data', (data) => resolve(Number(data))));
    server.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
