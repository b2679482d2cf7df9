import { builder } from '../builder.js';
import { PriorityType, RoleType } from './Prompt.js';

const MessageInputType = builder.inputType('MessageInput', {
  description: 'One turn of a conversation.',
  fields: (t) => ({
    role: t.field({ type: RoleType, required: true, description: 'Who says it.' }),
    content: t.string({ required: true, description: 'What is said.' }),
  }),
});

export const PromptInputType = builder.inputType('PromptInput', {
  description: 'What to generate and how. Exactly one of `prompt` and `messages`; what is left out comes from Config.',
  fields: (t) => ({
    prompt: t.string({ description: 'A single question or instruction.' }),
    messages: t.field({ type: [MessageInputType], description: 'A conversation; the model says the next turn.' }),
    system: t.string({ description: 'Instructions that go before the conversation.' }),
    model: t.string({ description: 'Catalogue id or alias of the Model.' }),
    maxTokens: t.int({ description: 'Tokens generated at most.' }),
    temperature: t.float({ description: '0 (always the likeliest token) to 2.' }),
    topP: t.float({ description: 'Only the likeliest tokens that together have this probability.' }),
    topK: t.int({ description: 'Only this many of the likeliest tokens.' }),
    minP: t.float({ description: 'Only tokens at least this likely, relative to the likeliest.' }),
    seed: t.int({ description: 'Equal seeds give equal text for an equal prompt.' }),
    stop: t.stringList({ description: 'Texts that end generation; they are never part of the text.' }),
    repeatPenalty: t.float({ description: 'Above 1 makes recent tokens less likely.' }),
    deadlineMs: t.int({
      description: 'The answer must be whole within this time, or it ends with `DEADLINE_EXCEEDED`.',
    }),
    priority: t.field({ type: PriorityType, description: "Order among one caller's own waiting prompts." }),
    idempotencyKey: t.string({ description: 'The same key and input within 24 hours give the same Prompt.' }),
  }),
});

export const BatchInputType = builder.inputType('BatchInput', {
  description: 'Several prompts, admitted and decoded together; a parameter here holds for each that does not set it.',
  fields: (t) => ({
    prompts: t.field({ type: [PromptInputType], required: true, description: 'One Prompt each, in order.' }),
    model: t.string({ description: 'Catalogue id or alias of the Model.' }),
    maxTokens: t.int({ description: 'Tokens generated at most, for each.' }),
    temperature: t.float({ description: '0 (always the likeliest token) to 2.' }),
    batchSize: t.int({ description: 'Decoded together at most; all at once when absent.' }),
    idempotencyKey: t.string({ description: 'The same key and input within 24 hours give the same Prompts.' }),
  }),
});
