import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Native } from '../../src/engine/llama/native.js';
import { StepCosts } from '../../src/engine/llama/StepCosts.js';
import { StepLoop } from '../../src/engine/llama/StepLoop.js';
import type { StepReport, SubmittedRequest } from '../../src/engine/protocol.js';
import { samplingDefaults } from '../../src/engine/sampling.js';
import { writeDemoModel } from '../../src/models/demoModel.js';

/** Guesses as many tokens as it is told, whatever they take and however wrong they are. */
class FixedCosts extends StepCosts {
  constructor(private readonly drafted: number) {
    super();
  }

  override worthDrafting(): number {
    return this.drafted;
  }
}

let folder: string;
let native: Native;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-guessing-'));
  const modelPath = join(folder, 'demo.gguf');
  await writeDemoModel(modelPath);
  native = await Native.load({
    modelPath,
    gpu: false,
    threads: 1,
    batchSize: 512,
    contextLength: () => 1024,
    sequences: async () => ({ slots: 4, sequenceBytes: 1 }),
  });
});

afterAll(() => rm(folder, { recursive: true }));

/** The texts of requests that run together, and the steps that they took. */
async function generate(drafted: number, requests: readonly SubmittedRequest[]) {
  const texts = requests.map(() => '');
  let left = requests.length;
  let steps = 0;
  await new Promise<void>((done) => {
    const take = ({ steps: taken, progress }: StepReport) => {
      steps += taken.filter(({ sequences }) => sequences > 0).length;
      for (const { id, text, finished } of progress) {
        texts[Number(id)] += text;
        if (finished !== undefined && --left === 0) done();
      }
    };
    const loop = new StepLoop(native, take, { lengthOf: () => 0 }, undefined, new FixedCosts(drafted));
    loop.submit(requests);
    void loop.run();
  });
  return { texts, steps };
}

function request(id: number, sampling: Partial<SubmittedRequest['sampling']> = {}): SubmittedRequest {
  const tokens = Array.from({ length: 30 }, (_, index) => 40 + ((index * (id + 3)) % 50));
  return {
    id: String(id),
    fullId: String(id),
    scope: 'ann',
    tokens,
    sampling: { ...samplingDefaults(), maxTokens: 300, temperature: 0, seed: 1, ...sampling },
  };
}

test.each([
  ['greedy', {}],
  ['by chance', { temperature: 0.8, seed: 7 }],
  ['with a repeat penalty', { temperature: 0.8, seed: 7, repeatPenalty: 1.3 }],
  ['with penalties', { temperature: 0.8, seed: 7, presencePenalty: 1, frequencyPenalty: 0.5 }],
  ['with a bias', { temperature: 0.8, seed: 7, logitBias: [{ token: 70, bias: 5 }] }],
  ['up to a stop text', { stop: ['e'] }],
])('guesses change nothing of a text: %s', async (_name, sampling) => {
  const plain = await generate(0, [request(0, sampling)]);
  const guessed = await generate(5, [request(0, sampling)]);
  expect(guessed.texts).toEqual(plain.texts);
  expect(guessed.steps).toBeLessThanOrEqual(plain.steps);
});

test('a text that repeats itself takes far fewer steps than it has tokens', async () => {
  const { texts, steps } = await generate(5, [request(0)]);
  expect(texts[0]).toHaveLength(300);
  expect(steps).toBeLessThan(200);
});

test('several that guess together each get what they get alone', async () => {
  const requests = [request(0), request(1, { maxTokens: 120 }), request(2, { temperature: 0.8, seed: 3 })];
  const together = await generate(3, requests);
  for (const [index, one] of requests.entries()) {
    const alone = await generate(0, [{ ...one, id: '0' }]);
    expect(together.texts[index]).toBe(alone.texts[0]);
  }
});
