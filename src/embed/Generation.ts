import { checkUserId } from '../access/grantInput.js';
import { localAdministrator } from '../access/Principal.js';
import type {
  BatchedPrompt,
  BatchOptions,
  FinishReason,
  GenerationResult,
  PromptOptions,
  PromptText,
  StreamOptions,
  TextChunk,
} from '../client/types.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { jsonOf } from '../prompts/jsonOf.js';
import type { Prompt } from '../prompts/Prompt.js';
import type { PromptService } from '../prompts/PromptService.js';
import { type PromptCaller, processBatch, processPrompt, streamPrompt } from '../prompts/runPrompt.js';
import type { OnBehalf } from './OnBehalf.js';
import { batchedInput, parametersOf, textOf } from './promptInput.js';

const finishReasons: Record<NonNullable<Prompt['finishReason']>, FinishReason> = {
  STOP: 'stop',
  LENGTH: 'length',
  CANCELLED: 'cancelled',
  ERROR: 'error',
};

function resultOf(prompt: Prompt): GenerationResult {
  const { promptTokens = 0, completionTokens = 0, totalTokens = 0 } = prompt.usage ?? {};
  const json = jsonOf(prompt);
  return {
    text: prompt.text,
    usage: { promptTokens, completionTokens, totalTokens },
    model: prompt.modelId,
    created: prompt.createdAt.toISOString(),
    id: prompt.id,
    finishReason: finishReasons[prompt.finishReason ?? 'ERROR'],
    warnings: [...prompt.warnings],
    ...(json === undefined ? {} : { json }),
    ...(prompt.logprobs === null ? {} : { logprobs: prompt.logprobs }),
  };
}

function cancelled({ id }: Prompt): LlamaHomeError {
  return new LlamaHomeError('cancelled', 'The prompt was cancelled before it was complete.', { prompt_id: id });
}

function itemOf(prompt: Prompt): GenerationResult | LlamaHomeError {
  if (prompt.status === 'CANCELLED') return cancelled(prompt);
  if (prompt.error === null) return resultOf(prompt);
  const { code, message, details } = prompt.error;
  return new LlamaHomeError(code, message, details);
}

/** A program's own prompts: the same operations as over the API, with no request in between and no limit of a tier's rate. */
export class Generation {
  constructor(private readonly prompts: PromptService) {}

  async process(prompt: PromptText, options: PromptOptions & OnBehalf): Promise<GenerationResult> {
    const { signal, idempotencyKey } = options;
    const input = { ...parametersOf(options), ...textOf(prompt), idempotencyKey };
    return unlessAborted(signal, async () => resultOf(await processPrompt(this.prompts, callerOf(options), input)));
  }

  async batch(
    prompts: readonly BatchedPrompt[],
    options: BatchOptions & OnBehalf,
  ): Promise<(GenerationResult | LlamaHomeError)[]> {
    const { signal, idempotencyKey, batchSize } = options;
    if (!Array.isArray(prompts)) throw invalidRequest('prompts', 'prompts must be a list of texts or objects.');
    if (prompts.length === 0) return [];
    const input = { ...parametersOf(options), prompts: prompts.map(batchedInput), batchSize, idempotencyKey };
    return unlessAborted(signal, async () => (await processBatch(this.prompts, callerOf(options), input)).map(itemOf));
  }

  async *stream(
    prompt: PromptText,
    options: StreamOptions & OnBehalf,
  ): AsyncGenerator<TextChunk, GenerationResult, void> {
    const { signal, idempotencyKey } = options;
    const chunkSize = options.chunkSize ?? 1;
    if (!Number.isInteger(chunkSize) || chunkSize < 1) {
      throw invalidRequest('chunkSize', 'chunkSize must be a whole number of at least 1.', { minimum: 1 });
    }
    const input = { ...parametersOf(options), ...textOf(prompt), idempotencyKey };
    signal?.throwIfAborted();
    const events = await streamPrompt(this.prompts, callerOf(options), input);
    let index = 0;
    let text = '';
    for await (const event of events) {
      if (event.type === 'chunk') text += event.text;
      if (event.type === 'failed') throw new LlamaHomeError(event.error.code, event.error.message, event.error.details);
      const isEnd = event.type === 'completed';
      if (text !== '' && (isEnd || text.length >= chunkSize)) {
        yield { text, index: index++ };
        text = '';
      }
      if (isEnd && event.prompt.status === 'CANCELLED') throw cancelled(event.prompt);
      if (isEnd) return resultOf(event.prompt);
    }
    signal?.throwIfAborted();
    throw new LlamaHomeError('internal_error', 'The stream ended too early.');
  }
}

function callerOf({ signal, userId }: { signal?: AbortSignal | undefined } & OnBehalf): PromptCaller {
  const principal = userId === undefined ? localAdministrator : { ...localAdministrator, userId: checkUserId(userId) };
  return { principal, signal: signal ?? new AbortController().signal };
}

/** An aborted call rejects with the reason of its signal. */
async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
