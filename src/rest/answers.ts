import type { Config } from '../config/Config.js';
import { roundUp } from '../models/memory.js';
import type { ConfigFieldsFragment, ModelFieldsFragment, PromptFieldsFragment } from './generated/graphql.js';
import { type ErrorBody, respell } from './respell.js';

type Json = Record<string, unknown>;

function usageAnswer(usage: PromptFieldsFragment['usage']): Json | null {
  if (usage == null) return null;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
  };
}

/** What was done otherwise than was asked; left out where nothing was. */
function warningsAnswer({ warnings }: Pick<PromptFieldsFragment, 'warnings'>): Json {
  return warnings.length === 0 ? {} : { warnings };
}

/** The answer as JSON and its log probabilities; left out where they were not asked for. */
function askedFor({ json, logprobs }: Pick<PromptFieldsFragment, 'json' | 'logprobs'>): Json {
  return { ...(json === null ? {} : { json }), ...(logprobs == null ? {} : { logprobs }) };
}

/** What is told of a Prompt that has ended, with its last line or its whole text. */
export function endOf(prompt: PromptFieldsFragment): Json {
  return {
    usage: usageAnswer(prompt.usage),
    model: prompt.modelId,
    created: prompt.createdAt,
    id: prompt.id,
    finish_reason: prompt.finishReason?.toLowerCase() ?? null,
    ...warningsAnswer(prompt),
    ...askedFor(prompt),
  };
}

/** A Prompt that was handed over, as POST /prompts answers it. */
export function submittedAnswer(prompt: Pick<PromptFieldsFragment, 'id' | 'status' | 'warnings'>): Json {
  return { id: prompt.id, status: prompt.status.toLowerCase(), ...warningsAnswer(prompt) };
}

/** A finished Prompt as POST /process and /batch answer it. */
export function textAnswer(prompt: PromptFieldsFragment): Json {
  return { text: prompt.text, ...endOf(prompt) };
}

/** An error inside an answer or a line, as the catalogue has it. */
export function errorAnswer(error: ErrorBody): Json {
  return { code: error.code.toLowerCase(), message: error.message, details: error.details ?? {} };
}

/** One result of POST /batch. */
export function batchedAnswer(prompt: PromptFieldsFragment): Json {
  return prompt.error == null ? textAnswer(prompt) : { error: errorAnswer(respell(prompt.error)), id: prompt.id };
}

export function batchAnswer(payload: { prompts: PromptFieldsFragment[]; usage: PromptFieldsFragment['usage'] }): Json {
  return { results: payload.prompts.map(batchedAnswer), usage: usageAnswer(payload.usage) };
}

/** A Prompt as it stands. */
export function promptAnswer(prompt: PromptFieldsFragment): Json {
  return {
    ...textAnswer(prompt),
    status: prompt.status.toLowerCase(),
    input: prompt.input,
    timings: prompt.timings && {
      queue_ms: prompt.timings.queueMs,
      time_to_first_token_ms: prompt.timings.timeToFirstTokenMs,
      decode_ms: prompt.timings.decodeMs,
      tokens_per_second: prompt.timings.tokensPerSecond,
    },
    error: prompt.error && errorAnswer(respell(prompt.error)),
    attempt: prompt.attempt,
    queue_position: prompt.queuePosition,
    finished: prompt.finishedAt,
  };
}

/** A Model in the list of GET /models. */
export function modelSummary(model: ModelFieldsFragment): Json {
  return {
    id: model.slug,
    name: model.name,
    version: model.version,
    parameters: model.parameters,
    context_length: model.contextLength,
  };
}

/** A Model as GET /models/{id} answers it. */
export function modelAnswer(model: ModelFieldsFragment): Json {
  return {
    ...modelSummary(model),
    capabilities: model.capabilities.map((capability) => capability.toLowerCase().replaceAll('_', '-')),
    performance: {
      tokens_per_second: model.performance?.tokensPerSecond ?? null,
      memory_required: model.performance?.memoryRequired == null ? null : memoryText(model.performance.memoryRequired),
    },
  };
}

/** Bytes as people say them, rounded up to two digits: "8GB", "2100MB", "310MB". */
export function memoryText(bytes: number): string {
  const rounded = roundUp(bytes);
  return rounded >= 1e9 && rounded % 1e9 === 0 ? `${rounded / 1e9}GB` : `${Math.ceil(rounded / 1e6)}MB`;
}

export function configAnswer({ modelSettings, systemSettings }: ConfigFieldsFragment | Config): Json {
  return {
    model_settings: {
      default_model: modelSettings.defaultModel,
      max_tokens: modelSettings.maxTokens,
      temperature: modelSettings.temperature,
    },
    system_settings: {
      cache_size: systemSettings.cacheSize,
      max_requests_per_minute: systemSettings.maxRequestsPerMinute,
    },
  };
}
