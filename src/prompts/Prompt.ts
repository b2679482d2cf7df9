import type { ChatMessage, TokenLogprob } from '../engine/Engine.js';
import type { SamplingParameters } from '../engine/sampling.js';
import type { ErrorCode, ErrorDetails } from '../errors/index.js';
import type { ParameterInput, Priority } from './parameters.js';

export type PromptStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
export type FinishReason = 'STOP' | 'LENGTH' | 'CANCELLED' | 'ERROR';

/** What a caller asks for, as in the contract's PromptInput; REST spells the same names in snake_case. */
export interface PromptInput extends ParameterInput {
  prompt?: string | null | undefined;
  messages?: ChatMessage[] | null | undefined;
  idempotencyKey?: string | null | undefined;
}

/** The parameters hold for every prompt that does not say otherwise. */
export interface BatchInput extends ParameterInput {
  prompts: PromptInput[];
  /** Decoded together at most; all at once when absent. */
  batchSize?: number | null | undefined;
  idempotencyKey?: string | null | undefined;
}

export interface Usage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  totalTokens: number;
}

export interface Timings {
  /** Arrival to the start of prefill. */
  queueMs: number | null;
  /** Arrival to the first text. */
  timeToFirstTokenMs: number | null;
  decodeMs: number | null;
  tokensPerSecond: number | null;
}

export interface PromptError {
  code: ErrorCode;
  message: string;
  details?: ErrorDetails;
}

/** One request to generate text with its whole life. The object a caller holds is live: fields change as it runs. */
export interface Prompt {
  /** `prm_` and a time-ordered UUID; the same in GraphQL, REST, logs and tables. */
  readonly id: string;
  readonly ownerId: string;
  readonly batchId: string | null;
  status: PromptStatus;
  /** What was asked, as text: the prompt, or the conversation as `role: content` lines. */
  readonly input: string;
  readonly messages: ChatMessage[];
  readonly sampling: SamplingParameters;
  readonly priority: Priority;
  readonly modelId: string;
  /** What was done otherwise than was asked, each in a sentence. */
  readonly warnings: readonly string[];
  /** Generated so far. */
  text: string;
  /** Of the tokens so far, when they were asked for. */
  logprobs: TokenLogprob[] | null;
  usage: Usage | null;
  timings: Timings;
  finishReason: FinishReason | null;
  error: PromptError | null;
  /** 1 at first; one more each time it had to run again. */
  attempt: number;
  readonly createdAt: Date;
  finishedAt: Date | null;
}

/**
 * - `attached`: the caller waits for it (process, batch); cut off by a crash it is FAILED.
 * - `followed`: it lives as long as its stream (subscription `stream`, REST `/stream`).
 * - `detached`: `submit`; durable, runs on and runs again after a crash.
 */
export type PromptMode = 'attached' | 'followed' | 'detached';

/** One step of a Prompt's life on a stream. `cursor` is opaque: hand it back as `after` to go on right there. */
export type PromptEvent = { cursor: string; prompt: Prompt } & (
  | { type: 'started'; attempt: number }
  | { type: 'chunk'; index: number; text: string }
  | { type: 'completed' }
  | { type: 'failed'; error: PromptError }
);

export function isFinished(status: PromptStatus): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}
