import type { InputObjectRef } from '@pothos/core';
import type { BatchInput, PromptInput } from '../../prompts/Prompt.js';
import { builder, type SchemaTypes } from '../builder.js';
import { RoleType } from './Prompt.js';
import { parameterFields } from './parameterFields.js';

const MessageInputType = builder.inputType('MessageInput', {
  description: 'One turn of a conversation.',
  fields: (t) => ({
    role: t.field({ type: RoleType, required: true, description: 'Who says it.' }),
    content: t.string({ required: true, description: 'What is said.' }),
  }),
});

export const PromptInputType: InputObjectRef<SchemaTypes, PromptInput> = builder
  .inputRef<PromptInput>('PromptInput')
  .implement({
    description:
      'What to generate and how. Exactly one of `prompt` and `messages`; what is left out comes from Config.',
    fields: (t) => ({
      prompt: t.string({ description: 'A single question or instruction.' }),
      messages: t.field({ type: [MessageInputType], description: 'A conversation; the model says the next turn.' }),
      ...parameterFields(t),
      idempotencyKey: t.string({ description: 'The same key and input within 24 hours give the same Prompt.' }),
    }),
  });

export const BatchInputType: InputObjectRef<SchemaTypes, BatchInput> = builder
  .inputRef<BatchInput>('BatchInput')
  .implement({
    description:
      'Several prompts, admitted and decoded together; a parameter here holds for each that does not set it.',
    fields: (t) => ({
      prompts: t.field({ type: [PromptInputType], required: true, description: 'One Prompt each, in order.' }),
      ...parameterFields(t),
      batchSize: t.int({ description: 'Decoded together at most; all at once when absent.' }),
      idempotencyKey: t.string({ description: 'The same key and input within 24 hours give the same Prompts.' }),
    }),
  });
