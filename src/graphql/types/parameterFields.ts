import type { InputFieldRef } from '@pothos/core';
import {
  fromParameters,
  inWords,
  type Parameter,
  type ParameterInput,
  type ParameterName,
  parameters,
} from '../../prompts/parameters.js';
import { builder, type SchemaTypes } from '../builder.js';
import { PriorityType } from './Prompt.js';

type ParameterFields = { [Name in ParameterName]: InputFieldRef<SchemaTypes, ParameterInput[Name]> };
type FieldBuilder = Parameters<Parameters<typeof builder.inputType>[1]['fields']>[0];

const LogitBiasInputType = builder.inputType('LogitBiasInput', {
  description: 'Makes one token likelier or less likely.',
  fields: (t) => ({
    token: t.int({ required: true, description: "Its number in the model's vocabulary." }),
    bias: t.float({ required: true, description: 'Added to its logit before each choice, -100 to 100.' }),
  }),
});

const ResponseFormatInputType = builder.inputType('ResponseFormatInput', {
  description: 'The shape that an answer is held to.',
  isOneOf: true,
  fields: (t) => ({
    json: t.boolean({ description: 'true: any JSON.' }),
    jsonSchema: t.field({
      type: 'JSON',
      description: 'JSON that validates under this JSON Schema (2020-12; drafts 4 to 7 are read too).',
    }),
    grammar: t.string({ description: "A grammar in llama.cpp's GBNF, whose rule `root` is the answer." }),
    regex: t.string({
      description: "The whole answer matches: ECMAScript's syntax without look-around and back-references.",
    }),
    choices: t.stringList({ description: 'One of these texts.' }),
  }),
});

function fieldOf(t: FieldBuilder, parameter: Parameter) {
  const description = inWords(parameter);
  switch (parameter.kind) {
    case 'int':
      return t.int({ description });
    case 'float':
      return t.float({ description });
    case 'text':
      return t.string({ description });
    case 'textList':
      return t.stringList({ description });
    case 'logitBias':
      return t.field({ type: [LogitBiasInputType], description });
    case 'responseFormat':
      return t.field({ type: ResponseFormatInputType, description });
    case 'priority':
      return t.field({ type: PriorityType, description });
  }
}

/** The input fields of the table of parameters. */
export function parameterFields(t: FieldBuilder): ParameterFields {
  return fromParameters((name) => [name, fieldOf(t, parameters[name])]);
}
