/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** An API key to be made. It can never do more than the caller. */
export type ApiKeyInput = {
  /** Name for people. */
  name: string;
  /** What it may do. */
  scopes: Array<string>;
  /** Its allowance. */
  tier: Tier;
  /** Whose key it is; the caller when absent. */
  userId?: string | null | undefined;
};

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

/** Where a Model stands on this server. */
export type ModelState =
  /** In the catalogue, not on this machine. */
  | 'AVAILABLE'
  /** On its way to this machine. */
  | 'DOWNLOADING'
  /** Could not be fetched or loaded; `failure` says why. */
  | 'FAILED'
  /** On this machine, not in memory. */
  | 'INSTALLED'
  /** On its way into memory. */
  | 'LOADING'
  /** In memory, ready for prompts. */
  | 'READY';

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

/** A named allowance: requests a minute, burst, and prompts at once. */
export type Tier =
  /** 60 requests a minute unless Config says otherwise, burst 10, 5 prompts at once. */
  | 'BASIC'
  /** 1000 requests a minute, burst 100, 100 prompts at once. */
  | 'ENTERPRISE'
  /** 300 requests a minute, burst 50, 20 prompts at once. */
  | 'PRO';

/** A token to be made. It can never do more than the caller, lasts no longer than the token it is made with, and ends when the API key behind that is revoked. */
export type TokenInput = {
  /** Seconds that it lasts; less when the token it is made with ends before: see `expiresAt`. */
  expiresIn: number;
  /** What it may do. */
  scopes?: Array<string> | null | undefined;
  /** Its allowance. */
  tier?: Tier | null | undefined;
  /** Whose token it is. */
  userId: string;
};

export type EveryPromptFieldFragment = { id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null };

type EveryEventField_PromptChunk_Fragment = { __typename: 'PromptChunk', index: number, text: string, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } };

type EveryEventField_PromptCompleted_Fragment = { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } };

type EveryEventField_PromptFailed_Fragment = { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown }, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } };

type EveryEventField_PromptStarted_Fragment = { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } };

export type EveryEventFieldFragment =
  | EveryEventField_PromptChunk_Fragment
  | EveryEventField_PromptCompleted_Fragment
  | EveryEventField_PromptFailed_Fragment
  | EveryEventField_PromptStarted_Fragment
;

export type EveryModelFieldFragment = { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null };

export type EveryServerFieldFragment = { version: string, uptimeMs: number, tokensPerSecond: number | null, defaultModel: { slug: string, state: ModelState } | null, slots: { total: number, busy: number }, queue: { waiting: number, limit: number }, models: Array<{ slug: string, idleSince: string | null }>, resources: { cpuPercent: number, memoryBytes: number, gpuMemoryBytes: number, eventLoopDelayMs: number } };

export type ProcessMutationVariables = Exact<{
  input: PromptInput;
}>;


export type ProcessMutation = { process: { prompt: { id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } } };

export type BatchMutationVariables = Exact<{
  input: BatchInput;
}>;


export type BatchMutation = { batch: { prompts: Array<{ id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null }>, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } } };

export type SubmitMutationVariables = Exact<{
  input: PromptInput;
}>;


export type SubmitMutation = { submit: { prompt: { id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } } };

export type CancelMutationVariables = Exact<{
  id: string | number;
}>;


export type CancelMutation = { cancelPrompt: { prompt: { id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } } };

export type DeleteMutationVariables = Exact<{
  id: string | number;
}>;


export type DeleteMutation = { deletePrompt: { id: string } };

export type OnePromptQueryVariables = Exact<{
  id: string | number;
}>;


export type OnePromptQuery = { prompt: { id: string, status: PromptStatus, input: string, text: string, modelId: string, warnings: Array<string>, finishReason: FinishReason | null, attempt: number, priority: Priority, queuePosition: number | null, createdAt: string, finishedAt: string | null, messages: Array<{ role: Role, content: string }>, model: { id: string, slug: string, state: ModelState } | null, usage: { promptTokens: number, cachedTokens: number, completionTokens: number, totalTokens: number } | null, timings: { queueMs: number | null, timeToFirstTokenMs: number | null, decodeMs: number | null, tokensPerSecond: number | null } | null, error: { code: string, message: string, details: unknown } | null } | null };

export type ManyPromptsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  status?: PromptStatus | null | undefined;
}>;


export type ManyPromptsQuery = { prompts: { edges: Array<{ cursor: string, node: { id: string, status: PromptStatus } }>, pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null } } };

export type AnyNodeQueryVariables = Exact<{
  id: string | number;
}>;


export type AnyNodeQuery = { node:
    | { __typename: 'ApiKey', id: string }
    | { __typename: 'Model', id: string }
    | { __typename: 'Prompt', id: string }
   | null };

export type EstimatePromptQueryVariables = Exact<{
  input: PromptInput;
}>;


export type EstimatePromptQuery = { estimate: { promptTokens: number, cachedTokens: number, contextLength: number, fits: boolean, expectedQueueMs: number | null, expectedFirstTokenMs: number | null, warnings: Array<string> } };

export type AllModelsQueryVariables = Exact<{
  state?: ModelState | null | undefined;
}>;


export type AllModelsQuery = { models: Array<{ id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null }> };

export type OneModelQueryVariables = Exact<{
  id: string;
}>;


export type OneModelQuery = { model: { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } | null };

export type LoadModelMutationVariables = Exact<{
  id: string;
}>;


export type LoadModelMutation = { loadModel: { model: { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } } };

export type UnloadModelMutationVariables = Exact<{
  id: string;
}>;


export type UnloadModelMutation = { unloadModel: { model: { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } } };

export type InstallModelMutationVariables = Exact<{
  id: string;
}>;


export type InstallModelMutation = { installModel: { model: { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } } };

export type RemoveModelMutationVariables = Exact<{
  id: string;
}>;


export type RemoveModelMutation = { removeModel: { model: { id: string, slug: string, name: string, version: string, parameters: string, contextLength: number, capabilities: Array<ModelCapability>, licence: string | null, state: ModelState, failure: string | null, sizeBytes: number, aliases: Array<string>, isDefault: boolean, chatTemplate: string | null, performance: { tokensPerSecond: number | null, memoryRequired: number | null } | null } } };

export type ReadConfigQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadConfigQuery = { config: { modelSettings: { defaultModel: string, maxTokens: number, temperature: number }, systemSettings: { cacheSize: string, maxRequestsPerMinute: number } } };

export type UpdateConfigMutationVariables = Exact<{
  input: ConfigInput;
}>;


export type UpdateConfigMutation = { updateConfig: { config: { modelSettings: { defaultModel: string, maxTokens: number, temperature: number }, systemSettings: { cacheSize: string, maxRequestsPerMinute: number } } } };

export type ReadServerQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadServerQuery = { server: { version: string, uptimeMs: number, tokensPerSecond: number | null, defaultModel: { slug: string, state: ModelState } | null, slots: { total: number, busy: number }, queue: { waiting: number, limit: number }, models: Array<{ slug: string, idleSince: string | null }>, resources: { cpuPercent: number, memoryBytes: number, gpuMemoryBytes: number, eventLoopDelayMs: number } } };

export type ReadViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ReadViewerQuery = { viewer: { id: string, tier: Tier, scopes: Array<string>, rateLimit: { limit: number, burst: number, remaining: number, resetAt: string } } };

export type CreateTokenMutationVariables = Exact<{
  input: TokenInput;
}>;


export type CreateTokenMutation = { createToken: { token: string, expiresAt: string } };

export type CreateApiKeyMutationVariables = Exact<{
  input: ApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { key: string | null, apiKey: { id: string, name: string, prefix: string, userId: string, tier: Tier, scopes: Array<string>, createdAt: string, lastUsedAt: string | null, revokedAt: string | null } } };

export type RevokeApiKeyMutationVariables = Exact<{
  id: string | number;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { key: string | null, apiKey: { id: string, revokedAt: string | null } } };

export type StreamSubscriptionVariables = Exact<{
  input: PromptInput;
}>;


export type StreamSubscription = { stream:
    | { __typename: 'PromptChunk', index: number, text: string, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown }, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
   };

export type PromptEventsSubscriptionVariables = Exact<{
  id: string | number;
  after?: string | null | undefined;
}>;


export type PromptEventsSubscription = { promptEvents:
    | { __typename: 'PromptChunk', index: number, text: string, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptCompleted', cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptFailed', cursor: string, error: { code: string, message: string, details: unknown }, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
    | { __typename: 'PromptStarted', attempt: number, cursor: string, prompt: { id: string, status: PromptStatus, finishReason: FinishReason | null, text: string } }
   };

export type ModelEventsSubscriptionVariables = Exact<{
  id?: string | null | undefined;
}>;


export type ModelEventsSubscription = { modelEvents: { state: ModelState, downloadedBytes: number | null, totalBytes: number | null, progress: number | null, model: { slug: string } } };

export type ServerStatusSubscriptionVariables = Exact<{
  everyMs?: number | null | undefined;
}>;


export type ServerStatusSubscription = { serverStatus: { version: string, uptimeMs: number, tokensPerSecond: number | null, defaultModel: { slug: string, state: ModelState } | null, slots: { total: number, busy: number }, queue: { waiting: number, limit: number }, models: Array<{ slug: string, idleSince: string | null }>, resources: { cpuPercent: number, memoryBytes: number, gpuMemoryBytes: number, eventLoopDelayMs: number } } };

export type ConfigChangedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ConfigChangedSubscription = { configChanged: { modelSettings: { maxTokens: number } } };

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
export const EveryPromptFieldFragmentDoc = new TypedDocumentString(`
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}
    `, {"fragmentName":"EveryPromptField"}) as unknown as TypedDocumentString<EveryPromptFieldFragment, unknown>;
export const EveryEventFieldFragmentDoc = new TypedDocumentString(`
    fragment EveryEventField on PromptEvent {
  __typename
  cursor
  prompt {
    id
    status
    finishReason
    text
  }
  ... on PromptStarted {
    attempt
  }
  ... on PromptChunk {
    index
    text
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}
    `, {"fragmentName":"EveryEventField"}) as unknown as TypedDocumentString<EveryEventFieldFragment, unknown>;
export const EveryModelFieldFragmentDoc = new TypedDocumentString(`
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}
    `, {"fragmentName":"EveryModelField"}) as unknown as TypedDocumentString<EveryModelFieldFragment, unknown>;
export const EveryServerFieldFragmentDoc = new TypedDocumentString(`
    fragment EveryServerField on Server {
  version
  uptimeMs
  defaultModel {
    slug
    state
  }
  slots {
    total
    busy
  }
  queue {
    waiting
    limit
  }
  models {
    slug
    idleSince
  }
  tokensPerSecond
  resources {
    cpuPercent
    memoryBytes
    gpuMemoryBytes
    eventLoopDelayMs
  }
}
    `, {"fragmentName":"EveryServerField"}) as unknown as TypedDocumentString<EveryServerFieldFragment, unknown>;
export const ProcessDocument = new TypedDocumentString(`
    mutation Process($input: PromptInput!) {
  process(input: $input) {
    prompt {
      ...EveryPromptField
    }
  }
}
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<ProcessMutation, ProcessMutationVariables>;
export const BatchDocument = new TypedDocumentString(`
    mutation Batch($input: BatchInput!) {
  batch(input: $input) {
    prompts {
      ...EveryPromptField
    }
    usage {
      promptTokens
      cachedTokens
      completionTokens
      totalTokens
    }
  }
}
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<BatchMutation, BatchMutationVariables>;
export const SubmitDocument = new TypedDocumentString(`
    mutation Submit($input: PromptInput!) {
  submit(input: $input) {
    prompt {
      ...EveryPromptField
    }
  }
}
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<SubmitMutation, SubmitMutationVariables>;
export const CancelDocument = new TypedDocumentString(`
    mutation Cancel($id: ID!) {
  cancelPrompt(id: $id) {
    prompt {
      ...EveryPromptField
    }
  }
}
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<CancelMutation, CancelMutationVariables>;
export const DeleteDocument = new TypedDocumentString(`
    mutation Delete($id: ID!) {
  deletePrompt(id: $id) {
    id
  }
}
    `) as unknown as TypedDocumentString<DeleteMutation, DeleteMutationVariables>;
export const OnePromptDocument = new TypedDocumentString(`
    query OnePrompt($id: ID!) {
  prompt(id: $id) {
    ...EveryPromptField
  }
}
    fragment EveryPromptField on Prompt {
  id
  status
  input
  messages {
    role
    content
  }
  text
  modelId
  warnings
  model {
    id
    slug
    state
  }
  usage {
    promptTokens
    cachedTokens
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
  priority
  queuePosition
  createdAt
  finishedAt
}`) as unknown as TypedDocumentString<OnePromptQuery, OnePromptQueryVariables>;
export const ManyPromptsDocument = new TypedDocumentString(`
    query ManyPrompts($first: Int, $after: String, $status: PromptStatus) {
  prompts(first: $first, after: $after, status: $status) {
    edges {
      cursor
      node {
        id
        status
      }
    }
    pageInfo {
      hasNextPage
      hasPreviousPage
      startCursor
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ManyPromptsQuery, ManyPromptsQueryVariables>;
export const AnyNodeDocument = new TypedDocumentString(`
    query AnyNode($id: ID!) {
  node(id: $id) {
    __typename
    id
  }
}
    `) as unknown as TypedDocumentString<AnyNodeQuery, AnyNodeQueryVariables>;
export const EstimatePromptDocument = new TypedDocumentString(`
    query EstimatePrompt($input: PromptInput!) {
  estimate(input: $input) {
    promptTokens
    cachedTokens
    contextLength
    fits
    expectedQueueMs
    expectedFirstTokenMs
    warnings
  }
}
    `) as unknown as TypedDocumentString<EstimatePromptQuery, EstimatePromptQueryVariables>;
export const AllModelsDocument = new TypedDocumentString(`
    query AllModels($state: ModelState) {
  models(state: $state) {
    ...EveryModelField
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<AllModelsQuery, AllModelsQueryVariables>;
export const OneModelDocument = new TypedDocumentString(`
    query OneModel($id: String!) {
  model(id: $id) {
    ...EveryModelField
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<OneModelQuery, OneModelQueryVariables>;
export const LoadModelDocument = new TypedDocumentString(`
    mutation LoadModel($id: String!) {
  loadModel(id: $id) {
    model {
      ...EveryModelField
    }
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<LoadModelMutation, LoadModelMutationVariables>;
export const UnloadModelDocument = new TypedDocumentString(`
    mutation UnloadModel($id: String!) {
  unloadModel(id: $id) {
    model {
      ...EveryModelField
    }
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<UnloadModelMutation, UnloadModelMutationVariables>;
export const InstallModelDocument = new TypedDocumentString(`
    mutation InstallModel($id: String!) {
  installModel(id: $id) {
    model {
      ...EveryModelField
    }
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<InstallModelMutation, InstallModelMutationVariables>;
export const RemoveModelDocument = new TypedDocumentString(`
    mutation RemoveModel($id: String!) {
  removeModel(id: $id) {
    model {
      ...EveryModelField
    }
  }
}
    fragment EveryModelField on Model {
  id
  slug
  name
  version
  parameters
  contextLength
  capabilities
  licence
  state
  failure
  performance {
    tokensPerSecond
    memoryRequired
  }
  sizeBytes
  aliases
  isDefault
  chatTemplate
}`) as unknown as TypedDocumentString<RemoveModelMutation, RemoveModelMutationVariables>;
export const ReadConfigDocument = new TypedDocumentString(`
    query ReadConfig {
  config {
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
}
    `) as unknown as TypedDocumentString<ReadConfigQuery, ReadConfigQueryVariables>;
export const UpdateConfigDocument = new TypedDocumentString(`
    mutation UpdateConfig($input: ConfigInput!) {
  updateConfig(input: $input) {
    config {
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
  }
}
    `) as unknown as TypedDocumentString<UpdateConfigMutation, UpdateConfigMutationVariables>;
export const ReadServerDocument = new TypedDocumentString(`
    query ReadServer {
  server {
    ...EveryServerField
  }
}
    fragment EveryServerField on Server {
  version
  uptimeMs
  defaultModel {
    slug
    state
  }
  slots {
    total
    busy
  }
  queue {
    waiting
    limit
  }
  models {
    slug
    idleSince
  }
  tokensPerSecond
  resources {
    cpuPercent
    memoryBytes
    gpuMemoryBytes
    eventLoopDelayMs
  }
}`) as unknown as TypedDocumentString<ReadServerQuery, ReadServerQueryVariables>;
export const ReadViewerDocument = new TypedDocumentString(`
    query ReadViewer {
  viewer {
    id
    tier
    scopes
    rateLimit {
      limit
      burst
      remaining
      resetAt
    }
  }
}
    `) as unknown as TypedDocumentString<ReadViewerQuery, ReadViewerQueryVariables>;
export const CreateTokenDocument = new TypedDocumentString(`
    mutation CreateToken($input: TokenInput!) {
  createToken(input: $input) {
    token
    expiresAt
  }
}
    `) as unknown as TypedDocumentString<CreateTokenMutation, CreateTokenMutationVariables>;
export const CreateApiKeyDocument = new TypedDocumentString(`
    mutation CreateApiKey($input: ApiKeyInput!) {
  createApiKey(input: $input) {
    apiKey {
      id
      name
      prefix
      userId
      tier
      scopes
      createdAt
      lastUsedAt
      revokedAt
    }
    key
  }
}
    `) as unknown as TypedDocumentString<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = new TypedDocumentString(`
    mutation RevokeApiKey($id: ID!) {
  revokeApiKey(id: $id) {
    apiKey {
      id
      revokedAt
    }
    key
  }
}
    `) as unknown as TypedDocumentString<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const StreamDocument = new TypedDocumentString(`
    subscription Stream($input: PromptInput!) {
  stream(input: $input) {
    ...EveryEventField
  }
}
    fragment EveryEventField on PromptEvent {
  __typename
  cursor
  prompt {
    id
    status
    finishReason
    text
  }
  ... on PromptStarted {
    attempt
  }
  ... on PromptChunk {
    index
    text
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}`) as unknown as TypedDocumentString<StreamSubscription, StreamSubscriptionVariables>;
export const PromptEventsDocument = new TypedDocumentString(`
    subscription PromptEvents($id: ID!, $after: String) {
  promptEvents(id: $id, after: $after) {
    ...EveryEventField
  }
}
    fragment EveryEventField on PromptEvent {
  __typename
  cursor
  prompt {
    id
    status
    finishReason
    text
  }
  ... on PromptStarted {
    attempt
  }
  ... on PromptChunk {
    index
    text
  }
  ... on PromptFailed {
    error {
      code
      message
      details
    }
  }
}`) as unknown as TypedDocumentString<PromptEventsSubscription, PromptEventsSubscriptionVariables>;
export const ModelEventsDocument = new TypedDocumentString(`
    subscription ModelEvents($id: String) {
  modelEvents(id: $id) {
    model {
      slug
    }
    state
    downloadedBytes
    totalBytes
    progress
  }
}
    `) as unknown as TypedDocumentString<ModelEventsSubscription, ModelEventsSubscriptionVariables>;
export const ServerStatusDocument = new TypedDocumentString(`
    subscription ServerStatus($everyMs: Int) {
  serverStatus(everyMs: $everyMs) {
    ...EveryServerField
  }
}
    fragment EveryServerField on Server {
  version
  uptimeMs
  defaultModel {
    slug
    state
  }
  slots {
    total
    busy
  }
  queue {
    waiting
    limit
  }
  models {
    slug
    idleSince
  }
  tokensPerSecond
  resources {
    cpuPercent
    memoryBytes
    gpuMemoryBytes
    eventLoopDelayMs
  }
}`) as unknown as TypedDocumentString<ServerStatusSubscription, ServerStatusSubscriptionVariables>;
export const ConfigChangedDocument = new TypedDocumentString(`
    subscription ConfigChanged {
  configChanged {
    modelSettings {
      maxTokens
    }
  }
}
    `) as unknown as TypedDocumentString<ConfigChangedSubscription, ConfigChangedSubscriptionVariables>;