import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/Engine.js';
import { startEngine } from '../../../src/engine/startEngine.js';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import { EngineRun } from '../../support/engineRun.js';

const prompts: [string, string][] = [
  ['a word', 'Hello'],
  ['nothing', ''],
  ['other scripts', 'naïve 😀\n\t漢字'],
  ['its own markers', '<|im_end|></s>'],
  ['control characters', '\0\x01\x7f'],
  ['a long text', 'all work and no play '.repeat(30)],
  ['spaces and digits', "it's  12345 \r\n\n x"],
  ['joined emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
];
const temperatures = [0, 0.7, 1, 2];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-demo-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('the vocabulary of the demo model', () => {
  let llama: Llama;
  let model: LlamaModel;
  beforeAll(async () => {
    const modelPath = join(folder, 'vocabulary.gguf');
    await writeDemoModel(modelPath);
    llama = await getLlama({ build: 'never', gpu: false, logLevel: LlamaLogLevel.error });
    model = await llama.loadModel({ modelPath, vocabOnly: true });
  });
  afterAll(async () => {
    await llama.dispose();
  });

  test.each(prompts)('spells %s byte by byte and back', (_what, text) => {
    const tokens = model.tokenize(text, false, 'trimLeadingSpace');
    expect(tokens).toEqual([...Buffer.from(text)]);
    expect(model.detokenize(tokens)).toBe(text);
  });

  test('has markers of its own for turns, and they end generation', () => {
    const tokens = model.tokenize('<|im_start|>user\nhi<|im_end|>', true);
    expect(tokens).toHaveLength(1 + 7 + 1);
    expect(model.detokenize(tokens, true)).toBe('<|im_start|>user\nhi<|im_end|>');
    expect(model.isEogToken(tokens.at(-1))).toBe(true);
  });
});

describe.each([
  ['as it is', {}],
  ['made larger', { layers: 4, embedding: 96, contextLength: 4096 }],
])('the demo model %s', (_how, options) => {
  let engine: Engine;
  let run: EngineRun;
  beforeAll(async () => {
    const modelPath = join(folder, `${JSON.stringify(options).length}.gguf`);
    await writeDemoModel(modelPath, options);
    engine = await startEngine({ modelPath, slots: 4, contextLength: 1024, threads: 1, gpu: false });
    run = new EngineRun(engine);
  });
  afterAll(async () => {
    await engine.close();
  });

  test.each(prompts)('says printable ASCII until max_tokens after %s, at any temperature', async (_what, prompt) => {
    const requests = temperatures.map((temperature) => run.request(prompt, { maxTokens: 150, temperature, seed: 1 }));
    for (const { text, finished } of await run.all(await Promise.all(requests))) {
      expect(text).toMatch(/^[ -~]{150}$/);
      expect(finished?.reason).toBe('length');
    }
  });

  test('says different things to different prompts', async () => {
    const requests = ['one', 'two', 'three'].map((prompt) => run.request(prompt, { maxTokens: 100 }));
    const texts = await run.all(await Promise.all(requests));
    expect(new Set(texts.map(({ text }) => text)).size).toBe(3);
  });
});

test('the demo model is the same each time', async () => {
  const paths = [join(folder, 'once.gguf'), join(folder, 'twice.gguf')];
  for (const path of paths) await writeDemoModel(path);
  const [once, twice] = await Promise.all(paths.map((path) => readFile(path)));
  expect(once?.equals(twice ?? Buffer.alloc(0))).toBe(true);
});
