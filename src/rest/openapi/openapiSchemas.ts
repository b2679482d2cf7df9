import { z } from 'zod';
import * as answers from '../answerSchemas.js';
import {
  batchRequest,
  configRequest,
  message,
  promptObject,
  promptRequest,
  tokenizeRequest,
} from '../requestSchemas.js';

/** A JSON Schema (2020-12), as OpenAPI 3.1 has them. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  anyOf?: JsonSchema[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  [keyword: string]: unknown;
}

const requestSchemas = {
  Message: message,
  PromptRequest: promptRequest,
  BatchedPrompt: promptObject,
  BatchRequest: batchRequest,
  ConfigRequest: configRequest,
  TokenizeRequest: tokenizeRequest,
};

const answerSchemas = {
  Text: answers.text,
  Usage: answers.usage,
  Prompt: answers.prompt,
  SubmittedPrompt: answers.submitted,
  DeletedPrompt: answers.deleted,
  BatchResult: answers.batch,
  StreamLine: answers.line,
  ModelSummary: answers.modelSummary,
  Models: answers.models,
  Model: answers.model,
  Config: answers.config,
  Tokens: answers.tokens,
  ErrorBody: answers.errorBody,
  Error: answers.error,
};

const names = new Map<z.ZodType, string>(
  Object.entries({ ...requestSchemas, ...answerSchemas }).map(([name, schema]) => [schema, name]),
);

/** How the description names a schema, which must be one of those above. */
export function schemaRef(schema: z.ZodType): JsonSchema {
  const name = names.get(schema);
  if (name === undefined) throw new Error('a schema without a name in the API description: give it one');
  return { $ref: `#/components/schemas/${name}` };
}

/** "This or null", said shorter where it can be. */
function shortenNull(schema: JsonSchema): void {
  const [first, second, ...others] = schema.anyOf ?? [];
  if (first === undefined || second?.type !== 'null' || others.length > 0 || typeof first.type !== 'string') return;
  delete schema.anyOf;
  Object.assign(schema, { ...first, ...schema, type: [first.type, 'null'] });
  if (first.enum !== undefined) schema.enum = [...first.enum, null];
}

function toSchemas(definitions: Record<string, z.ZodType>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, definition] of Object.entries(definitions)) registry.add(definition, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io,
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      // A text alone stands for a prompt of a batch, too.
      if (zodSchema._zod.def.type === 'pipe') {
        delete jsonSchema.$ref;
        Object.assign(jsonSchema, { anyOf: [{ type: 'string' }, schemaRef(promptObject)] });
      }
      // What every whole number of JavaScript keeps to goes without saying.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      shortenNull(jsonSchema as JsonSchema);
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema as JsonSchema]),
  );
}

/** Everything that requests and answers hold, by name, made from the definitions that check them. */
export function openapiSchemas(): Record<string, JsonSchema> {
  return { ...toSchemas(requestSchemas, 'input'), ...toSchemas(answerSchemas, 'output') };
}
