import type { z } from 'zod';
import { responseFormatKinds } from '../engine/ResponseFormat.js';
import { invalidRequest } from '../errors/index.js';
import { oversizedInput } from '../graphql/execution/inputSize.js';
import { fromParameters, type ParameterInput } from '../prompts/parameters.js';
import type { BatchInput, ConfigInput, MessageInput, PromptInput, ResponseFormatInput } from './generated/graphql.js';
import { refusedField } from './refusedField.js';
import type { batchRequest, configRequest, message, promptObject } from './requestSchemas.js';
import { restName } from './restName.js';

type GivenParameters = Omit<ParameterInput, 'responseFormat'> & Pick<PromptInput, 'responseFormat'>;
type PromptFields = z.infer<typeof promptObject>;

const priorities = { low: 'LOW', normal: 'NORMAL', high: 'HIGH' } as const;
const roles = { system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' } as const;

/**
 * Reads a body by its schema; one that is too large is not looked into.
 * @throws LlamaHomeError `invalid_request` with the first field that is wrong, and what to write there
 */
export function readFields<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const oversized = oversizedInput(body, 'body');
  if (oversized !== undefined) throw oversized;
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw refusedField(schema, result.error.issues[0]);
}

function toMessage({ role, content }: z.infer<typeof message>): MessageInput {
  return { role: roles[role], content };
}

/** What is null counts as left out, as everywhere in REST. */
function toResponseFormat(format: PromptFields['response_format']): ResponseFormatInput | null | undefined {
  if (format == null) return format;
  const { json_schema: jsonSchema, ...others } = format;
  const given = Object.entries({ ...others, jsonSchema }).filter(([, value]) => value != null);
  if (given.length !== 1) {
    const allowed = responseFormatKinds.map(restName);
    const message = `response_format must have exactly one of ${allowed.join(', ')}.`;
    throw invalidRequest('response_format', message, { allowed });
  }
  // It has one of them, as the type wants.
  return Object.fromEntries(given) as ResponseFormatInput;
}

/** The parameters of a request by their names in the schema. */
function toParameters(fields: Partial<PromptFields>): GivenParameters {
  const given: Record<string, unknown> = fields;
  const parameters = fromParameters<ParameterInput>((name) => [name, given[restName(name)]]);
  return {
    ...parameters,
    responseFormat: toResponseFormat(fields.response_format),
    priority: fields.priority == null ? null : priorities[fields.priority],
  };
}

function toContent({ prompt, messages, ...parameters }: PromptFields) {
  return { prompt, messages: messages?.map(toMessage), ...toParameters(parameters) };
}

/** What POST /process, /stream and /prompts ask for. */
export function toPromptInput(fields: PromptFields, idempotencyKey: string | null): PromptInput {
  return { ...toContent(fields), idempotencyKey };
}

/** What POST /batch asks for. */
export function toBatchInput(fields: z.infer<typeof batchRequest>, idempotencyKey: string | null): BatchInput {
  const { prompts, batch_size, ...shared } = fields;
  return { prompts: prompts.map(toContent), ...toParameters(shared), batchSize: batch_size, idempotencyKey };
}

/** What POST /config asks for. */
export function toConfigInput({ model_settings: models, system_settings: system }: z.infer<typeof configRequest>) {
  return {
    modelSettings: models && {
      defaultModel: models.default_model,
      maxTokens: models.max_tokens,
      temperature: models.temperature,
    },
    systemSettings: system && {
      cacheSize: system.cache_size,
      maxRequestsPerMinute: system.max_requests_per_minute,
    },
  } satisfies ConfigInput;
}
