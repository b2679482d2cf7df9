import type { Estimate } from '../../prompts/estimatePrompt.js';
import { roundFigure } from '../../telemetry/roundFigure.js';
import { builder } from '../builder.js';
import { PromptInputType } from './PromptInput.js';

const EstimateType = builder.objectRef<Estimate>('Estimate').implement({
  description: 'What a prompt would take, without running it.',
  fields: (t) => ({
    promptTokens: t.exposeInt('promptTokens', { description: 'Tokens of the rendered prompt.' }),
    cachedTokens: t.exposeInt('cachedTokens', {
      description: 'Of them, how many would probably be reused; of prompts of your own only.',
    }),
    contextLength: t.exposeInt('contextLength', { description: 'Tokens of prompt and completion that fit at most.' }),
    fits: t.exposeBoolean('fits', { description: 'Whether prompt and `maxTokens` fit together.' }),
    expectedQueueMs: t.float({
      resolve: ({ expectedQueueMs }) => roundFigure(expectedQueueMs),
      nullable: true,
      description: 'Expected wait; null when unknown.',
    }),
    expectedFirstTokenMs: t.float({
      resolve: ({ expectedFirstTokenMs }) => roundFigure(expectedFirstTokenMs),
      nullable: true,
      description: 'Expected time to the first text; null when unknown.',
    }),
    warnings: t.stringList({
      description: 'What would be done otherwise than is asked, each in a sentence.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

builder.queryField('estimate', (t) =>
  t.field({
    type: EstimateType,
    description: 'Counts the tokens of a prompt and says whether and when it could run; at most 120 times a minute.',
    args: { input: t.arg({ type: PromptInputType, required: true, description: 'What would be asked.' }) },
    resolve: (_root, { input }, { services, principal }) => services.prompts.estimate(principal, input),
  }),
);
