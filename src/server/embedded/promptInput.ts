import { InvalidRequestError } from '../../client/families.js';
import type { BatchedPrompt, BatchOptions, GenerationOptions, PromptText, StreamOptions } from '../../client/types.js';
import { invalidRequest } from '../../errors/index.js';
import type { Priority, PromptInput } from '../../prompts/Prompt.js';
import type { OnBehalf } from './OnBehalf.js';

const priorities = new Map<unknown, Priority>([
  ['low', 'LOW'],
  ['normal', 'NORMAL'],
  ['high', 'HIGH'],
]);
const roles: readonly unknown[] = ['system', 'user', 'assistant'];

type Kind = 'text' | 'number' | 'other';

/** Every option of a call, and what it has to be; `other` ones are checked where they are read. */
const options: Record<keyof (BatchOptions & StreamOptions & OnBehalf), Kind> = {
  system: 'text',
  model: 'text',
  maxTokens: 'number',
  temperature: 'number',
  topP: 'number',
  topK: 'number',
  minP: 'number',
  seed: 'number',
  stop: 'other',
  repeatPenalty: 'number',
  deadlineMs: 'number',
  priority: 'other',
  idempotencyKey: 'text',
  signal: 'other',
  chunkSize: 'number',
  batchSize: 'number',
  userId: 'other',
};
const kinds = new Map<string, Kind>(Object.entries(options));

/** Reads by a function of the client, whose refusals are this server's here. @throws LlamaHomeError `invalid_request` */
export function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidRequestError) throw invalidRequest(error.field ?? 'prompt', error.message);
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function checkOptions(given: object, also: readonly string[] = []): void {
  for (const [name, value] of Object.entries(given)) {
    const kind = kinds.get(name);
    if (kind === undefined && !also.includes(name)) {
      throw invalidRequest(name, `There is no option ${name}. Options are ${[...kinds.keys()].join(', ')}.`);
    }
    if (value == null || kind === undefined || kind === 'other') continue;
    const isRight = kind === 'text' ? typeof value === 'string' : typeof value === 'number';
    if (!isRight) throw invalidRequest(name, `${name} must be a ${kind}.`);
  }
}

/** What is asked. @throws LlamaHomeError `invalid_request` for what is neither a text nor a conversation */
export function textOf(prompt: PromptText | null | undefined): Pick<PromptInput, 'prompt' | 'messages'> {
  if (typeof prompt === 'string') return { prompt };
  if (!Array.isArray(prompt)) {
    throw invalidRequest(
      'prompt',
      'prompt must be a text, or a list of messages like {role: "user", content: "Hello"}.',
    );
  }
  for (const [index, message] of prompt.entries()) {
    const isMessage = isRecord(message) && roles.includes(message.role) && typeof message.content === 'string';
    if (isMessage) continue;
    const field = `messages[${index}]`;
    throw invalidRequest(
      field,
      `${field} must have a content that is a text, and one of the roles ${roles.join(', ')}.`,
    );
  }
  return { messages: [...prompt] };
}

function stopOf(stop: unknown): string[] | null | undefined {
  if (stop == null) return undefined;
  if (Array.isArray(stop) && stop.every((text) => typeof text === 'string')) return stop;
  throw invalidRequest('stop', 'stop must be a list of texts.');
}

function priorityOf(priority: unknown): Priority | undefined {
  if (priority == null) return undefined;
  const known = priorities.get(priority);
  if (known !== undefined) return known;
  const allowed = [...priorities.keys()];
  throw invalidRequest('priority', `priority must be one of ${allowed.join(', ')}.`, { allowed });
}

/** How a text is generated. @throws LlamaHomeError `invalid_request` for an option that is none, or of another kind */
export function settingsOf(given: GenerationOptions, also: readonly string[] = []): PromptInput {
  checkOptions(given, also);
  const { system, model, maxTokens, temperature, topP, topK, minP, seed, repeatPenalty, deadlineMs } = given;
  return {
    ...{ system, model, maxTokens, temperature, topP, topK, minP, seed, repeatPenalty, deadlineMs },
    stop: stopOf(given.stop),
    priority: priorityOf(given.priority),
  };
}

/** One prompt of a batch: what it says itself counts more than what the batch says. @throws LlamaHomeError `invalid_request` */
export function batchedInput(prompt: BatchedPrompt, shared: PromptInput): PromptInput {
  if (prompt === null || typeof prompt !== 'object' || !('prompt' in prompt || 'messages' in prompt)) {
    return { ...shared, ...textOf(prompt) };
  }
  const { prompt: text, messages } = prompt as { prompt?: PromptText; messages?: PromptText };
  if ((text == null) === (messages == null)) throw invalidRequest('prompt', 'Give exactly one of prompt and messages.');
  const own = Object.entries(settingsOf(prompt, ['prompt', 'messages'])).filter(([, value]) => value !== undefined);
  return { ...shared, ...Object.fromEntries(own), ...textOf(text ?? messages) };
}
