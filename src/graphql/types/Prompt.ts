import type { LikelyToken, TokenLogprob } from '../../engine/Engine.js';
import { jsonOf } from '../../prompts/jsonOf.js';
import type { Prompt, PromptError, Timings, Usage } from '../../prompts/Prompt.js';
import { roundFigure } from '../../telemetry/roundFigure.js';
import { builder } from '../builder.js';
import { ModelType } from './Model.js';
import { NodeType } from './Node.js';

export const PromptStatusType = builder.enumType('PromptStatus', {
  description: 'Where a Prompt stands in its life.',
  values: {
    QUEUED: { description: 'Accepted, waiting for a sequence or for its model to load.' },
    RUNNING: { description: 'Being decoded.' },
    COMPLETED: { description: 'Its text is whole.' },
    FAILED: { description: 'Ended by an error, see `error`.' },
    CANCELLED: { description: 'Stopped on request; `text` is what it had.' },
  } as const,
});

const FinishReasonType = builder.enumType('FinishReason', {
  description: 'Why generation ended.',
  values: {
    STOP: { description: 'The model ended its turn, or a stop text appeared.' },
    LENGTH: { description: '`maxTokens` were generated.' },
    CANCELLED: { description: 'It was cancelled.' },
    ERROR: { description: 'It failed.' },
  } as const,
});

export const PriorityType = builder.enumType('Priority', {
  description: "Order among one caller's own waiting prompts.",
  values: ['LOW', 'NORMAL', 'HIGH'] as const,
});

export const RoleType = builder.enumType('Role', {
  description: 'Who says a message.',
  values: {
    SYSTEM: { value: 'system', description: 'Instructions for the whole conversation.' },
    USER: { value: 'user', description: 'The person.' },
    ASSISTANT: { value: 'assistant', description: 'The model.' },
  } as const,
});

const MessageType = builder.objectRef<Prompt['messages'][number]>('Message').implement({
  description: 'One turn of a conversation.',
  fields: (t) => ({
    role: t.expose('role', { type: RoleType, description: 'Who says it.' }),
    content: t.exposeString('content', { description: 'What is said.' }),
  }),
});

export const UsageType = builder.objectRef<Usage>('Usage').implement({
  description: 'Tokens that were read and written.',
  fields: (t) => ({
    promptTokens: t.exposeInt('promptTokens', { description: 'Tokens of the rendered prompt.' }),
    cachedTokens: t.exposeInt('cachedTokens', {
      description: 'Of `promptTokens`, how many were reused from an earlier prompt with the same beginning.',
    }),
    completionTokens: t.exposeInt('completionTokens', { description: 'Tokens generated.' }),
    totalTokens: t.exposeInt('totalTokens', { description: 'Both together.' }),
  }),
});

const TimingsType = builder.objectRef<Timings>('Timings').implement({
  description: 'How long each part took; null until it is known.',
  fields: (t) => ({
    queueMs: t.float({
      resolve: ({ queueMs }) => roundFigure(queueMs),
      nullable: true,
      description: 'Arrival to the start of work on it.',
    }),
    timeToFirstTokenMs: t.float({
      resolve: ({ timeToFirstTokenMs }) => roundFigure(timeToFirstTokenMs),
      nullable: true,
      description: 'Arrival to the first text.',
    }),
    decodeMs: t.float({
      resolve: ({ decodeMs }) => roundFigure(decodeMs),
      nullable: true,
      description: 'First to last token.',
    }),
    tokensPerSecond: t.float({
      resolve: ({ tokensPerSecond }) => roundFigure(tokensPerSecond),
      nullable: true,
      description: 'Decoding rate.',
    }),
  }),
});

export const PromptErrorType = builder.objectRef<PromptError>('PromptError').implement({
  description: 'Why a Prompt failed.',
  fields: (t) => ({
    code: t.string({
      description: 'A code of the error catalogue, upper case.',
      resolve: (error) => error.code.toUpperCase(),
    }),
    message: t.exposeString('message', { description: 'What was wrong and what can be done.' }),
    details: t.field({
      type: 'JSON',
      nullable: true,
      description: 'More about it, as the error catalogue says for its code.',
      resolve: (error) => error.details,
    }),
  }),
});

const TokenLogprobType = builder.objectRef<TokenLogprob | LikelyToken>('TokenLogprob');

TokenLogprobType.implement({
  description:
    'How likely a token was by the model alone: before biases, penalties, temperature and the response format.',
  fields: (t) => ({
    token: t.exposeInt('token', { description: "Its number in the model's vocabulary." }),
    text: t.exposeString('text', { description: 'Its text; U+FFFD stands for part of a character.' }),
    logprob: t.exposeFloat('logprob', { description: 'Natural logarithm of its probability.' }),
    top: t.field({
      type: [TokenLogprobType],
      description: 'The likeliest in its place, likeliest first; empty inside of this list.',
      resolve: (token): (TokenLogprob | LikelyToken)[] => ('top' in token ? token.top : []),
    }),
  }),
});

export const PromptType = builder.objectRef<Prompt>('Prompt').implement({
  description: 'One request to generate text, with its whole life.',
  interfaces: [NodeType],
  isTypeOf: (value) => typeof value === 'object' && value !== null && 'ownerId' in value,
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Global id, `prm_…`.' }),
    status: t.expose('status', { type: PromptStatusType, description: 'Where it stands.' }),
    input: t.exposeString('input', {
      description: 'What was asked: the prompt, or the conversation as `role: content` lines.',
    }),
    messages: t.expose('messages', {
      type: [MessageType],
      description: 'What was asked, as the conversation that the model sees.',
    }),
    text: t.exposeString('text', { description: 'Generated so far, whitespace exact.' }),
    json: t.field({
      type: 'JSON',
      nullable: true,
      description: 'The answer, parsed, when `responseFormat` asked for JSON and it is whole.',
      resolve: (prompt) => jsonOf(prompt),
    }),
    logprobs: t.expose('logprobs', {
      type: [TokenLogprobType],
      nullable: true,
      description: 'Of each token so far, when `logprobs` asked for it.',
    }),
    modelId: t.exposeString('modelId', { description: 'Catalogue id of the Model that runs it, aliases resolved.' }),
    model: t.field({
      type: ModelType,
      nullable: true,
      description: 'The Model that runs it; null when the catalogue has lost it.',
      resolve: (prompt, _args, { services }) => services.models.find(prompt.modelId) ?? null,
    }),
    warnings: t.stringList({
      description: 'What was done otherwise than was asked, each in a sentence, like another model that answered.',
      resolve: ({ warnings }) => [...warnings],
    }),
    usage: t.expose('usage', { type: UsageType, nullable: true, description: 'Tokens; null until it has run.' }),
    timings: t.expose('timings', { type: TimingsType, nullable: true, description: 'How long each part took.' }),
    finishReason: t.expose('finishReason', {
      type: FinishReasonType,
      nullable: true,
      description: 'Why generation ended; null until it did.',
    }),
    error: t.expose('error', { type: PromptErrorType, nullable: true, description: 'Set when `status` is FAILED.' }),
    attempt: t.exposeInt('attempt', { description: '1 at first; one more each time it had to run again.' }),
    priority: t.expose('priority', { type: PriorityType, description: "Order among its owner's waiting prompts." }),
    queuePosition: t.int({
      nullable: true,
      description: "Place in its model's queue, 0 is next; null when it does not wait.",
      resolve: (prompt, _args, { services }) => services.prompts.queuePosition(prompt),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.' }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});
