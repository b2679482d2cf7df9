import type { EngineInfo, TooManyTokens } from '../engine/Engine.js';
import type { SamplingParameters } from '../engine/sampling.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';

/** Why a loaded model can't run a prompt that has so many tokens; undefined when it can. */
export function refusalByModel(
  tokens: readonly number[],
  sampling: SamplingParameters,
  info: EngineInfo,
): LlamaHomeError | undefined {
  const { maxTokens, logitBias } = sampling;
  const { contextLength, vocabularySize } = info;
  if (tokens.length + maxTokens > contextLength) return tooLong(tokens.length, sampling, info);
  const unknown = logitBias.findIndex(({ token }) => token >= vocabularySize);
  return unknown === -1 ? undefined : noSuchToken(unknown, vocabularySize);
}

/** @param meanMs what a prompt took lately from its coming to its end; null when none has ended yet */
export function tooManyWait(limit: number, meanMs: number | null): LlamaHomeError {
  const seconds = Math.max(1, Math.ceil((meanMs ?? 1000) / 1000));
  return new LlamaHomeError(
    'overloaded',
    `Too many prompts wait for this model (at most ${limit}): try again in ${seconds} s.`,
    { retry_after: seconds },
  );
}

export function asError(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError) return error;
  return new LlamaHomeError('internal_error', 'The prompt could not be started.', undefined, { cause: error });
}

export function engineFailed(): LlamaHomeError {
  return new LlamaHomeError('engine_failed', 'The engine process ended while it worked on this prompt: try it again.');
}

/** The process goes on, and its log has the library's reason. */
export function notEvaluated(): LlamaHomeError {
  return new LlamaHomeError('engine_failed', 'The engine could not evaluate this prompt: try it again.');
}

export function deadlineExceeded(): LlamaHomeError {
  return new LlamaHomeError('deadline_exceeded', 'The prompt was not finished before its deadline.');
}

function noSuchToken(index: number, vocabularySize: number): LlamaHomeError {
  const maximum = vocabularySize - 1;
  const message = `logitBias[${index}].token must be a whole number from 0 to ${maximum}, the last token of this model.`;
  return invalidRequest(`logitBias[${index}].token`, message, { minimum: 0, maximum });
}

export function tooLong(
  prompt: number | TooManyTokens,
  { maxTokens }: SamplingParameters,
  { contextLength }: EngineInfo,
): LlamaHomeError {
  const [words, promptTokens] =
    typeof prompt === 'number' ? [prompt, prompt] : [`more than ${prompt.moreThan}`, prompt.moreThan + 1];
  return new LlamaHomeError(
    'context_length_exceeded',
    `The prompt has ${words} tokens; with ${maxTokens} tokens of answer that is more than the context of ${contextLength}. Shorten the prompt or ask for fewer tokens.`,
    { prompt_tokens: promptTokens, max_tokens: maxTokens, context_length: contextLength },
  );
}
