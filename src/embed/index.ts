/** `llamahome/server`: a whole server inside another program. */
export type { ApiKey, ApiKeyInput } from '../access/ApiKey.js';
export type { Scope, Tier } from '../access/Principal.js';
export type { TokenClaims } from '../access/TokenGenerator.js';
export type {
  BatchedPrompt,
  BatchOptions,
  GenerationResult,
  Message,
  PromptOptions,
  PromptText,
  StreamOptions,
  TextChunk,
} from '../client/types.js';
export type { LlamaHandler } from './LlamaHandler.js';
export { LlamaServer } from './LlamaServer.js';
export type { OnBehalf } from './OnBehalf.js';
export type { LlamaServerOptions } from './options.js';
