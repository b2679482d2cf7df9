import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/Engine.js';
import { startEngine } from '../../src/engine/startEngine.js';
import { writeDemoModel } from '../../src/models/demoModel.js';
import { EngineRun } from '../support/engineRun.js';

/** Eve guesses how a prompt of Ann's goes on: what the engine tells and does must be the same for right and wrong. */
const beginning = 'These are the notes of the meeting, and nobody else may read them. '.repeat(5);
const secret = `${beginning}The code of the safe is 4711, and the spare key is under the mat by the back door.`;
const wrong = `${beginning}Xylophones were much dearer this year than in any of the last; we buy none`.padEnd(
  secret.length,
  '.',
);

let folder: string;
let modelPath: string;
let engine: Engine;
let run: EngineRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-isolation-'));
  modelPath = join(folder, 'demo.gguf');
  await writeDemoModel(modelPath);
});
afterAll(() => rm(folder, { recursive: true }));

async function start(slots: number): Promise<void> {
  engine = await startEngine({ slots, contextLength: 1024, threads: 1, gpu: false, modelPath });
  run = new EngineRun(engine);
}

/** What a prompt would reuse, as `estimate` tells it. */
async function estimate(content: string, scope: string, system?: string): Promise<number> {
  const said = system === undefined ? [] : [{ role: 'system' as const, content: system }];
  const [prompt] = await engine.tokenize([[...said, { role: 'user', content }]], scope);
  if (prompt === undefined || !('cachedTokens' in prompt)) throw new Error('refused');
  return prompt.cachedTokens;
}

/** What a prompt did reuse, and the tokens that had to be evaluated for it: that is its time to the first token. */
async function ask(content: string, scope: string, system?: string) {
  const before = engine.stats().prefilledTokens;
  const { finished } = await run.one(content, { maxTokens: 1 }, { scope, ...(system === undefined ? {} : { system }) });
  const { promptTokens = 0, cachedTokens = 0 } = finished?.usage ?? {};
  return { promptTokens, cachedTokens, evaluated: engine.stats().prefilledTokens - before };
}

describe.each([
  ['in a sequence', 4],
  ['among kept prefixes', 1],
])('a prompt whose state is %s', (_where, slots) => {
  beforeEach(async () => {
    await start(slots);
    await ask(secret, 'ann');
    if (slots === 1) await ask('Something else, of no interest here. '.repeat(9), 'ann');
  });
  afterEach(() => engine.close());

  test('tells nobody else what it was', async () => {
    const atMost = (await estimate('Quite unlike it.', 'eve')) + 1;
    expect(await estimate(secret, 'eve')).toBe(await estimate(wrong, 'eve'));
    expect(await estimate(secret, 'eve')).toBeLessThan(atMost);
    const right = await ask(secret, 'eve');
    const missed = await ask(wrong, 'fay');
    expect(right.cachedTokens).toBeLessThan(atMost);
    expect(missed.cachedTokens).toBe(right.cachedTokens);
    expect(missed.evaluated).toBe(right.evaluated);
  });

  test('is reused by its own user', async () => {
    const { promptTokens, cachedTokens, evaluated } = await ask(secret, 'ann');
    expect(cachedTokens).toBe(promptTokens - 1);
    expect(evaluated).toBe(1);
    // And only by it, when another had the same words meanwhile.
    await ask(secret, 'eve');
    expect((await ask(wrong, 'ann')).cachedTokens).toBeGreaterThanOrEqual(beginning.length);
    expect((await ask(wrong, 'fay')).cachedTokens).toBeLessThan(beginning.length);
  });

  test('leaves nothing behind when it is forgotten', async () => {
    const said = await run.request(secret, { maxTokens: 1 });
    await run.all([said]);
    expect(await estimate(secret, 'ann')).toBe(said.tokens.length - 1);
    // The prompt that ran before, with the same words, is another one.
    await engine.forget(['r0', said.id]);
    expect(await estimate(secret, 'ann')).toBe(await estimate('Quite unlike it.', 'ann'));
    expect((await ask(secret, 'ann')).evaluated).toBeGreaterThan(beginning.length);
  });
});

describe('with several sequences', () => {
  beforeEach(() => start(4));
  afterEach(() => engine.close());

  test('a prompt that still runs tells nobody else what it is', async () => {
    const long = await run.request(secret, { maxTokens: 400 });
    const running = run.until(long.id, ({ completionTokens }) => completionTokens > 0);
    const ended = run.end(long.id);
    engine.submit([long]);
    await running;
    const guesses = [await run.request(secret, {}, { scope: 'eve' }), await run.request(wrong, {}, { scope: 'fay' })];
    const [right, missed] = await run.all(guesses);
    const [own] = await run.all([await run.request(secret)]);
    engine.cancel([long.id]);
    await ended;
    expect(right?.finished?.usage.cachedTokens).toBe(missed?.finished?.usage.cachedTokens);
    expect(right?.finished?.usage.cachedTokens).toBeLessThan(beginning.length);
    expect(own?.finished?.usage.cachedTokens).toBe(long.tokens.length - 1);
  });

  test('a system text is shared by all while it is declared public, and not what follows it', async () => {
    const system = 'You answer briefly, in good English, and never with a list of things. '.repeat(4);
    await ask(secret, 'ann', system);
    expect((await ask(secret, 'ben', system)).cachedTokens).toBeLessThan(system.length);
    engine.publish([system]);
    const { promptTokens, cachedTokens, evaluated } = await ask(secret, 'cid', system);
    expect(cachedTokens).toBeGreaterThanOrEqual(system.length);
    expect(evaluated).toBe(promptTokens - cachedTokens);
    expect(await estimate(secret, 'eve', system)).toBe(await estimate('Quite unlike it.', 'eve', system));
    engine.publish([]);
    expect((await ask(secret, 'dan', system)).cachedTokens).toBeLessThan(system.length);
  });

  test('those of many users that begin with a public text are evaluated from its end on', async () => {
    const system = 'You answer briefly, in good English, and never with a list of things. '.repeat(4);
    engine.publish([system]);
    const users = ['ann', 'ben', 'cid', 'dan'];
    const requests = await Promise.all(users.map((scope) => run.request(`I am ${scope}.`, {}, { scope, system })));
    const results = await run.all(requests);
    const cached = results.map(({ finished }) => finished?.usage.cachedTokens ?? 0);
    expect(cached.filter((tokens) => tokens >= system.length)).toHaveLength(3);
    expect(new Set(results.map(({ text }) => text.length))).toEqual(new Set([16]));
  });
});
