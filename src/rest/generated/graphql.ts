/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Several prompts, admitted and decoded together; a parameter here holds for each that does not set it. */
export type BatchInput = {
  /** Decoded together at most; all at once when absent. */
  batchSize?: number | null | undefined;
  /** Milliseconds within which the answer must be whole, or it ends with `deadline_exceeded`. 1 to 86400000; default none. */
  deadlineMs?: number | null | undefined;
  /** As presencePenalty, once for each time that the answer holds the token. -2 to 2; default 0. */
  frequencyPenalty?: number | null | undefined;
  /** The same key and input within 24 hours give the same Prompts. */
  idempotencyKey?: string | null | undefined;
  /** Makes single tokens likelier or less likely: -100 all but forbids one, 100 all but forces it. At most 1024 tokens; default none. */
  logitBias?: Array<LogitBiasInput> | null | undefined;
  /** Gives the log probability of each token of the answer, and of so many that were likeliest in its place. 0 to 20; default none. */
  logprobs?: number | null | undefined;
  /** Tokens generated at most. Prompt and this must fit into the context. 1 or more; default what Config says. */
  maxTokens?: number | null | undefined;
  /** Only tokens at least this likely, relative to the likeliest. 0 to 1; default 0.05. */
  minP?: number | null | undefined;
  /** Catalogue id or alias of the model. Default the one that Config says. */
  model?: string | null | undefined;
  /** Above 0 makes tokens that the answer holds already less likely, below 0 likelier. -2 to 2; default 0. */
  presencePenalty?: number | null | undefined;
  /** Order among one's own waiting prompts. Default normal. */
  priority?: Priority | null | undefined;
  /** One Prompt each, in order. */
  prompts: Array<PromptInput>;
  /** Above 1 makes the last 64 tokens, those of the prompt included, less likely. 0.1 to 10; default 1. */
  repeatPenalty?: number | null | undefined;
  /** The shape of the answer. One that ended with STOP, and not by a stop text, is in it. Default none: the answer is free. */
  responseFormat?: ResponseFormatInput | null | undefined;
  /** Equal seeds give equal text for an equal prompt. 0 or more; default another one each time. */
  seed?: number | null | undefined;
  /** Texts that end generation; they are never part of the text. At most 16 of up to 256 characters; default none. */
  stop?: Array<string> | null | undefined;
  /** Instructions that go before the prompt. Default none. */
  system?: string | null | undefined;
  /** 0 always takes the likeliest token. 0 to 2; default what Config says. */
  temperature?: number | null | undefined;
  /** Only this many of the likeliest tokens, 0 for all. 0 or more; default 40. */
  topK?: number | null | undefined;
  /** Only the likeliest tokens that together have this probability. 0 to 1; default 0.95. */
  topP?: number | null | undefined;
};

/** Settings to change; what is left out stays. One bad value, and nothing changes. */
export type ConfigInput = {
  /** What prompts get by default. */
  modelSettings?: ModelSettingsInput | null | undefined;
  /** Limits of the server. */
  systemSettings?: SystemSettingsInput | null | undefined;
};

/** Why generation ended. */
export type FinishReason =
  /** It was cancelled. */
  | 'CANCELLED'
  /** It failed. */
  | 'ERROR'
  /** `maxTokens` were generated. */
  | 'LENGTH'
  /** The model ended its turn, or a stop text appeared. */
  | 'STOP';

/** Makes one token likelier or less likely. */
export type LogitBiasInput = {
  /** Added to its logit before each choice, -100 to 100. */
  bias: number;
  /** Its number in the model's vocabulary. */
  token: number;
};

/** One turn of a conversation. */
export type MessageInput = {
  /** What is said. */
  content: string;
  /** Who says it. */
  role: Role;
};

/** What a Model is made for. */
export type ModelCapability =
  /** Follows a conversation with roles. */
  | 'CHAT'
  /** Writes program code. */
  | 'CODE'
  /** Turns a text into a vector. */
  | 'EMBEDDING'
  /** Shortens a text. */
  | 'SUMMARIZATION'
  /** Continues or answers a text. */
  | 'TEXT_GENERATION'
  /** Carries a text into another language. */
  | 'TRANSLATION';

/** What prompts get when they do not say; what is left out stays. */
export type ModelSettingsInput = {
  /** Catalogue id or alias. */
  defaultModel?: string | null | undefined;
  /** Tokens generated at most. */
  maxTokens?: number | null | undefined;
  /** 0 (always the likeliest token) to 2. */
  temperature?: number | null | undefined;
};

/** Order among one caller's own waiting prompts. */
export type Priority =
  | 'HIGH'
  | 'LOW'
  | 'NORMAL';

/** What to generate and how. Exactly one of `prompt` and `messages`; what is left out comes from Config. */
export type PromptInput = {
  /** Milliseconds within which the answer must be whole, or it ends with `deadline_exceeded`. 1 to 86400000; default none. */
  deadlineMs?: number | null | undefined;
  /** As presencePenalty, once for each time that the answer holds the token. -2 to 2; default 0. */
  frequencyPenalty?: number | null | undefined;
  /** The same key and input within 24 hours give the same Prompt. */
  idempotencyKey?: string | null | undefined;
  /** Makes single tokens likelier or less likely: -100 all but forbids one, 100 all but forces it. At most 1024 tokens; default none. */
  logitBias?: Array<LogitBiasInput> | null | undefined;
  /** Gives the log probability of each token of the answer, and of so many that were likeliest in its place. 0 to 20; default none. */
  logprobs?: number | null | undefined;
  /** Tokens generated at most. Prompt and this must fit into the context. 1 or more; default what Config says. */
  maxTokens?: number | null | undefined;
  /** A conversation; the model says the next turn. */
  messages?: Array<MessageInput> | null | undefined;
  /** Only tokens at least this likely, relative to the likeliest. 0 to 1; default 0.05. */
  minP?: number | null | undefined;
  /** Catalogue id or alias of the model. Default the one that Config says. */
  model?: string | null | undefined;
  /** Above 0 makes tokens that the answer holds already less likely, below 0 likelier. -2 to 2; default 0. */
  presencePenalty?: number | null | undefined;
  /** Order among one's own waiting prompts. Default normal. */
  priority?: Priority | null | undefined;
  /** A single question or instruction. */
  prompt?: string | null | undefined;
  /** Above 1 makes the last 64 tokens, those of the prompt included, less likely. 0.1 to 10; default 1. */
  repeatPenalty?: number | null | undefined;
  /** The shape of the answer. One that ended with STOP, and not by a stop text, is in it. Default none: the answer is free. */
  responseFormat?: ResponseFormatInput | null | undefined;
  /** Equal seeds give equal text for an equal prompt. 0 or more; default another one each time. */
  seed?: number | null | undefined;
  /** Texts that end generation; they are never part of the text. At most 16 of up to 256 characters; default none. */
  stop?: Array<string> | null | undefined;
  /** Instructions that go before the prompt. Default none. */
  system?: string | null | undefined;
  /** 0 always takes the likeliest token. 0 to 2; default what Config says. */
  temperature?: number | null | undefined;
  /** Only this many of the likeliest tokens, 0 for all. 0 or more; default 40. */
  topK?: number | null | undefined;
  /** Only the likeliest tokens that together have this probability. 0 to 1; default 0.95. */
  topP?: number | null | undefined;
};

/** Where a Prompt stands in its life. */
export type PromptStatus =
  /** Stopped on request; `text` is what it had. */
  | 'CANCELLED'
  /** Its text is whole. */
  | 'COMPLETED'
  /** Ended by an error, see `error`. */
  | 'FAILED'
  /** Accepted, waiting for a sequence or for its model to load. */
  | 'QUEUED'
  /** Being decoded. */
  | 'RUNNING';

/** The shape that an answer is held to. */
export type ResponseFormatInput =
  {   /** One of these texts. */
  choices: Array<string>; grammar?: never; json?: never; jsonSchema?: never; regex?: never; }
  |  { choices?: never;   /** A grammar in llama.cpp's GBNF, whose rule `root` is the answer. */
  grammar: string; json?: never; jsonSchema?: never; regex?: never; }
  |  { choices?: never; grammar?: never;   /** true: any JSON. */
  json: boolean; jsonSchema?: never; regex?: never; }
  |  { choices?: never; grammar?: never; json?: never;   /** JSON that validates under this JSON Schema (2020-12; drafts 4 to 7 are read too). */
  jsonSchema: unknown; regex?: never; }
  |  { choices?: never; grammar?: never; json?: never; jsonSchema?: never;   /** The whole answer matches: ECMAScript's syntax without look-around and back-references. */
  regex: string; };

/** Who says a message. */
export type Role =
  /** The model. */
  | 'ASSISTANT'
  /** Instructions for the whole conversation. */
  | 'SYSTEM'
  /** The person. */
  | 'USER';

/** Limits of the server; what is left out stays. */
export type SystemSettingsInput = {
  /** Memory that loaded models may take together, like `10GB`. */
  cacheSize?: string | null | undefined;
  /** After so long without a Prompt a Model is unloaded; 0 is never. */
  idleUnloadMinutes?: number | null | undefined;
  /** Rate of the basic tier. */
  maxRequestsPerMinute?: number | null | undefined;
  /** All system texts whose evaluated states users may share; the list replaces the one before. */
  publicSystemTexts?: Array<string> | null | undefined;
  /** Prompts that are kept, the newest ones. */
  retentionCount?: number | null | undefined;
  /** Days that a finished Prompt is kept. */
  retentionDays?: number | null | undefined;
};

/** A text to take apart. */
export type TokenizeInput = {
  /** Catalogue id or alias of the model. Default the one that Config says. */
  model?: string | null | undefined;
  /** Whether texts like `<|im_end|>` become their special token. */
  special?: boolean | null | undefined;
  /** As it stands, no chat template is put around it. At most 65536 characters. */
  text: string;
};

export type PromptFieldsFragment = { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null };

type EventFields_PromptChunk_Fragment = { __typename: 'PromptChunk', text: string, cursor: string };

type EventFields_PromptCompleted_Fragment = { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } };

type EventFields_PromptFailed_Fragment = { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown } };

type EventFields_PromptStarted_Fragment = { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string } };

export type EventFieldsFragment =
  | EventFields_PromptChunk_Fragment
  | EventFields_PromptCompleted_Fragment
  | EventFields_PromptFailed_Fragment
  | EventFields_PromptStarted_Fragment
;

export type ModelFieldsFragment = { slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null };

export type ConfigFieldsFragment = { modelSettings: { defaultModel: string, maxTokens: number, temperature: number }, systemSettings: { cacheSize: string, maxRequestsPerMinute: number } };

export type RestProcessMutationVariables = Exact<{
  input: PromptInput;
}>;


export type RestProcessMutation = { process: { prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } } };

export type RestBatchMutationVariables = Exact<{
  input: BatchInput;
}>;


export type RestBatchMutation = { batch: { prompts: Array<{ id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null }>, usage: { promptTokens: number, completionTokens: number, totalTokens: number } } };

export type RestSubmitMutationVariables = Exact<{
  input: PromptInput;
}>;


export type RestSubmitMutation = { submit: { prompt: { id: string, status: PromptStatus, warnings: Array<string> } } };

export type RestStreamSubscriptionVariables = Exact<{
  input: PromptInput;
}>;


export type RestStreamSubscription = { stream:
    | { __typename: 'PromptChunk', text: string, cursor: string }
    | { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } }
    | { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown } }
    | { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string } }
   };

export type RestFollowSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type RestFollowSubscription = { promptEvents:
    | { __typename: 'PromptChunk', text: string, cursor: string }
    | { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } }
    | { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown } }
    | { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string } }
   };

export type RestTokenizeQueryVariables = Exact<{
  input: TokenizeInput;
}>;


export type RestTokenizeQuery = { tokenize: { tokens: Array<number>, count: number } };

export type RestPromptQueryVariables = Exact<{
  id: string | number;
}>;


export type RestPromptQuery = { prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } | null };

export type RestCancelMutationVariables = Exact<{
  id: string | number;
}>;


export type RestCancelMutation = { cancelPrompt: { prompt: { id: string, status: PromptStatus, input: string, text: string, json: unknown, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, queuePosition: number | null, createdAt: string, finishedAt: string | null, logprobs: Array<{ token: number, text: string, logprob: number, top: Array<{ token: number, text: string, logprob: number }> }> | null, usage: { promptTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } } };

export type RestDeleteMutationVariables = Exact<{
  id: string | number;
}>;


export type RestDeleteMutation = { deletePrompt: { id: string } };

export type RestModelsQueryVariables = Exact<{ [key: string]: never; }>;


export type RestModelsQuery = { models: Array<{ slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null }> };

export type RestModelQueryVariables = Exact<{
  id: string;
}>;


export type RestModelQuery = { model: { slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } | null };

export type RestConfigQueryVariables = Exact<{ [key: string]: never; }>;


export type RestConfigQuery = { config: { modelSettings: { defaultModel: string, maxTokens: number, temperature: number }, systemSettings: { cacheSize: string, maxRequestsPerMinute: number } } };

export type RestUpdateConfigMutationVariables = Exact<{
  input: ConfigInput;
}>;


export type RestUpdateConfigMutation = { updateConfig: { config: { modelSettings: { defaultModel: string, maxTokens: number, temperature: number }, systemSettings: { cacheSize: string, maxRequestsPerMinute: number } } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PromptFieldsFragmentDoc = new TypedDocumentString(`
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}
    `, {"fragmentName":"PromptFields"}) as unknown as TypedDocumentString<PromptFieldsFragment, unknown>;
export const EventFieldsFragmentDoc = new TypedDocumentString(`
    fragment EventFields on PromptEvent {
  __typename
  cursor
  ... on PromptStarted {
    attempt
    prompt {
      id
    }
  }
  ... on PromptChunk {
    text
  }
  ... on PromptCompleted {
    prompt {
      ...PromptFields
    }
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}`, {"fragmentName":"EventFields"}) as unknown as TypedDocumentString<EventFieldsFragment, unknown>;
export const ModelFieldsFragmentDoc = new TypedDocumentString(`
    fragment ModelFields on Model {
  slug
  name
  version
  parameters
  contextLength
  capabilities
  performance {
    tokensPerSecond
    memoryRequired
  }
}
    `, {"fragmentName":"ModelFields"}) as unknown as TypedDocumentString<ModelFieldsFragment, unknown>;
export const ConfigFieldsFragmentDoc = new TypedDocumentString(`
    fragment ConfigFields on Config {
  modelSettings {
    defaultModel
    maxTokens
    temperature
  }
  systemSettings {
    cacheSize
    maxRequestsPerMinute
  }
}
    `, {"fragmentName":"ConfigFields"}) as unknown as TypedDocumentString<ConfigFieldsFragment, unknown>;
export const RestProcessDocument = new TypedDocumentString(`
    mutation RestProcess($input: PromptInput!) {
  process(input: $input) {
    prompt {
      ...PromptFields
    }
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<RestProcessMutation, RestProcessMutationVariables>;
export const RestBatchDocument = new TypedDocumentString(`
    mutation RestBatch($input: BatchInput!) {
  batch(input: $input) {
    prompts {
      ...PromptFields
    }
    usage {
      promptTokens
      completionTokens
      totalTokens
    }
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<RestBatchMutation, RestBatchMutationVariables>;
export const RestSubmitDocument = new TypedDocumentString(`
    mutation RestSubmit($input: PromptInput!) {
  submit(input: $input) {
    prompt {
      id
      status
      warnings
    }
  }
}
    `) as unknown as TypedDocumentString<RestSubmitMutation, RestSubmitMutationVariables>;
export const RestStreamDocument = new TypedDocumentString(`
    subscription RestStream($input: PromptInput!) {
  stream(input: $input) {
    ...EventFields
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}
fragment EventFields on PromptEvent {
  __typename
  cursor
  ... on PromptStarted {
    attempt
    prompt {
      id
    }
  }
  ... on PromptChunk {
    text
  }
  ... on PromptCompleted {
    prompt {
      ...PromptFields
    }
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}`) as unknown as TypedDocumentString<RestStreamSubscription, RestStreamSubscriptionVariables>;
export const RestFollowDocument = new TypedDocumentString(`
    subscription RestFollow($id: ID!, $after: String) {
  promptEvents(id: $id, after: $after) {
    ...EventFields
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}
fragment EventFields on PromptEvent {
  __typename
  cursor
  ... on PromptStarted {
    attempt
    prompt {
      id
    }
  }
  ... on PromptChunk {
    text
  }
  ... on PromptCompleted {
    prompt {
      ...PromptFields
    }
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}`) as unknown as TypedDocumentString<RestFollowSubscription, RestFollowSubscriptionVariables>;
export const RestTokenizeDocument = new TypedDocumentString(`
    query RestTokenize($input: TokenizeInput!) {
  tokenize(input: $input) {
    tokens
    count
  }
}
    `) as unknown as TypedDocumentString<RestTokenizeQuery, RestTokenizeQueryVariables>;
export const RestPromptDocument = new TypedDocumentString(`
    query RestPrompt($id: ID!) {
  prompt(id: $id) {
    ...PromptFields
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<RestPromptQuery, RestPromptQueryVariables>;
export const RestCancelDocument = new TypedDocumentString(`
    mutation RestCancel($id: ID!) {
  cancelPrompt(id: $id) {
    prompt {
      ...PromptFields
    }
  }
}
    fragment PromptFields on Prompt {
  id
  status
  input
  text
  json
  logprobs {
    token
    text
    logprob
    top {
      token
      text
      logprob
    }
  }
  modelId
  warnings
  usage {
    promptTokens
    completionTokens
    totalTokens
  }
  timings {
    queueMs
    timeToFirstTokenMs
    decodeMs
    tokensPerSecond
  }
  finishReason
  error {
    code
    message
    details
  }
  attempt
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<RestCancelMutation, RestCancelMutationVariables>;
export const RestDeleteDocument = new TypedDocumentString(`
    mutation RestDelete($id: ID!) {
  deletePrompt(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<RestDeleteMutation, RestDeleteMutationVariables>;
export const RestModelsDocument = new TypedDocumentString(`
    query RestModels {
  models {
    ...ModelFields
  }
}
    fragment ModelFields on Model {
  slug
  name
  version
  parameters
  contextLength
  capabilities
  performance {
    tokensPerSecond
    memoryRequired
  }
}`) as unknown as TypedDocumentString<RestModelsQuery, RestModelsQueryVariables>;
export const RestModelDocument = new TypedDocumentString(`
    query RestModel($id: String!) {
  model(id: $id) {
    ...ModelFields
  }
}
    fragment ModelFields on Model {
  slug
  name
  version
  parameters
  contextLength
  capabilities
  performance {
    tokensPerSecond
    memoryRequired
  }
}`) as unknown as TypedDocumentString<RestModelQuery, RestModelQueryVariables>;
export const RestConfigDocument = new TypedDocumentString(`
    query RestConfig {
  config {
    ...ConfigFields
  }
}
    fragment ConfigFields on Config {
  modelSettings {
    defaultModel
    maxTokens
    temperature
  }
  systemSettings {
    cacheSize
    maxRequestsPerMinute
  }
}`) as unknown as TypedDocumentString<RestConfigQuery, RestConfigQueryVariables>;
export const RestUpdateConfigDocument = new TypedDocumentString(`
    mutation RestUpdateConfig($input: ConfigInput!) {
  updateConfig(input: $input) {
    config {
      ...ConfigFields
    }
  }
}
    fragment ConfigFields on Config {
  modelSettings {
    defaultModel
    maxTokens
    temperature
  }
  systemSettings {
    cacheSize
    maxRequestsPerMinute
  }
}`) as unknown as TypedDocumentString<RestUpdateConfigMutation, RestUpdateConfigMutationVariables>;