import type { ResponseFormat } from './ResponseFormat.js';

/** Adds `bias` to the logit of a token before each choice: −100 all but forbids it, 100 all but forces it. */
export interface LogitBias {
  /** Number of the token in the model's vocabulary. */
  token: number;
  bias: number;
}

interface Described {
  /** What it does, in whole sentences, without its range and default. */
  description: string;
}

export interface NumberParameter extends Described {
  kind: 'int' | 'float';
  minimum: number;
  maximum: number;
  /** `config`: what Config says under the same name. `random`: another one each time. `none`: it may be absent. */
  default: number | 'config' | 'random' | 'none';
}

export interface TextListParameter extends Described {
  kind: 'textList';
  maxItems: number;
  /** Characters (UTF-16 units) of one text. */
  maxLength: number;
}

export interface LogitBiasParameter extends Described {
  kind: 'logitBias';
  maxItems: number;
  /** Of the bias. */
  minimum: number;
  maximum: number;
}

/** It may be absent: the answer is free then. */
export interface ResponseFormatParameter extends Described {
  kind: 'responseFormat';
  /** Characters (UTF-16 units) of a regex or a grammar. */
  maxLength: number;
  maxChoices: number;
}

export type SamplingParameter = NumberParameter | TextListParameter | LogitBiasParameter | ResponseFormatParameter;

/** As large as an Int of GraphQL. */
export const int32Max = 2 ** 31 - 1;

/**
 * How the next token is chosen and when generation ends. This table is the one place where a parameter stands: what
 * GraphQL, REST, the API description, the client and the CLI take, and how it is checked and filled in, is made from it.
 * The names are those of GraphQL and of the Engine; REST spells them in snake_case, the CLI in kebab-case. The defaults
 * of topP, topK and minP are those of llama.cpp's own tools; a caller can turn each off (1, 0, 0).
 */
export const samplingParameters = {
  maxTokens: {
    kind: 'int',
    minimum: 1,
    maximum: int32Max,
    default: 'config',
    description: 'Tokens generated at most. Prompt and this must fit into the context.',
  },
  temperature: {
    kind: 'float',
    minimum: 0,
    maximum: 2,
    default: 'config',
    description: '0 always takes the likeliest token.',
  },
  topP: {
    kind: 'float',
    minimum: 0,
    maximum: 1,
    default: 0.95,
    description: 'Only the likeliest tokens that together have this probability.',
  },
  topK: {
    kind: 'int',
    minimum: 0,
    maximum: int32Max,
    default: 40,
    description: 'Only this many of the likeliest tokens, 0 for all.',
  },
  minP: {
    kind: 'float',
    minimum: 0,
    maximum: 1,
    default: 0.05,
    description: 'Only tokens at least this likely, relative to the likeliest.',
  },
  seed: {
    kind: 'int',
    minimum: 0,
    maximum: int32Max,
    default: 'random',
    description: 'Equal seeds give equal text for an equal prompt.',
  },
  stop: {
    kind: 'textList',
    maxItems: 16,
    maxLength: 256,
    description: 'Texts that end generation; they are never part of the text.',
  },
  repeatPenalty: {
    kind: 'float',
    minimum: 0.1,
    maximum: 10,
    default: 1,
    description: 'Above 1 makes the last 64 tokens, those of the prompt included, less likely.',
  },
  presencePenalty: {
    kind: 'float',
    minimum: -2,
    maximum: 2,
    default: 0,
    description: 'Above 0 makes tokens that the answer holds already less likely, below 0 likelier.',
  },
  frequencyPenalty: {
    kind: 'float',
    minimum: -2,
    maximum: 2,
    default: 0,
    description: 'As presencePenalty, once for each time that the answer holds the token.',
  },
  logitBias: {
    kind: 'logitBias',
    maxItems: 1024,
    minimum: -100,
    maximum: 100,
    description: 'Makes single tokens likelier or less likely: -100 all but forbids one, 100 all but forces it.',
  },
  logprobs: {
    kind: 'int',
    minimum: 0,
    maximum: 20,
    default: 'none',
    description:
      'Gives the log probability of each token of the answer, and of so many that were likeliest in its place.',
  },
  responseFormat: {
    kind: 'responseFormat',
    maxLength: 65_536,
    maxChoices: 1000,
    description: 'The shape of the answer. One that ended with STOP, and not by a stop text, is in it.',
  },
} as const satisfies Record<string, SamplingParameter>;

type ValueOf<Parameter extends SamplingParameter> = Parameter extends NumberParameter
  ? Parameter['default'] extends 'none'
    ? number | null
    : number
  : Parameter extends TextListParameter
    ? string[]
    : Parameter extends LogitBiasParameter
      ? LogitBias[]
      : ResponseFormat | null;

/** How the next token is chosen, all values resolved: defaults are applied before the Engine. */
export type SamplingParameters = {
  -readonly [Name in keyof typeof samplingParameters]: ValueOf<(typeof samplingParameters)[Name]>;
};

type Entry = [string, unknown];
type SamplingDefaults = {
  [Name in keyof SamplingParameters as (typeof samplingParameters)[Name] extends { default: 'config' | 'random' }
    ? never
    : Name]: SamplingParameters[Name];
};

/** What the table says of the parameters that neither Config nor chance decides. */
export function samplingDefaults(): SamplingDefaults {
  const entries = Object.entries<SamplingParameter>(samplingParameters).flatMap(([name, parameter]): Entry[] => {
    const value = defaultOf(parameter);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(entries) as SamplingDefaults;
}

function defaultOf(parameter: SamplingParameter): unknown {
  if (parameter.kind === 'responseFormat') return null;
  if (!('default' in parameter)) return [];
  if (parameter.default === 'none') return null;
  return typeof parameter.default === 'number' ? parameter.default : undefined;
}
