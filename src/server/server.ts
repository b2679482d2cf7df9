/** `llamahome/server`: a whole server inside another program. */
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
export type { OnBehalf } from './embedded/Generation.js';
export type { LlamaHandler } from './embedded/LlamaHandler.js';
export type { LlamaServerOptions } from './embedded/options.js';
export { LlamaServer } from './LlamaServer.js';
