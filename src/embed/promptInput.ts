import { InvalidRequestError } from '../client/errors.js';
import type { BatchedPrompt, BatchOptions, GenerationOptions, PromptText, StreamOptions } from '../client/types.js';
import { invalidRequest } from '../errors/index.js';
import type { PromptInput } from '../prompts/Prompt.js';
import {
  fromParameters,
  type Parameter,
  type ParameterInput,
  type ParameterName,
  type Priority,
  parameters,
} from '../prompts/parameters.js';
import type { OnBehalf } from './OnBehalf.js';

const priorities = new Map<unknown, Priority>([
  ['low', 'LOW'],
  ['normal', 'NORMAL'],
  ['high', 'HIGH'],
]);
const roles: readonly unknown[] = ['system', 'user', 'assistant'];

type Kind = 'text' | 'number' | 'other';

function kindOf({ kind }: Parameter): Kind {
  if (kind === 'text') return 'text';
  return kind === 'int' || kind === 'float' ? 'number' : 'other';
}

/** Every option of a call, and what it has to be; `other` ones are checked where they are read. */
const options: Record<keyof (BatchOptions & StreamOptions & OnBehalf), Kind> = {
  ...fromParameters<Record<ParameterName, Kind>>((name) => [name, kindOf(parameters[name])]),
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

function priorityOf(priority: unknown): Priority | undefined {
  if (priority == null) return undefined;
  const known = priorities.get(priority);
  if (known !== undefined) return known;
  const allowed = [...priorities.keys()];
  throw invalidRequest('priority', `priority must be one of ${allowed.join(', ')}.`, { allowed });
}

/** How a text is generated. @throws LlamaHomeError `invalid_request` for an option that is none, or of another kind */
export function parametersOf(given: GenerationOptions, also: readonly string[] = []): ParameterInput {
  checkOptions(given, also);
  const values: Record<string, unknown> = { ...given, priority: priorityOf(given.priority) };
  return fromParameters((name) => [name, values[name]]);
}

/** One prompt of a batch. @throws LlamaHomeError `invalid_request` */
export function batchedInput(prompt: BatchedPrompt): PromptInput {
  if (prompt === null || typeof prompt !== 'object' || !('prompt' in prompt || 'messages' in prompt)) {
    return textOf(prompt);
  }
  const { prompt: text, messages } = prompt as { prompt?: PromptText; messages?: PromptText };
  if ((text == null) === (messages == null)) throw invalidRequest('prompt', 'Give exactly one of prompt and messages.');
  return { ...parametersOf(prompt, ['prompt', 'messages']), ...textOf(text ?? messages) };
}
