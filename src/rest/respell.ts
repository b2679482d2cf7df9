import { configSchema } from '../config/configSchema.js';
import { parameterNames } from '../prompts/parameters.js';
import { restName } from './restName.js';

const { modelSettings, systemSettings } = configSchema.shape;

/** Words of GraphQL inputs that REST spells otherwise. */
const restNames = new Map<string, string>([
  ...[
    ...[...parameterNames, 'batchSize'],
    ...[configSchema, modelSettings, systemSettings].flatMap(({ shape }) => Object.keys(shape)),
  ].map((name) => [name, restName(name)] as const),
  ['idempotencyKey', 'Idempotency-Key'],
]);
const words = new RegExp(`\\b(${[...restNames.keys()].join('|')})\\b`, 'g');

function inWordsOfRest(text: string): string {
  return text.replaceAll(words, (word) => restNames.get(word) ?? word);
}

export interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
}

/** An error of an operation, which speaks of the schema's fields, in the words of REST. */
export function respell({ code, message, details }: ErrorBody): ErrorBody {
  const field = typeof details === 'object' && details !== null && 'field' in details ? details.field : undefined;
  return {
    code,
    message: inWordsOfRest(message),
    details: typeof field === 'string' ? { ...Object(details), field: inWordsOfRest(field) } : details,
  };
}
