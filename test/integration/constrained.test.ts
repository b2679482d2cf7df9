import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/Engine.js';
import { startEngine } from '../../src/engine/startEngine.js';
import { writeDemoModel } from '../../src/models/demoModel.js';
import { EngineRun } from '../support/engineRun.js';
import { samples } from '../unit/engine/answers/support/samples.js';
import { validator } from '../unit/engine/answers/support/validators.js';

let folder: string;
let engine: Engine;
let run: EngineRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-constrained-'));
  const modelPath = join(folder, 'demo.gguf');
  await writeDemoModel(modelPath);
  engine = await startEngine({ modelPath, slots: 8, contextLength: 1024, threads: 1, gpu: false });
  run = new EngineRun(engine);
});

afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true });
});

function validatorOf(schema: unknown): ((value: unknown) => boolean) | undefined {
  try {
    return validator(schema);
  } catch {
    // Some public schemas are none by their own draft.
    return undefined;
  }
}

test('every answer that ends by itself validates under its schema, many at once', async () => {
  const every = samples().filter((_, index) => index % 12 === 0);
  const asked = every.flatMap(({ name, schema }) => {
    const validate = validatorOf(schema);
    return validate === undefined ? [] : [{ name, schema, validate }];
  });
  const requests = await Promise.all(
    asked.map(({ schema }, seed) =>
      run.request('Answer.', { responseFormat: { jsonSchema: schema }, temperature: 1, maxTokens: 500, seed }),
    ),
  );
  const results = await run.all(requests);
  const wrong = results.flatMap(({ text, finished, failed }, index) => {
    const { name, validate } = asked[index] ?? {};
    if (failed !== undefined) return [`${name}: ${failed}`];
    if (finished?.reason !== 'stop') return [];
    return validate?.(JSON.parse(text)) ? [] : [`${name}: ${text}`];
  });
  expect(wrong).toEqual([]);
  const ended = results.filter(({ finished }) => finished?.reason === 'stop').length;
  expect(ended / results.length).toBeGreaterThan(0.8);
}, 240_000);

describe('what must follow', () => {
  const responseFormat = { jsonSchema: { const: { city: 'Zürich', country: 'Switzerland' } } };

  test('is put in without a choice, and evaluated like a prompt', async () => {
    const { text, finished } = await run.one('Where?', { responseFormat, maxTokens: 200 });
    expect(JSON.parse(text)).toEqual({ city: 'Zürich', country: 'Switzerland' });
    expect(finished).toMatchObject({ reason: 'stop', usage: { completionTokens: Buffer.byteLength(text) } });
  });

  test('ends with maxTokens like all else', async () => {
    const { text, finished } = await run.one('Where?', { responseFormat, maxTokens: 7 });
    expect(finished).toMatchObject({ reason: 'length', usage: { completionTokens: 7 } });
    expect(Buffer.byteLength(text)).toBe(7);
  });

  test('ends with a stop text in its midst', async () => {
    const { text, finished } = await run.one('Where?', {
      responseFormat: { choices: ['one two three'] },
      stop: [' three'],
    });
    expect([text, finished?.reason]).toEqual(['one two', 'stop']);
  });

  test('stops where the context is full', async () => {
    const choice = 'x'.repeat(1500);
    const { text, finished } = await run.one('Long', { responseFormat: { choices: [choice] }, maxTokens: 2000 });
    expect(finished?.reason).toBe('length');
    expect(text.length).toBeGreaterThan(900);
    expect(choice.startsWith(text)).toBe(true);
  });

  test('leaves a state that a longer prompt goes on with', async () => {
    const choice = 'the very same answer';
    const first = await run.one('Tell me', { responseFormat: { choices: [choice] }, maxTokens: 50 });
    expect(first.text).toBe(choice);
    const free = await run.one('Tell me', { maxTokens: 4 });
    const again = await run.one('Tell me', { maxTokens: 4 });
    expect(again.text).toBe(free.text);
  });
});

test('a format that the engine can not hold an answer to fails that request alone', async () => {
  const bad = await run.request('x', { responseFormat: { regex: '(' } });
  const good = await run.request('x', { maxTokens: 3 });
  const [failed, whole] = await run.all([bad, good]);
  expect(failed?.failed).toMatch(/\w+/);
  expect(whole?.finished?.reason).toBe('length');
});
