import type {
  ChatMessage,
  EngineInfo,
  EngineOptions,
  EngineProgress,
  EngineRequest,
  EngineStep,
  TokenizedPrompt,
  TooManyTokens,
} from './Engine.js';
import type { LoadFailure } from './loadFailure.js';

/** A request under a short name, which travels with every token; what it leaves behind goes by its own id. */
export interface SubmittedRequest extends EngineRequest {
  fullId: string;
}

/** Messages between the server and an engine process. Correlated ones carry `call`. */
export type ToEngine =
  | { type: 'load'; options: Omit<EngineOptions, 'onLoadProgress' | 'onLog' | 'onNotice'> }
  | { type: 'tokenize'; call: number; conversations: ChatMessage[][]; scope?: string | undefined }
  | { type: 'tokenizeText'; call: number; text: string; special: boolean }
  | { type: 'submit'; requests: SubmittedRequest[] }
  | { type: 'cancel'; ids: string[] }
  | { type: 'forget'; call: number; ids: readonly string[] }
  | { type: 'publish'; texts: readonly string[] }
  | { type: 'resources'; call: number };

/** What was made of a conversation: its tokens, why there are none, or that there are more than fit. */
export type TokenizedAnswer = TokenizedPrompt | TooManyTokens | { refused: string };

/** What the steps since the last report brought. */
export interface StepReport {
  steps: EngineStep[];
  progress: EngineProgress[];
}

export type FromEngine =
  | { type: 'loading'; fraction: number }
  | { type: 'ready'; info: EngineInfo }
  | ({ type: 'unloadable' } & LoadFailure)
  | { type: 'step'; report: StepReport }
  | { type: 'tokenized'; call: number; prompts: TokenizedAnswer[] }
  | { type: 'tokens'; call: number; tokens: number[] }
  | { type: 'forgotten'; call: number }
  | { type: 'resources'; call: number; memoryBytes: number; cpuSeconds: number }
  | { type: 'log'; level: string; message: string };
