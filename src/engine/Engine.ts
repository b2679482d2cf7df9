import type { LlamaHomeError } from '../errors/index.js';
import type { SamplingParameters } from './sampling.js';

/** One turn of a conversation. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

export interface EngineRequest {
  id: string;
  /** The rendered prompt as tokens, from `tokenize`. */
  tokens: number[];
  /** What was evaluated for one request is reused only for others of the same scope; public beginnings for all. */
  scope: string;
  sampling: SamplingParameters;
  /** Nobody reads along: its text may come in its own time, as long as all of it comes sooner. Default false. */
  unread?: boolean;
}

export interface TokenizedPrompt {
  tokens: number[];
  /** Of the tokens, how many a request of the scope asked for would reuse right now; 0 when none was asked for. */
  cachedTokens: number;
}

/** A prompt so long that it was counted no further than to the context's length. */
export interface TooManyTokens {
  moreThan: number;
}

export type EngineFinishReason = 'stop' | 'length' | 'cancelled';

export interface EngineUsage {
  promptTokens: number;
  /** Of promptTokens, how many were reused from a sequence's state instead of being prefilled. */
  cachedTokens: number;
  completionTokens: number;
}

/** How likely a token was, by the model alone. */
export interface LikelyToken {
  token: number;
  /** U+FFFD stands for part of a character. */
  text: string;
  /** Natural logarithm of its probability. */
  logprob: number;
}

/** A token of an answer, and those that were likeliest in its place, it among them or not. */
export interface TokenLogprob extends LikelyToken {
  top: LikelyToken[];
}

/** What the steps since it was last told brought for one request. */
export interface EngineProgress {
  id: string;
  /** True in the step in which prefill of this request began. */
  started?: boolean;
  /** New text, whole characters only; empty while it could still be part of a stop text or a character. */
  text: string;
  /** Tokens generated so far. */
  completionTokens: number;
  /** Of the new tokens, when they were asked for. */
  logprobs?: TokenLogprob[];
  finished?: { reason: EngineFinishReason; usage: EngineUsage; prefillMs: number; decodeMs: number };
  /** Set instead of `finished` when only this request failed. */
  failed?: string;
}

/** One native decode, and how the engine stands after it. */
export interface EngineStep {
  stepMs: number;
  /** Sequences that took part; 0 when there was nothing to decode. */
  sequences: number;
  /** Tokens evaluated, of prefill and decoding together. */
  evaluated: number;
  prefilled: number;
  generated: number;
  /** Sequences in use. */
  busy: number;
  /** Requests that have no sequence yet. */
  staged: number;
  /** Tokens that the sequences in use hold. */
  heldTokens: number;
}

/** Counters since the engine started; `step` figures describe the last native decode. */
export interface EngineStats {
  steps: number;
  generatedTokens: number;
  prefilledTokens: number;
  cachedTokens: number;
  /** Sequences in use now. */
  busy: number;
  /** Requests handed over that have no sequence yet. */
  staged: number;
  /** Generated tokens per second over the last few seconds; null until something was generated. */
  tokensPerSecond: number | null;
  /** Prompt tokens evaluated per second while prefilling; null until measured. */
  prefillTokensPerSecond: number | null;
  /** When the last step was told, in ms of the monotonic clock; null before the first. */
  lastStepAt: number | null;
}

export interface EngineInfo {
  /** Sequences decoded together. */
  slots: number;
  /** Tokens per sequence: prompt and completion together. */
  contextLength: number;
  trainContextLength: number;
  /** Tokens that the model knows, numbered from 0. */
  vocabularySize: number;
  /** `false` on CPU, else the backend's name. */
  gpu: string | false;
  threads: number;
  /** Model, context and the most that kept prefixes may take, in bytes. */
  memoryBytes: number;
  /** Of it, on the GPU. */
  gpuMemoryBytes: number;
  hasChatTemplate: boolean;
}

export interface EngineOptions {
  modelPath: string;
  /** Sequences decoded together; `auto` chooses by memory, at most 16. */
  slots: number | 'auto';
  /** Tokens per sequence; `auto` is the model's own, at most 4096. */
  contextLength: number | 'auto';
  /** `auto`: all cores. */
  threads: number | 'auto';
  gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
  onLoadProgress?: (fraction: number) => void;
  /** Warnings and errors of the native library. */
  onLog?: (level: string, message: string) => void;
  /** What whoever runs the server should know: a decode that failed, a chat template that can't be used. */
  onNotice?: (notice: EngineNotice) => void;
}

export interface EngineNotice {
  level: 'warn' | 'error';
  message: string;
  /** What the library said. */
  reason: string;
}

/** Why an engine process is gone: `closed` when we asked for it. */
export interface EngineExit {
  expected: boolean;
  reason: string;
}

/**
 * What turns token sequences into more tokens for one loaded model. It knows nothing of users, HTTP or GraphQL.
 * Obtain one with `startEngine`.
 */
export interface Engine {
  readonly info: EngineInfo;
  readonly pid: number;
  /** The process is gone: what it was asked fails, and another engine has to be started. */
  readonly isGone: boolean;
  /**
   * Renders each conversation with the model's chat template and tokenizes it; an `invalid_request` in the place of
   * one that the template refuses.
   * @throws LlamaHomeError `engine_failed` when the process is gone
   */
  tokenize(
    conversations: ChatMessage[][],
    scope?: string,
  ): Promise<(TokenizedPrompt | TooManyTokens | LlamaHomeError)[]>;
  /**
   * The tokens of a text alone; with `special`, texts like `<|im_end|>` become their special token.
   * @throws LlamaHomeError `engine_failed` when the process is gone
   */
  tokenizeText(text: string, special: boolean): Promise<number[]>;
  /**
   * Hands over requests; more than there are free sequences is allowed, they wait in order. Progress of all requests
   * comes in one call of `onProgress`. When the process dies, every unfinished request ends with `closed`.
   */
  submit(requests: EngineRequest[]): void;
  /** Stops requests before their next token, in prefill too; each ends with `finished.reason` `cancelled`. */
  cancel(ids: string[]): void;
  /**
   * Clears the states that are left of requests, in idle sequences and kept prefixes; settles when they are gone, at
   * once when the process is. One that still runs keeps its own.
   */
  forget(ids: readonly string[]): Promise<void>;
  /** Declares what begins with these system texts free to be reused by every scope, and with no others any more. */
  publish(systemTexts: readonly string[]): void;
  stats(): EngineStats;
  /** Resident memory of the process in bytes and its CPU time in seconds, or null when it can't be read. */
  resources(): Promise<{ memoryBytes: number; cpuSeconds: number } | null>;
  /**
   * Called with everything that the steps since the last call brought; short steps are told together, at most 16 ms
   * later. One listener: the dispatcher of this model.
   */
  onProgress: ((progress: EngineProgress[]) => void) | undefined;
  /** Called once per step with its figures. One listener, for those who measure. */
  onStep: ((step: EngineStep) => void) | undefined;
  /** Settles when the process is gone, however that came about. Never rejects. */
  readonly closed: Promise<EngineExit>;
  /** Ends the process; requests in flight end with `closed`. */
  close(): Promise<void>;
}
