import type { PromptEvent } from '../../prompts/Prompt.js';
import { streamPrompt } from '../../prompts/runPrompt.js';
import { builder } from '../builder.js';
import { callerOf } from '../context.js';
import { PromptErrorType, PromptType } from './Prompt.js';
import { PromptInputType } from './PromptInput.js';

type EventOf<Type extends PromptEvent['type']> = Extract<PromptEvent, { type: Type }>;

const typeNames = {
  started: 'PromptStarted',
  chunk: 'PromptChunk',
  completed: 'PromptCompleted',
  failed: 'PromptFailed',
} as const;

const PromptEventType = builder.interfaceRef<PromptEvent>('PromptEvent').implement({
  description: "One step of a Prompt's life on a stream.",
  resolveType: (event) => typeNames[event.type],
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Opaque: hand it back as `after` to go on right behind this event.',
    }),
    prompt: t.expose('prompt', { type: PromptType, description: 'The Prompt as it stands now.' }),
  }),
});

builder.objectRef<EventOf<'started'>>('PromptStarted').implement({
  description: 'An attempt at the Prompt begins, and its text begins anew.',
  interfaces: [PromptEventType],
  fields: (t) => ({
    attempt: t.exposeInt('attempt', { description: '1 at first; one more each time it had to run again.' }),
  }),
});

builder.objectRef<EventOf<'chunk'>>('PromptChunk').implement({
  description: 'The next piece of text. All chunks of an attempt joined are its text, whitespace exact.',
  interfaces: [PromptEventType],
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Counts the chunks of this subscription: 0, 1, 2 …' }),
    text: t.exposeString('text', { description: 'The piece.' }),
  }),
});

builder.objectRef<EventOf<'completed'>>('PromptCompleted').implement({
  description: 'The Prompt is COMPLETED, or CANCELLED with what it had.',
  interfaces: [PromptEventType],
});

builder.objectRef<EventOf<'failed'>>('PromptFailed').implement({
  description: 'The Prompt is FAILED.',
  interfaces: [PromptEventType],
  fields: (t) => ({
    error: t.expose('error', { type: PromptErrorType, description: 'Why.' }),
  }),
});

builder.subscriptionFields((t) => ({
  stream: t.field({
    type: PromptEventType,
    description: 'Submits a prompt and follows it. Ending the subscription cancels the Prompt.',
    args: { input: t.arg({ type: PromptInputType, required: true, description: 'What to generate and how.' }) },
    subscribe: (_root, { input }, context) => streamPrompt(context.services.prompts, callerOf(context), input),
    resolve: (event) => event,
  }),
  promptEvents: t.field({
    type: PromptEventType,
    description: 'Follows a Prompt from its beginning or from a cursor on. Ending the subscription cancels nothing.',
    args: {
      id: t.arg.id({ required: true, description: 'The Prompt.' }),
      after: t.arg.string({ description: 'A cursor: go on right behind its event.' }),
    },
    subscribe: (_root, { id, after }, { services, principal, signal }) =>
      services.prompts.follow(principal, id, { after: after ?? null, signal }),
    resolve: (event) => event,
  }),
}));
