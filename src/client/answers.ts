import { APIError } from './APIError.js';
import { CancelledError, ConnectionError } from './errors.js';
import { isRecord, readErrorBody, toAPIError } from './toAPIError.js';
import type {
  BatchItem,
  Config,
  FinishReason,
  GenerationResult,
  LikelyToken,
  ModelInfo,
  ModelSummary,
  PromptState,
  PromptStatus,
  SubmittedPrompt,
  TokenLogprob,
  Usage,
} from './types.js';

/** How a prompt ended, without its text. */
export type StreamEnd = Omit<GenerationResult, 'text'>;

const finishReasons: readonly FinishReason[] = ['stop', 'length', 'cancelled', 'error'];
const statuses: readonly PromptStatus[] = ['queued', 'running', 'completed', 'failed', 'cancelled'];

function notUnderstood(): ConnectionError {
  return new ConnectionError('The answer is not understood: is this a LlamaHome server?', 'unexpected_answer', 200);
}

/** Reads one field of a given type. @throws ConnectionError */
function text(value: unknown): string {
  if (typeof value !== 'string') throw notUnderstood();
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw notUnderstood();
  return value;
}

function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw notUnderstood();
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw notUnderstood();
  return value;
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value == null ? null : read(value);
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T {
  const found = values.find((each) => each === value);
  if (found === undefined) throw notUnderstood();
  return found;
}

function readUsage(value: unknown): Usage {
  const usage = record(value);
  return {
    promptTokens: number(usage.prompt_tokens),
    completionTokens: number(usage.completion_tokens),
    totalTokens: number(usage.total_tokens),
  };
}

/** Left out where there are none. */
function readWarnings(value: unknown): string[] {
  return value == null ? [] : list(value).map(text);
}

/** Left out where they were not asked for. */
function readExtras({ json, logprobs }: Record<string, unknown>): Pick<GenerationResult, 'json' | 'logprobs'> {
  return {
    ...(json === undefined ? {} : { json }),
    ...(logprobs === undefined ? {} : { logprobs: list(logprobs).map(readLogprob) }),
  };
}

function readLogprob(value: unknown): TokenLogprob {
  return { ...readToken(value), top: list(record(value).top).map(readToken) };
}

function readToken(value: unknown): LikelyToken {
  const token = record(value);
  return { token: number(token.token), text: text(token.text), logprob: number(token.logprob) };
}

/** What a prompt that was cancelled before it ran has used. */
const noUsage: Usage = { promptTokens: 0, completionTokens: 0, totalTokens: 0 };

/** The last line of a stream, or undefined when it is damaged. */
export function readEnd(line: Record<string, unknown>): StreamEnd | undefined {
  try {
    return {
      usage: orNull(line.usage, readUsage) ?? noUsage,
      model: text(line.model),
      created: text(line.created),
      id: text(line.id),
      finishReason: oneOf(finishReasons, line.finish_reason),
      warnings: readWarnings(line.warnings),
      ...readExtras(line),
    };
  } catch (error) {
    if (error instanceof ConnectionError) return undefined;
    throw error;
  }
}

/** Why a prompt that was cancelled has no whole text. */
export function cancelled(id: string): CancelledError {
  return new CancelledError('The prompt was cancelled before it was complete.', 'cancelled', 499, { prompt_id: id });
}

/** POST /batch, one item for each prompt that was sent. */
export function readBatch(body: unknown, count: number): BatchItem[] {
  const results = list(record(body).results);
  if (results.length !== count) throw notUnderstood();
  return results.map((item) => {
    const result = record(item);
    const error = readErrorBody(result.error);
    if (error !== undefined) return toAPIError(error);
    const end = readEnd(result);
    if (end === undefined) throw notUnderstood();
    return end.finishReason === 'cancelled' ? cancelled(end.id) : { text: text(result.text), ...end };
  });
}

/** POST /prompts. What stands twice must agree: an id damaged on its way would lose the prompt. */
export function readSubmitted(body: unknown, headers: Headers): SubmittedPrompt {
  const prompt = record(body);
  const id = text(prompt.id);
  if ((headers.get('x-prompt-id') ?? id) !== id) throw notUnderstood();
  return { id, status: oneOf(statuses, prompt.status), warnings: readWarnings(prompt.warnings) };
}

/** GET /prompts/{id} */
export function readPrompt(body: unknown): PromptState {
  const prompt = record(body);
  const error = readErrorBody(prompt.error);
  return {
    id: text(prompt.id),
    status: oneOf(statuses, prompt.status),
    text: text(prompt.text),
    usage: orNull(prompt.usage, readUsage),
    model: text(prompt.model),
    created: text(prompt.created),
    warnings: readWarnings(prompt.warnings),
    finishReason: orNull(prompt.finish_reason, (value) => oneOf(finishReasons, value)),
    input: text(prompt.input),
    error: error === undefined ? null : toAPIError(error),
    attempt: number(prompt.attempt),
    queuePosition: orNull(prompt.queue_position, number),
    finished: orNull(prompt.finished, text),
    ...readExtras(prompt),
  };
}

function readModelSummary(value: unknown): ModelSummary {
  const model = record(value);
  return {
    id: text(model.id),
    name: text(model.name),
    version: text(model.version),
    parameters: text(model.parameters),
    contextLength: number(model.context_length),
  };
}

/** GET /models */
export function readModels(body: unknown): ModelSummary[] {
  return list(record(body).models).map(readModelSummary);
}

/** GET /models/{id} */
export function readModel(body: unknown): ModelInfo {
  const { capabilities, performance } = record(body);
  const { tokens_per_second, memory_required } = record(performance);
  return {
    ...readModelSummary(body),
    capabilities: list(capabilities).map(text),
    performance: {
      tokensPerSecond: orNull(tokens_per_second, number),
      memoryRequired: orNull(memory_required, text),
    },
  };
}

/** GET and POST /config */
export function readConfig(body: unknown): Config {
  const { model_settings, system_settings } = record(body);
  const model = record(model_settings);
  const system = record(system_settings);
  return {
    modelSettings: {
      defaultModel: text(model.default_model),
      maxTokens: number(model.max_tokens),
      temperature: number(model.temperature),
    },
    systemSettings: {
      cacheSize: text(system.cache_size),
      maxRequestsPerMinute: number(system.max_requests_per_minute),
    },
  };
}

/** Whether an item of a batch has failed: `results.filter((item) => !isFailed(item))` are the texts. */
export function isFailed(item: BatchItem): item is APIError {
  return item instanceof APIError;
}
