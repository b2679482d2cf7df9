import { randomInt } from 'node:crypto';
import type { Config } from '../config/Config.js';
import type { ChatMessage, SamplingParameters } from '../engine/Engine.js';
import { invalidRequest } from '../errors/index.js';
import type { Priority, PromptInput } from './Prompt.js';
import { promptLimits, type Range } from './promptLimits.js';

/** A PromptInput with everything resolved that needs no model. */
export interface NormalisedInput {
  input: string;
  messages: ChatMessage[];
  sampling: SamplingParameters;
  priority: Priority;
  deadlineMs: number | null;
}

/** What llama.cpp's own tools use when a request says nothing; a caller can turn each off (1, 0, 0). */
export const samplingDefaults = { topP: 0.95, topK: 40, minP: 0.05 } as const;

/**
 * Checks a caller's input and fills in what Config and the sampling defaults say.
 * @throws LlamaHomeError `invalid_request` naming the field and what is allowed
 */
export function normaliseInput(input: PromptInput, config: Config): NormalisedInput {
  const messages = messagesOf(input);
  const deadlineMs = input.deadlineMs ?? null;
  if (deadlineMs !== null) inRange('deadlineMs', deadlineMs, promptLimits.deadlineMs, true);
  const { seed } = input;
  if (seed != null) inRange('seed', seed, promptLimits.seed, true);
  return {
    input: input.prompt != null ? wellFormed('prompt', input.prompt) : transcript(messages),
    messages,
    priority: input.priority ?? 'NORMAL',
    deadlineMs,
    sampling: {
      maxTokens: inRange('maxTokens', input.maxTokens ?? config.modelSettings.maxTokens, promptLimits.maxTokens, true),
      temperature: inRange(
        'temperature',
        input.temperature ?? config.modelSettings.temperature,
        promptLimits.temperature,
      ),
      topP: inRange('topP', input.topP ?? samplingDefaults.topP, promptLimits.topP),
      topK: inRange('topK', input.topK ?? samplingDefaults.topK, promptLimits.topK, true),
      minP: inRange('minP', input.minP ?? samplingDefaults.minP, promptLimits.minP),
      repeatPenalty: inRange('repeatPenalty', input.repeatPenalty ?? 1, promptLimits.repeatPenalty),
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

function stopsOf(stops: readonly string[]): string[] {
  const { maximum } = promptLimits.stops;
  if (stops.length > maximum) throw invalidRequest('stop', `stop must hold at most ${maximum} texts.`, { maximum });
  return stops.map((stop, index) => {
    if (stop === '' || stop.length > promptLimits.stopLength.maximum) {
      const message = `A stop text must have 1 to ${promptLimits.stopLength.maximum} characters.`;
      throw invalidRequest(`stop[${index}]`, message, { ...promptLimits.stopLength });
    }
    return wellFormed(`stop[${index}]`, stop);
  });
}

function inRange(field: string, value: number, { minimum, maximum }: Range, whole = false): number {
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
