import { z } from 'zod';
import { configSchema } from '../config/configSchema.js';
import { int32Max, type ResponseFormatParameter, samplingParameters } from '../engine/sampling.js';
import {
  fromParameters,
  inWords,
  type Parameter,
  type ParameterInput,
  type ParameterName,
  type Priority,
  parameters,
} from '../prompts/parameters.js';
import { promptLimits } from '../prompts/promptLimits.js';
import { type RestName, restName } from './restName.js';

interface Range {
  minimum: number;
  maximum: number;
}

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

export const message = z.strictObject({ role: z.enum(['system', 'user', 'assistant']), content: anyText });

const logitBias = z.strictObject({
  token: within(z.int32(), { minimum: 0, maximum: int32Max }),
  bias: within(z.number(), samplingParameters.logitBias),
});

const responseFormat = ({ maxLength, maxChoices }: ResponseFormatParameter) => {
  const pattern = z.string().meta({ minLength: 1, maxLength });
  return z
    .strictObject({
      json: z.boolean().meta({ const: true }).nullish().describe('true: any JSON.'),
      json_schema: z
        .unknown()
        .optional()
        .meta({ type: ['object', 'boolean', 'null'] })
        .describe('JSON that validates under this JSON Schema.'),
      grammar: pattern.nullish().describe("A grammar in llama.cpp's GBNF."),
      regex: pattern.nullish().describe('The whole answer matches it.'),
      choices: z
        .array(z.string().meta({ minLength: 1, maxLength }))
        .meta({ minItems: 1, maxItems: maxChoices })
        .nullish()
        .describe('One of these texts.'),
    })
    .meta({ minProperties: 1, maxProperties: 1 });
};

function schemaOf(parameter: Parameter): z.ZodType {
  switch (parameter.kind) {
    case 'int':
      return within(z.int32(), parameter);
    case 'float':
      return within(z.number(), parameter);
    case 'text':
      return anyText;
    case 'textList':
      return z
        .array(z.string().meta({ minLength: 1, maxLength: parameter.maxLength }))
        .meta({ maxItems: parameter.maxItems });
    case 'logitBias':
      return z.array(logitBias).meta({ maxItems: parameter.maxItems });
    case 'responseFormat':
      return responseFormat(parameter);
    case 'priority':
      return z.enum(parameter.values);
  }
}

type ParameterShape = { [Name in ParameterName as RestName<Name>]: z.ZodType<RestValue<Name> | null | undefined> };
type RestValue<Name extends ParameterName> = Name extends 'priority'
  ? Lowercase<Priority>
  : Name extends 'responseFormat'
    ? z.infer<ReturnType<typeof responseFormat>>
    : ParameterInput[Name];

/** How a text is generated. */
const parameterShape = fromParameters<ParameterShape>((name) => {
  const parameter = parameters[name];
  return [restName(name), schemaOf(parameter).nullish().describe(inWords(parameter))];
});

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
    ...parameterShape,
    stream: z.boolean().nullish().describe('Answer as POST /stream does. Only POST /process looks at it.'),
  })
  .meta({ ...eitherContent, examples: [{ prompt: 'Write one sentence about the sea.', max_tokens: 60 }] });

/** One prompt of a batch with parameters of its own. */
export const promptObject = z.strictObject({ ...content, ...parameterShape }).meta(eitherContent);

const batchedPrompt = z.preprocess((value) => (typeof value === 'string' ? { prompt: value } : value), promptObject);

export const batchRequest = z
  .strictObject({
    prompts: z
      .array(batchedPrompt)
      .meta({ minItems: promptLimits.prompts.minimum, maxItems: promptLimits.prompts.maximum })
      .describe("Strings, or objects with parameters of their own, which count more than the batch's."),
    ...parameterShape,
    batch_size: within(z.int32(), { minimum: 1, maximum: int32Max })
      .nullish()
      .describe('Prompts decoded together at most. Default: all.'),
  })
  .meta({ examples: [{ prompts: ['Name a river.', { prompt: 'Name a colour.', temperature: 0 }], max_tokens: 20 }] });

export const tokenizeRequest = z
  .strictObject({
    text: anyText.meta({ maxLength: promptLimits.tokenizedText.maximum }),
    model: anyText.nullish().describe('Catalogue id or alias; the default model of Config when left out.'),
    special: z
      .boolean()
      .nullish()
      .describe('Whether texts like `<|im_end|>` become their special token. Default false.'),
  })
  .meta({ examples: [{ text: 'How many tokens is this?' }] });

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
