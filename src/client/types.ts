import type { APIError } from './APIError.js';
import type { GenerationOptions } from './generated/GenerationOptions.js';

export type { GenerationOptions };

/** One turn of a conversation. */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** What is asked: a text, or a conversation whose next turn the model says. */
export type PromptText = string | readonly Message[];

/** What every call takes. */
export interface CallOptions {
  /** Ends the call at once; it rejects with the signal's reason. Default none. */
  signal?: AbortSignal | undefined;
}

/** What a call takes that has one prompt. */
export interface PromptOptions extends GenerationOptions, CallOptions {
  /**
   * Calls with the same key and input within 24 hours are one prompt. Each call has a key of its own by default, which
   * makes its retries safe; give one to be safe against a repeated call, too. 1 to 255 printable ASCII characters without
   * spaces; with another input it ends in a ConflictError.
   */
  idempotencyKey?: string | undefined;
}

/** A prompt and its options in one object: `process({ prompt: 'Hello', maxTokens: 20 })`. */
export type PromptObject<Options = PromptOptions> = Options &
  ({ prompt: string; messages?: null | undefined } | { messages: readonly Message[]; prompt?: null | undefined });

/** What `streamResponse` takes. */
export interface StreamOptions extends PromptOptions {
  /**
   * Gathers at least this many characters (UTF-16 units) before each chunk but the last; default 1, as they come. Less is
   * a RangeError.
   */
  chunkSize?: number | undefined;
}

/** What `processBatch` takes; what says how texts are generated holds for every prompt that does not say so itself. */
export interface BatchOptions extends PromptOptions {
  /** Prompts decoded together at most, 1 or more; default all. */
  batchSize?: number | undefined;
}

/** What `follow` takes. */
export interface FollowOptions extends CallOptions {
  /** `cursor` of a chunk: goes on right behind it. Default: from the beginning. */
  after?: string | undefined;
}

/** A prompt of a batch that needs options of its own; they count more than those of the batch. */
export type BatchedPrompt = PromptText | (GenerationOptions & ({ prompt: string } | { messages: readonly Message[] }));

/** What a prompt has used, in tokens. */
export interface Usage {
  /** Tokens of the rendered prompt. */
  promptTokens: number;
  /** Tokens generated. */
  completionTokens: number;
  /** Both together. */
  totalTokens: number;
}

/** Why generation ended: the model ended it or a stop text came, `maxTokens` were reached, or it was cancelled or failed. */
export type FinishReason = 'stop' | 'length' | 'cancelled' | 'error';

/** A generated text. */
export interface GenerationResult {
  text: string;
  usage: Usage;
  /** Catalogue id of the model that ran, aliases resolved. */
  model: string;
  /** When the prompt was accepted, ISO 8601 in UTC. */
  created: string;
  /** Id of the prompt, `prm_…`, for `prompt` and `follow`. */
  id: string;
  finishReason: FinishReason;
  /** What was done otherwise than was asked, each in a sentence, like another model that answered. Mostly empty. */
  warnings: string[];
  /** The answer, parsed, when `responseFormat` asked for JSON and it is whole. */
  json?: unknown;
  /** Of each token, when `logprobs` asked for it. */
  logprobs?: TokenLogprob[] | undefined;
}

/** How likely a token was by the model alone: before biases, penalties, temperature and the response format. */
export interface LikelyToken {
  /** Its number in the model's vocabulary. */
  token: number;
  /** U+FFFD stands for part of a character. */
  text: string;
  /** Natural logarithm of its probability. */
  logprob: number;
}

/** A token of an answer, with those that were likeliest in its place, likeliest first. */
export interface TokenLogprob extends LikelyToken {
  top: LikelyToken[];
}

/** What became of one prompt of a batch. */
export type BatchItem = GenerationResult | APIError;

/** A piece of a text; all pieces joined are the text, whitespace exact. */
export interface TextChunk {
  text: string;
  /** Counts the chunks of this call: 0, 1, 2 … */
  index: number;
}

/** A piece of a text that can be gone on from. */
export interface FollowChunk extends TextChunk {
  /** Opaque: `follow(id, { after: cursor })` goes on right behind this chunk. */
  cursor: string;
}

/** Where a prompt is in its life; the last three are final. */
export type PromptStatus = 'queued' | 'running' | 'completed' | 'failed' | 'cancelled';

/** A prompt that was accepted and runs on without its caller. */
export interface SubmittedPrompt {
  /** `prm_…` */
  id: string;
  status: PromptStatus;
  /** What will be done otherwise than was asked, each in a sentence. Mostly empty. */
  warnings: string[];
}

/** A prompt as it stands. */
export interface PromptState {
  id: string;
  status: PromptStatus;
  /** Generated so far. */
  text: string;
  /** Null until it has run. */
  usage: Usage | null;
  model: string;
  created: string;
  /** What was done otherwise than was asked, each in a sentence. Mostly empty. */
  warnings: string[];
  /** Null until it has ended. */
  finishReason: FinishReason | null;
  /** What was asked: the prompt, or the conversation as `role: content` lines. */
  input: string;
  /** Set when it failed. */
  error: APIError | null;
  /** 1 at first; one more each time it had to run again. */
  attempt: number;
  /** Place in its model's queue, 0 is next; null when it does not wait. */
  queuePosition: number | null;
  /** When it ended, ISO 8601 in UTC; null until then. */
  finished: string | null;
  /** The answer, parsed, when `responseFormat` asked for JSON and it is whole. */
  json?: unknown;
  /** Of each token so far, when `logprobs` asked for it. */
  logprobs?: TokenLogprob[] | undefined;
}

/** A model in a list. */
export interface ModelSummary {
  /** Catalogue id. */
  id: string;
  name: string;
  version: string;
  /** Number of parameters as people say it, like `135M`. */
  parameters: string;
  /** Tokens of prompt and completion that fit at most. */
  contextLength: number;
}

/** A model in full. */
export interface ModelInfo extends ModelSummary {
  /** `text-generation`, `chat`, `summarization`, `translation`, `code`, `embedding`. */
  capabilities: string[];
  performance: {
    /** Measured on this server; null until it was. */
    tokensPerSecond: number | null;
    /** Like `8GB`; null when it is not known. */
    memoryRequired: string | null;
  };
}

/** The settings that can change while the server runs. */
export interface Config {
  /** What prompts get when they do not say. */
  modelSettings: { defaultModel: string; maxTokens: number; temperature: number };
  /** `cacheSize`: memory that loaded models may take together, like `10GB`; `maxRequestsPerMinute`: rate of the basic tier. */
  systemSettings: { cacheSize: string; maxRequestsPerMinute: number };
}

/** Settings to change; what is left out stays. */
export interface ConfigChange {
  modelSettings?: Partial<Config['modelSettings']> | undefined;
  systemSettings?: Partial<Config['systemSettings']> | undefined;
}
