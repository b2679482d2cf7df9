import { z } from 'zod';
import { configSchema } from '../config/configSchema.js';
import { samplingDefaults } from '../prompts/normaliseInput.js';
import { promptLimits, type Range } from '../prompts/promptLimits.js';

/*
 * What requests may hold. These definitions check every request and make the API description. Ranges only stand in the
 * description: the service behind refuses what is out of them, for GraphQL as well, and in a batch for one prompt alone.
 */

function within<Schema extends z.ZodType>(schema: Schema, { minimum, maximum }: Partial<Range>): Schema {
  return schema.meta({ minimum, maximum });
}

function limitsOf({ minValue, maxValue }: z.ZodNumber): Partial<Range> {
  return { ...(minValue === null ? {} : { minimum: minValue }), ...(maxValue === null ? {} : { maximum: maxValue }) };
}

/** Neither empty nor with a NUL in it. */
const text = z.string().meta({ pattern: '^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$' });
const anyText = z.string().meta({ pattern: '^[^\\u0000]*$' });
const int32Max = 2 ** 31 - 1;

export const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: anyText });

/** How a text is generated. */
const parameters = {
  system: anyText.nullish().describe('Instructions that go before the prompt.'),
  model: z.string().nullish().describe('Catalogue id or alias. Default: the one that Config says.'),
  max_tokens: within(z.int32(), promptLimits.maxTokens)
    .nullish()
    .describe('Tokens generated at most. Prompt and this must fit into the context. Default: what Config says.'),
  temperature: within(z.number(), promptLimits.temperature)
    .nullish()
    .describe('0 always takes the likeliest token. Default: what Config says.'),
  top_p: within(z.number(), promptLimits.topP)
    .nullish()
    .describe(`Only the likeliest tokens that together have this probability. Default: ${samplingDefaults.topP}.`),
  top_k: within(z.int32(), promptLimits.topK)
    .nullish()
    .describe(`Only this many of the likeliest tokens, 0 for all. Default: ${samplingDefaults.topK}.`),
  min_p: within(z.number(), promptLimits.minP)
    .nullish()
    .describe(`Only tokens at least this likely, relative to the likeliest. Default: ${samplingDefaults.minP}.`),
  seed: within(z.int32(), { ...promptLimits.seed, maximum: int32Max })
    .nullish()
    .describe('Equal seeds give equal text for an equal prompt. Default: another one each time.'),
  stop: z
    .array(z.string().meta({ minLength: promptLimits.stopLength.minimum, maxLength: promptLimits.stopLength.maximum }))
    .meta({ maxItems: promptLimits.stops.maximum })
    .nullish()
    .describe('Texts that end generation; they are never part of the text.'),
  repeat_penalty: within(z.number(), promptLimits.repeatPenalty)
    .nullish()
    .describe('Above 1 makes recent tokens less likely. Default: 1.'),
  deadline_ms: within(z.int32(), promptLimits.deadlineMs)
    .nullish()
    .describe('Milliseconds within which the answer must be whole, or it ends with `deadline_exceeded`.'),
  priority: z
    .enum(['low', 'normal', 'high'])
    .nullish()
    .describe("Order among one's own waiting prompts. Default: normal."),
};

const content = {
  prompt: text.nullish().describe('What is asked. Exactly one of `prompt` and `messages` is given.'),
  messages: z
    .array(message)
    .meta({
      minItems: promptLimits.messages.minimum,
      maxItems: promptLimits.messages.maximum,
      contains: { properties: { content: { pattern: '\\S' } } },
    })
    .nullish()
    .describe('A conversation whose next turn the model says.'),
};

/** Exactly one of `prompt` and `messages`; null counts as not given. */
const eitherContent = {
  oneOf: [
    { required: ['prompt'], properties: { prompt: { type: 'string' } } },
    { required: ['messages'], properties: { messages: { type: 'array' } } },
  ],
};

export const promptRequest = z
  .strictObject({
    ...content,
    ...parameters,
    stream: z.boolean().nullish().describe('Answer as POST /stream does. Only POST /process looks at it.'),
  })
  .meta({ ...eitherContent, examples: [{ prompt: 'Write one sentence about the sea.', max_tokens: 60 }] });

/** One prompt of a batch with parameters of its own. */
export const promptObject = z.strictObject({ ...content, ...parameters }).meta(eitherContent);

const batchedPrompt = z.preprocess((value) => (typeof value === 'string' ? { prompt: value } : value), promptObject);

export const batchRequest = z
  .strictObject({
    prompts: z
      .array(batchedPrompt)
      .meta({ minItems: promptLimits.prompts.minimum, maxItems: promptLimits.prompts.maximum })
      .describe("Strings, or objects with parameters of their own, which count more than the batch's."),
    ...parameters,
    batch_size: within(z.int32(), { minimum: 1, maximum: int32Max })
      .nullish()
      .describe('Prompts decoded together at most. Default: all.'),
  })
  .meta({ examples: [{ prompts: ['Name a river.', { prompt: 'Name a colour.', temperature: 0 }], max_tokens: 20 }] });

const { modelSettings, systemSettings } = configSchema.shape;

/** What is null or left out stays as it is, as in GraphQL. */
export const configRequest = z
  .strictObject({
    model_settings: z
      .strictObject({
        default_model: z.string().meta({ minLength: 1 }).nullish(),
        max_tokens: within(z.int32(), limitsOf(modelSettings.shape.maxTokens)).nullish(),
        temperature: within(z.number(), limitsOf(modelSettings.shape.temperature)).nullish(),
      })
      .nullish(),
    system_settings: z
      .strictObject({
        cache_size: z
          .string()
          .meta({ examples: ['10GB', '512MiB'] })
          .nullish(),
        max_requests_per_minute: within(z.int32(), limitsOf(systemSettings.shape.maxRequestsPerMinute)).nullish(),
      })
      .nullish(),
  })
  .meta({ examples: [{ model_settings: { temperature: 0.5 } }] });
