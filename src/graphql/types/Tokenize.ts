import { builder } from '../builder.js';

const TokenizeInputType = builder.inputType('TokenizeInput', {
  description: 'A text to take apart.',
  fields: (t) => ({
    text: t.string({
      required: true,
      description: 'As it stands, no chat template is put around it. At most 65536 characters.',
    }),
    model: t.string({ description: 'Catalogue id or alias of the model. Default the one that Config says.' }),
    special: t.boolean({
      defaultValue: false,
      description: 'Whether texts like `<|im_end|>` become their special token.',
    }),
  }),
});

const TokenizePayloadType = builder.objectRef<number[]>('TokenizePayload').implement({
  description: 'The tokens of a text.',
  fields: (t) => ({
    tokens: t.intList({ description: "Their numbers in the model's vocabulary.", resolve: (tokens) => tokens }),
    count: t.int({ description: 'How many there are.', resolve: ({ length }) => length }),
  }),
});

builder.queryField('tokenize', (t) =>
  t.field({
    type: TokenizePayloadType,
    description: 'Takes a text apart as a model does; together with estimates at most 120 times a minute.',
    args: { input: t.arg({ type: TokenizeInputType, required: true, description: 'The text.' }) },
    resolve: (_root, { input }, { services, principal }) => services.prompts.tokenize(principal, input),
  }),
);
