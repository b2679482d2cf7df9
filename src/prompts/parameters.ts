import type { ResponseFormat } from '../engine/ResponseFormat.js';
import {
  int32Max,
  type NumberParameter,
  type SamplingParameter,
  type SamplingParameters,
  samplingParameters,
} from '../engine/sampling.js';

interface TextParameter {
  kind: 'text';
  /** What holds when it is left out, in words. */
  default: string;
  description: string;
}

interface PriorityParameter {
  kind: 'priority';
  values: readonly string[];
  default: string;
  description: string;
}

export type Parameter = SamplingParameter | TextParameter | PriorityParameter;

/** All that a prompt, or a batch for all its prompts, says about how its text is generated. */
export const parameters = {
  system: { kind: 'text', default: 'none', description: 'Instructions that go before the prompt.' },
  model: { kind: 'text', default: 'the one that Config says', description: 'Catalogue id or alias of the model.' },
  ...samplingParameters,
  deadlineMs: {
    kind: 'int',
    minimum: 1,
    /** A day. */
    maximum: 24 * 3600 * 1000,
    default: 'none',
    description: 'Milliseconds within which the answer must be whole, or it ends with `deadline_exceeded`.',
  },
  priority: {
    kind: 'priority',
    values: ['low', 'normal', 'high'],
    default: 'normal',
    description: "Order among one's own waiting prompts.",
  },
} as const satisfies Record<string, Parameter>;

export type ParameterName = keyof typeof parameters;
export const parameterNames = Object.keys(parameters) as ParameterName[];

export type Priority = Uppercase<(typeof parameters.priority.values)[number]>;

type Values = Omit<SamplingParameters, 'responseFormat'> & {
  /** One of them is not null. */
  responseFormat: { [Kind in keyof ResponseFormat]?: NonNullable<ResponseFormat[Kind]> | null | undefined };
  system: string;
  model: string;
  deadlineMs: number;
  priority: Priority;
};

/** The parameters as a caller may give them; null counts as left out. */
export type ParameterInput = { [Name in ParameterName]?: Values[Name] | null | undefined };

/** An object with an entry for each parameter that has one; its type says what a loop over the table can't prove. */
export function fromParameters<Shape extends object>(
  entry: (name: ParameterName) => readonly [string, unknown],
): Shape {
  return Object.fromEntries(parameterNames.map(entry).filter(([, value]) => value !== undefined)) as Shape;
}

/** A prompt of a batch with the parameters of the batch where it has none of its own. */
export function withParametersOf<Input extends ParameterInput>(batch: ParameterInput, prompt: Input): Input {
  return { ...prompt, ...fromParameters<ParameterInput>((name) => [name, prompt[name] ?? batch[name]]) };
}

/** A parameter in words: what it does, its range and its default. */
export function inWords(parameter: Parameter): string {
  return `${parameter.description} ${rangeInWords(parameter)}`;
}

function rangeInWords(parameter: Parameter): string {
  switch (parameter.kind) {
    case 'int':
    case 'float': {
      const { minimum, maximum } = parameter;
      const range = maximum === int32Max ? `${minimum} or more` : `${minimum} to ${maximum}`;
      return `${range}; ${defaultInWords(parameter.default)}.`;
    }
    case 'textList':
      return `At most ${parameter.maxItems} of up to ${parameter.maxLength} characters; default none.`;
    case 'logitBias':
      return `At most ${parameter.maxItems} tokens; default none.`;
    case 'responseFormat':
      return 'Default none: the answer is free.';
    default:
      return `Default ${parameter.default}.`;
  }
}

function defaultInWords(value: NumberParameter['default']): string {
  if (value === 'config') return 'default what Config says';
  return value === 'random' ? 'default another one each time' : `default ${value}`;
}
