import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialConfig } from '../../src/config/Config.js';
import type { Engine, EngineOptions } from '../../src/engine/Engine.js';
import { startEngine } from '../../src/engine/startEngine.js';
import { writeDemoModel } from '../../src/models/demoModel.js';
import { ModelService } from '../../src/models/ModelService.js';
import { type Dispatched, Dispatcher } from '../../src/prompts/Dispatcher.js';
import { LivePrompt } from '../../src/prompts/LivePrompt.js';
import { normaliseInput } from '../../src/prompts/normaliseInput.js';
import { newRecord } from '../../src/prompts/records.js';

/** No vocabulary has it: llama.cpp refuses the decode. */
const unknownToken = 1_000_000;

let home: string;
let models: ModelService;
let dispatcher: Dispatcher;
const log: Record<string, unknown>[] = [];
const ended: Dispatched[] = [];

/** A real engine, to which a prompt that says "broken" comes with a token that can't be evaluated. */
async function startBrokenEngine(options: EngineOptions): Promise<Engine> {
  const engine = await startEngine(options);
  const submit = engine.submit.bind(engine);
  // The demo model's tokens below 256 are bytes.
  const textOf = (tokens: number[]) => Buffer.from(tokens.filter((token) => token < 256)).toString();
  engine.submit = (requests) =>
    submit(
      requests.map((request) => {
        const isBroken = textOf(request.tokens).includes('broken');
        return isBroken ? { ...request, tokens: [...request.tokens, unknownToken] } : request;
      }),
    );
  return engine;
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-decode-'));
  const modelPath = join(home, 'fragile.gguf');
  await writeDemoModel(modelPath);
  models = await ModelService.create({
    home,
    config: { current: initialConfig, onChange: () => () => {} },
    engineOptions: { slots: 2, contextLength: 256, threads: 1, gpu: false },
    startEngine: startBrokenEngine,
    logger: pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
  });
  const { id } = await models.addFile(modelPath);
  dispatcher = new Dispatcher({
    modelId: id,
    engine: () => models.engine(id),
    queueLimit: 8,
    ownersRunning: new Map(),
    beforeRun: async () => {},
    advanced: () => {},
    ended: (prompt) => void ended.push(prompt),
  });
});
afterAll(async () => {
  dispatcher.abandon();
  await models.close();
  await rm(home, { recursive: true });
});

async function processed(prompt: string): Promise<LivePrompt['prompt']> {
  const owner = { ownerId: 'u', ownerTier: 'basic', modelId: 'fragile', mode: 'attached' } as const;
  const record = newRecord(
    { ...owner, batchId: null, idempotencyKey: null, inputHash: null, warnings: [] },
    normaliseInput({ prompt, maxTokens: 4 }, initialConfig),
  );
  const live = new LivePrompt(record);
  const dispatched: Dispatched = {
    id: record.id,
    ownerId: 'u',
    priority: 'NORMAL',
    ownerLimit: 4,
    batch: null,
    live,
    mode: 'attached',
    tokens: [],
    deaths: 0,
    stopping: undefined,
  };
  await dispatcher.admit(dispatched);
  dispatcher.enqueue(dispatched);
  await live.ended();
  return live.prompt;
}

test('the caller of a prompt whose decode fails is told so, the log has the reason, and the engine goes on', async () => {
  const failed = await processed('This one is broken.');
  expect(failed).toMatchObject({
    status: 'FAILED',
    error: { code: 'engine_failed', message: 'The engine could not evaluate this prompt: try it again.' },
  });
  const lines = log.filter(({ msg }) => msg === 'the engine could not evaluate prompts');
  expect(lines).toEqual([
    expect.objectContaining({ level: 50, model: 'fragile', reason: expect.stringMatching(/\w{4}/) }),
  ]);
  const saysWhy = expect.objectContaining({ model: 'fragile', msg: expect.stringMatching(/invalid token/) });
  await expect.poll(() => log).toContainEqual(saysWhy);
  expect(await processed('This one is fine.')).toMatchObject({ status: 'COMPLETED', usage: { completionTokens: 4 } });
  expect(ended).toHaveLength(2);
});
