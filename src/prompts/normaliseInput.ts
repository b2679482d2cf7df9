import { randomInt } from 'node:crypto';
import type { Config } from '../config/Config.js';
import type { ChatMessage, SamplingParameters } from '../engine/Engine.js';
import { invalidRequest } from '../errors/index.js';
import type { Priority, PromptInput } from './Prompt.js';

/** A PromptInput with everything resolved that needs no model. */
export interface NormalisedInput {
  input: string;
  messages: ChatMessage[];
  sampling: SamplingParameters;
  priority: Priority;
  deadlineMs: number | null;
}

const most = { messages: 1000, stops: 16, stopLength: 256, tokens: 2 ** 31 - 1, deadlineMs: 24 * 3600 * 1000 };

/** What llama.cpp's own tools use when a request says nothing; a caller can turn each off (1, 0, 0). */
export const samplingDefaults = { topP: 0.95, topK: 40, minP: 0.05 } as const;

/**
 * Checks a caller's input and fills in what Config and the sampling defaults say.
 * @throws LlamaHomeError `invalid_request` naming the field and what is allowed
 */
export function normaliseInput(input: PromptInput, config: Config): NormalisedInput {
  const messages = messagesOf(input);
  const deadlineMs = input.deadlineMs ?? null;
  if (deadlineMs !== null) inRange('deadlineMs', deadlineMs, 1, most.deadlineMs, true);
  const { seed } = input;
  if (seed != null) inRange('seed', seed, 0, 2 ** 32 - 1, true);
  return {
    input: input.prompt != null ? wellFormed('prompt', input.prompt) : transcript(messages),
    messages,
    priority: input.priority ?? 'NORMAL',
    deadlineMs,
    sampling: {
      maxTokens: inRange('maxTokens', input.maxTokens ?? config.modelSettings.maxTokens, 1, most.tokens, true),
      temperature: inRange('temperature', input.temperature ?? config.modelSettings.temperature, 0, 2),
      topP: inRange('topP', input.topP ?? samplingDefaults.topP, 0, 1),
      topK: inRange('topK', input.topK ?? samplingDefaults.topK, 0, most.tokens, true),
      minP: inRange('minP', input.minP ?? samplingDefaults.minP, 0, 1),
      repeatPenalty: inRange('repeatPenalty', input.repeatPenalty ?? 1, 0.1, 10),
      seed: seed ?? randomInt(2 ** 32),
      stop: stopsOf(input.stop ?? []),
    },
  };
}

function messagesOf({ prompt, messages, system }: PromptInput): ChatMessage[] {
  if ((prompt == null) === (messages == null)) {
    throw invalidRequest('prompt', 'Give exactly one of prompt and messages.');
  }
  const list = messages?.map(({ role, content }, index) => ({
    role,
    content: wellFormed(`messages[${index}].content`, content),
  })) ?? [{ role: 'user' as const, content: wellFormed('prompt', prompt ?? '') }];
  if (list.length === 0 || list.length > most.messages) {
    throw invalidRequest('messages', `messages must hold 1 to ${most.messages} messages.`, {
      minimum: 1,
      maximum: most.messages,
    });
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

function stopsOf(stops: readonly string[]): string[] {
  if (stops.length > most.stops) {
    throw invalidRequest('stop', `stop must hold at most ${most.stops} texts.`, { maximum: most.stops });
  }
  return stops.map((stop, index) => {
    if (stop === '' || stop.length > most.stopLength) {
      throw invalidRequest(`stop[${index}]`, `A stop text must have 1 to ${most.stopLength} characters.`, {
        minimum: 1,
        maximum: most.stopLength,
      });
    }
    return wellFormed(`stop[${index}]`, stop);
  });
}

function inRange(field: string, value: number, minimum: number, maximum: number, whole = false): number {
  if (value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  throw invalidRequest(field, `${field} must be ${kind} from ${minimum} to ${maximum}.`, { minimum, maximum });
}

/** Half a surrogate pair is no character: it becomes U+FFFD, as in any UTF-8 encoder. NUL is text nowhere. */
function wellFormed(field: string, text: string): string {
  if (text.includes('\0')) throw invalidRequest(field, `${field} must not contain the NUL character.`);
  return text.toWellFormed();
}

function transcript(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content }) => `${role}: ${content}`).join('\n');
}
