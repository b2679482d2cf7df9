import type { z } from 'zod';
import { oversizedInput } from '../graphql/execution/inputSize.js';
import { fromParameters, type ParameterInput } from '../prompts/parameters.js';
import type { BatchInput, ConfigInput, MessageInput, PromptInput } from './generated/graphql.js';
import { refusedField } from './refusedField.js';
import { batchRequest, configRequest, type message, promptRequest } from './requestSchemas.js';
import { restName } from './restName.js';

const priorities = { low: 'LOW', normal: 'NORMAL', high: 'HIGH' } as const;

type PromptFields = Omit<z.infer<typeof promptRequest>, 'stream'>;

/** Reads `body` by `schema`; `invalid_request` names the first field that is wrong, and what to write there; a body that is too large is not looked into. */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const oversized = oversizedInput(body, 'body');
  if (oversized !== undefined) throw oversized;
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw refusedField(schema, result.error.issues[0]);
}

function toRole(role: z.infer<typeof message>['role']): MessageInput['role'] {
  return ({ system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' } as const)[role];
}

/** The parameters of a request by their names in the schema. */
function toParameters(fields: Partial<PromptFields>): ParameterInput {
  const given: Record<string, unknown> = fields;
  const parameters = fromParameters<ParameterInput>((name) => [name, given[restName(name)]]);
  return { ...parameters, priority: fields.priority == null ? null : priorities[fields.priority] };
}

function toPromptInput(fields: PromptFields): PromptInput {
  return {
    prompt: fields.prompt,
    messages: fields.messages?.map(({ role, content: text }) => ({ role: toRole(role), content: text })),
    ...toParameters(fields),
  };
}

/** The body of POST /process, /stream and /prompts. */
export function readPromptRequest(
  body: unknown,
  idempotencyKey: string | null,
): { input: PromptInput; stream: boolean } {
  const { stream, ...fields } = read(promptRequest, body);
  return { input: { ...toPromptInput(fields), idempotencyKey }, stream: stream ?? false };
}

/** The body of POST /batch. */
export function readBatchRequest(body: unknown, idempotencyKey: string | null): BatchInput {
  const { prompts, batch_size, ...shared } = read(batchRequest, body);
  return {
    prompts: prompts.map(toPromptInput),
    ...toParameters(shared),
    batchSize: batch_size,
    idempotencyKey,
  };
}

/** The body of POST /config. */
export function readConfigRequest(body: unknown): ConfigInput {
  const { model_settings: models, system_settings: system } = read(configRequest, body);
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
  };
}
