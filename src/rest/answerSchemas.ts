import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from '../errors/index.js';

/** What answers hold, for the API description; `answers.ts` makes them. */

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];
const count = z.int().min(0);
const when = z.iso.datetime();
const promptId = z.string().describe('`prm_…`');

export const errorBody = z
  .strictObject({
    code: z.enum(codes),
    message: z.string().describe('What was wrong, and what to write instead.'),
    details: z
      .record(z.string(), z.unknown())
      .describe('As the catalogue says for the code, like `field` or `retry_after`.'),
  })
  .describe('What went wrong, in the words of one catalogue.');

export const error = z.strictObject({ error: errorBody });

export const usage = z.strictObject({
  prompt_tokens: count.describe('Tokens of the rendered prompt.'),
  completion_tokens: count.describe('Tokens generated.'),
  total_tokens: count,
});

const warnings = z
  .array(z.string())
  .optional()
  .describe('What was done otherwise than was asked, each in a sentence; left out where nothing was.');

const likelyToken = {
  token: count.describe("Its number in the model's vocabulary."),
  text: z.string(),
  logprob: z.number().describe('Natural logarithm of its probability by the model alone.'),
};

const logprobs = z
  .array(z.strictObject({ ...likelyToken, top: z.array(z.strictObject(likelyToken)) }))
  .optional()
  .describe('Of each token, when `logprobs` asked for it.');

const json = z
  .unknown()
  .optional()
  .describe('The answer, parsed, when `response_format` asked for JSON and it is whole.');

const end = {
  usage: usage.nullable(),
  model: z.string().describe('Catalogue id of the model that ran, aliases resolved.'),
  created: when.describe('When the prompt was accepted, in UTC.'),
  id: promptId,
  finish_reason: z.enum(['stop', 'length', 'cancelled', 'error']).nullable(),
  warnings,
  json,
  logprobs,
};

export const text = z.strictObject({ text: z.string(), ...end });

const milliseconds = z.number().nullable();

export const prompt = z.strictObject({
  ...text.shape,
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  input: z.string().describe('What was asked: the prompt, or the conversation as `role: content` lines.'),
  timings: z
    .strictObject({
      queue_ms: milliseconds.describe('From its arrival to the start of its prefill.'),
      time_to_first_token_ms: milliseconds,
      decode_ms: milliseconds,
      tokens_per_second: z.number().nullable(),
    })
    .nullable(),
  error: errorBody.nullable(),
  attempt: z.int().min(1).describe('1 at first; one more each time it had to run again.'),
  queue_position: count.nullable().describe('0 is next; null when it does not wait.'),
  finished: when.nullable(),
});

export const submitted = z.strictObject({ id: promptId, status: prompt.shape.status, warnings });
export const deleted = z.strictObject({ id: promptId });

export const batch = z.strictObject({
  results: z.array(z.union([text, z.strictObject({ error: errorBody, id: promptId })])).describe('In the order asked.'),
  usage: usage.describe('All together.'),
});

const cursor = z.string().optional().describe('Only of /prompts/{id}/stream: `after` this, it goes on right there.');

/** One line of a stream. */
export const line = z.union([
  z
    .strictObject({
      chunk: z.string(),
      index: count.describe('0, 1, 2 …'),
      attempt: z.int().optional().describe('The prompt had to run again: its text begins anew.'),
      cursor,
    })
    .describe('A piece of the text. All joined are the text, whitespace exact.'),
  z
    .strictObject({ chunk: z.literal(''), index: count, done: z.literal(true), ...end, cursor })
    .describe('The last line.'),
  z
    .strictObject({ error: errorBody, cursor })
    .describe('The last line when something went wrong after the first byte.'),
]);

export const tokens = z.strictObject({
  tokens: z.array(count).describe("Numbers in the model's vocabulary."),
  count,
});

export const modelSummary = z.strictObject({
  id: z.string().describe('Catalogue id.'),
  name: z.string(),
  version: z.string(),
  parameters: z.string().describe('As people say it, like `135M`.'),
  context_length: count,
});

export const models = z.strictObject({ models: z.array(modelSummary) });

export const model = z.strictObject({
  ...modelSummary.shape,
  capabilities: z.array(z.enum(['text-generation', 'chat', 'summarization', 'translation', 'code', 'embedding'])),
  performance: z.strictObject({
    tokens_per_second: z.number().nullable().describe('Measured on this server; null until it was.'),
    memory_required: z
      .string()
      .nullable()
      .meta({ examples: ['310MB', '8GB'] }),
  }),
});

export const config = z.strictObject({
  model_settings: z.strictObject({
    default_model: z.string(),
    max_tokens: count,
    temperature: z.number(),
  }),
  system_settings: z.strictObject({
    cache_size: z.string().describe('Memory that loaded models may take together, like `10GB`.'),
    max_requests_per_minute: count.describe('Of the basic tier.'),
  }),
});
