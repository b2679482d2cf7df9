import { randomInt } from 'node:crypto';
import type { Config } from '../config/Config.js';
import type { ChatMessage } from '../engine/Engine.js';
import { type SamplingParameter, type SamplingParameters, samplingParameters } from '../engine/sampling.js';
import { invalidRequest } from '../errors/index.js';
import { checkLogitBias, checkNumber, checkTextList, wellFormed } from './checkParameter.js';
import { checkResponseFormat } from './checkResponseFormat.js';
import type { PromptInput } from './Prompt.js';
import { type Priority, parameters } from './parameters.js';
import { promptLimits } from './promptLimits.js';

/** A PromptInput with everything resolved that needs no model. */
export interface NormalisedInput {
  input: string;
  messages: ChatMessage[];
  sampling: SamplingParameters;
  priority: Priority;
  deadlineMs: number | null;
}

/**
 * Checks a caller's input and fills in what Config and the table of parameters say.
 * @throws LlamaHomeError `invalid_request` naming the field and what is allowed
 */
export function normaliseInput(input: PromptInput, config: Config): NormalisedInput {
  const messages = messagesOf(input);
  const { deadlineMs } = input;
  return {
    input: input.prompt != null ? wellFormed('prompt', input.prompt) : transcript(messages),
    messages,
    priority: input.priority ?? 'NORMAL',
    deadlineMs: deadlineMs == null ? null : checkNumber('deadlineMs', deadlineMs, parameters.deadlineMs),
    sampling: samplingOf(input, config),
  };
}

function samplingOf(input: PromptInput, config: Config): SamplingParameters {
  const { maxTokens, temperature } = config.modelSettings;
  const given: Record<string, unknown> = { ...input };
  const configured: Record<string, number> = { maxTokens, temperature };
  const entries = Object.entries<SamplingParameter>(samplingParameters).map(([name, parameter]) => {
    return [name, resolved(name, parameter, given[name] ?? undefined, configured)];
  });
  // Each value is of the kind that the table says, and the type is made from the same table.
  return Object.fromEntries(entries);
}

function resolved(name: string, parameter: SamplingParameter, given: unknown, configured: Record<string, number>) {
  if (parameter.kind === 'textList') return checkTextList(name, given ?? [], parameter);
  if (parameter.kind === 'logitBias') return checkLogitBias(name, given ?? [], parameter);
  if (given === undefined && hasNoDefault(parameter)) return null;
  if (parameter.kind === 'responseFormat') return checkResponseFormat(name, given, parameter);
  // Of more values than a caller can ask for.
  if (given === undefined && parameter.default === 'random') return randomInt(2 ** 32);
  const fallback = parameter.default === 'config' ? configured[name] : parameter.default;
  return checkNumber(name, given ?? fallback, parameter);
}

function hasNoDefault(parameter: Exclude<SamplingParameter, { maxItems: number }>): boolean {
  return parameter.kind === 'responseFormat' || parameter.default === 'none';
}

function messagesOf({ prompt, messages, system }: PromptInput): ChatMessage[] {
  if ((prompt == null) === (messages == null)) {
    throw invalidRequest('prompt', 'Give exactly one of prompt and messages.');
  }
  const list = messages?.map(({ role, content }, index) => ({
    role,
    content: wellFormed(`messages[${index}].content`, content),
  })) ?? [{ role: 'user' as const, content: wellFormed('prompt', prompt ?? '') }];
  if (list.length === 0 || list.length > promptLimits.messages.maximum) {
    const message = `messages must hold 1 to ${promptLimits.messages.maximum} messages.`;
    throw invalidRequest('messages', message, { ...promptLimits.messages });
  }
  if (list.every(({ content }) => content.trim() === '')) {
    const field = prompt == null ? 'messages' : 'prompt';
    throw invalidRequest(field, `${field} must hold some text.`);
  }
  if (system == null) return list;
  if (list[0]?.role === 'system') {
    throw invalidRequest('system', 'Give the system text either in system or as the first message, not in both.');
  }
  return [{ role: 'system', content: wellFormed('system', system) }, ...list];
}

function transcript(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
}
