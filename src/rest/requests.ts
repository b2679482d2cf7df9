import { z } from 'zod';
import { invalidRequest } from '../errors/index.js';
import type { BatchInput, ConfigInput, MessageInput, PromptInput } from './generated/graphql.js';

const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });

const parameters = {
  system: z.string().nullish(),
  model: z.string().nullish(),
  max_tokens: z.int32().nullish(),
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  top_k: z.int32().nullish(),
  min_p: z.number().nullish(),
  seed: z.int32().nullish(),
  stop: z.array(z.string()).nullish(),
  repeat_penalty: z.number().nullish(),
  deadline_ms: z.int32().nullish(),
  priority: z.enum(['low', 'normal', 'high']).nullish(),
};

const content = { prompt: z.string().nullish(), messages: z.array(message).nullish() };

const promptRequest = z.strictObject({ ...content, ...parameters, stream: z.boolean().nullish() });

const batchedPrompt = z.preprocess(
  (value) => (typeof value === 'string' ? { prompt: value } : value),
  z.strictObject({ ...content, ...parameters }),
);

const batchRequest = z.strictObject({
  prompts: z.array(batchedPrompt),
  ...parameters,
  batch_size: z.int32().nullish(),
});

const configRequest = z.strictObject({
  model_settings: z
    .strictObject({
      default_model: z.string().optional(),
      max_tokens: z.int32().optional(),
      temperature: z.number().optional(),
    })
    .optional(),
  system_settings: z
    .strictObject({ cache_size: z.string().optional(), max_requests_per_minute: z.int32().optional() })
    .optional(),
});

type PromptFields = Omit<z.infer<typeof promptRequest>, 'stream'>;

/** Reads `body` by `schema`; `invalid_request` names the first field that is wrong. */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === 'unrecognized_keys') {
    const field = [...path, issue.keys[0]].join('.');
    throw invalidRequest(field, `There is no field "${field}" in this request.`);
  }
  if (path.length === 0) throw invalidRequest('body', 'The body must be a JSON object.');
  const field = path.join('.');
  throw invalidRequest(field, `${field}: ${issue?.message ?? 'is wrong'}.`);
}

function toRole(role: z.infer<typeof message>['role']): MessageInput['role'] {
  return ({ system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT' } as const)[role];
}

function toPriority(priority: PromptFields['priority']): PromptInput['priority'] {
  return priority == null ? null : ({ low: 'LOW', normal: 'NORMAL', high: 'HIGH' } as const)[priority];
}

function toPromptInput(fields: PromptFields): PromptInput {
  return {
    prompt: fields.prompt,
    messages: fields.messages?.map(({ role, content: text }) => ({ role: toRole(role), content: text })),
    system: fields.system,
    model: fields.model,
    maxTokens: fields.max_tokens,
    temperature: fields.temperature,
    topP: fields.top_p,
    topK: fields.top_k,
    minP: fields.min_p,
    seed: fields.seed,
    stop: fields.stop,
    repeatPenalty: fields.repeat_penalty,
    deadlineMs: fields.deadline_ms,
    priority: toPriority(fields.priority),
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

/** The body of POST /batch: its parameters hold for every prompt that does not set them itself. */
export function readBatchRequest(body: unknown, idempotencyKey: string | null): BatchInput {
  const { prompts, batch_size, ...shared } = read(batchRequest, body);
  return {
    prompts: prompts.map((own) => toPromptInput({ ...shared, ...withoutNulls(own) })),
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

function withoutNulls(fields: PromptFields): PromptFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
}
