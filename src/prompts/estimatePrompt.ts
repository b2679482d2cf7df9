import type { Principal } from '../access/Principal.js';
import { withEngine } from '../engine/withEngine.js';
import { LlamaHomeError } from '../errors/index.js';
import { normaliseInput } from './normaliseInput.js';
import type { PromptInput } from './Prompt.js';
import type { PromptRunner } from './PromptRunner.js';
import type { PromptServiceOptions } from './PromptServiceOptions.js';
import { warningsOf } from './warningsOf.js';

export interface Estimate {
  promptTokens: number;
  cachedTokens: number;
  contextLength: number;
  fits: boolean;
  expectedQueueMs: number | null;
  expectedFirstTokenMs: number | null;
  /** As of the prompt, when it is run. */
  warnings: readonly string[];
}

/** What a prompt of this caller would cost and when it would begin; loads the model when needed. */
export async function estimatePrompt(
  { models, access, config }: PromptServiceOptions,
  runner: PromptRunner,
  principal: Principal,
  input: PromptInput,
): Promise<Estimate> {
  const { messages, sampling } = normaliseInput(input, config.current);
  const model = models.resolve(input.model);
  await access.countEstimate(principal);
  const {
    engine,
    result: [result],
  } = await withEngine(
    () => models.engine(model.id),
    (running) => running.tokenize([messages], principal.userId),
  );
  if (result === undefined) throw new LlamaHomeError('engine_failed', 'The engine gave no answer: try again.');
  if (result instanceof LlamaHomeError) throw result;
  const { contextLength } = engine.info;
  const { promptTokens, cachedTokens } =
    'moreThan' in result
      ? { promptTokens: result.moreThan + 1, cachedTokens: 0 }
      : { promptTokens: result.tokens.length, cachedTokens: result.cachedTokens };
  const expectedQueueMs = runner.dispatcherOf(model.id).expectedQueueMs();
  const rate = engine.stats().prefillTokensPerSecond;
  const prefillMs = rate === null ? null : Math.ceil(((promptTokens - cachedTokens) * 1000) / rate);
  return {
    promptTokens,
    cachedTokens,
    contextLength,
    fits: promptTokens + sampling.maxTokens <= contextLength,
    expectedQueueMs,
    expectedFirstTokenMs: expectedQueueMs === null || prefillMs === null ? null : expectedQueueMs + prefillMs,
    warnings: warningsOf(input, model),
  };
}
