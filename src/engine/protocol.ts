import type {
  ChatMessage,
  EngineInfo,
  EngineOptions,
  EngineProgress,
  EngineRequest,
  EngineStep,
  TokenizedPrompt,
} from './Engine.js';
import type { LoadFailure } from './loadFailure.js';

/** Messages between the server and an engine process. Correlated ones carry `call`. */
export type ToEngine =
  | { type: 'load'; options: Omit<EngineOptions, 'onLoadProgress' | 'onLog' | 'onNotice'> }
  | { type: 'tokenize'; call: number; conversations: ChatMessage[][] }
  | { type: 'submit'; requests: EngineRequest[] }
  | { type: 'cancel'; ids: string[] }
  | { type: 'resources'; call: number };

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
  | { type: 'tokenized'; call: number; prompts: (TokenizedPrompt | { refused: string })[] }
  | { type: 'resources'; call: number; memoryBytes: number; cpuSeconds: number }
  | { type: 'log'; level: string; message: string };
