import type { Prompt } from '../../prompts/Prompt.js';
import { totalUsage } from '../../prompts/records.js';
import { processBatch, processPrompt } from '../../prompts/runPrompt.js';
import { builder } from '../builder.js';
import { callerOf } from '../context.js';
import { PromptType, UsageType } from './Prompt.js';
import { BatchInputType, PromptInputType } from './PromptInput.js';

const ProcessPayloadType = builder.objectRef<{ prompt: Prompt }>('ProcessPayload').implement({
  description: 'Answer of the mutations on one Prompt.',
  fields: (t) => ({
    prompt: t.expose('prompt', { type: PromptType, description: 'The Prompt as it stands.' }),
  }),
});

const BatchPayloadType = builder.objectRef<{ prompts: Prompt[] }>('BatchPayload').implement({
  description: 'Answer of `batch`.',
  fields: (t) => ({
    prompts: t.expose('prompts', { type: [PromptType], description: 'In the order asked, each with its own `error`.' }),
    usage: t.field({
      type: UsageType,
      description: 'Tokens of all together.',
      resolve: ({ prompts }) => totalUsage(prompts),
    }),
  }),
});

const DeletePayloadType = builder.objectRef<{ id: string }>('DeletePayload').implement({
  description: 'Answer of `deletePrompt`.',
  fields: (t) => ({ id: t.exposeID('id', { description: 'What is gone.' }) }),
});

builder.queryField('prompt', (t) =>
  t.field({
    type: PromptType,
    nullable: true,
    description: 'A Prompt by its id; null, with an error, when there is none or it is not yours.',
    args: { id: t.arg.id({ required: true, description: 'The Prompt.' }) },
    resolve: (_root, { id }, { services, principal }) => services.prompts.get(principal, id),
  }),
);

builder.mutationFields((t) => ({
  process: t.field({
    type: ProcessPayloadType,
    description: 'Generates a text and waits for it. Leaving before it is whole cancels the Prompt.',
    args: { input: t.arg({ type: PromptInputType, required: true, description: 'What to generate and how.' }) },
    resolve: async (_root, { input }, context) => ({
      prompt: await processPrompt(context.services.prompts, callerOf(context), input),
    }),
  }),
  batch: t.field({
    type: BatchPayloadType,
    description: 'Generates several texts, decoded together, and waits for them. One failure spoils only itself.',
    args: { input: t.arg({ type: BatchInputType, required: true, description: 'What to generate and how.' }) },
    resolve: async (_root, { input }, context) => ({
      prompts: await processBatch(context.services.prompts, callerOf(context), input),
    }),
  }),
  submit: t.field({
    type: ProcessPayloadType,
    description: 'Accepts a prompt and returns at once; it runs on without you. Follow it with `promptEvents`.',
    args: { input: t.arg({ type: PromptInputType, required: true, description: 'What to generate and how.' }) },
    resolve: async (_root, { input }, { services, principal, observed }) => {
      const prompt = await services.prompts.submit(principal, input, 'detached');
      observed?.ran(prompt, { runsOn: true });
      return { prompt };
    },
  }),
  cancelPrompt: t.field({
    type: ProcessPayloadType,
    description: 'Stops a Prompt before its next token; it keeps its text so far.',
    args: { id: t.arg.id({ required: true, description: 'The Prompt.' }) },
    resolve: async (_root, { id }, { services, principal }) => ({
      prompt: await services.prompts.cancel(principal, id),
    }),
  }),
  deletePrompt: t.field({
    type: DeletePayloadType,
    description: 'Deletes a Prompt with its input and text, cancelling it first when it runs.',
    args: { id: t.arg.id({ required: true, description: 'The Prompt.' }) },
    resolve: (_root, { id }, { services, principal }) => services.prompts.delete(principal, id),
  }),
}));
