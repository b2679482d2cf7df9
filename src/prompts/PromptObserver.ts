import type { EngineProgress } from '../engine/Engine.js';
import type { Prompt, PromptMode } from './Prompt.js';

/** Told about every prompt as it goes through its life, always with the same object; nothing waits for it. */
export interface PromptObserver {
  /** Its input is checked and its model known. */
  arrived(prompt: Prompt, mode: PromptMode): void;
  /** Its tokens are counted and it has a place. One that is refused instead is not heard of again. */
  admitted(prompt: Prompt): void;
  /** One step of the engine brought something for it. */
  advanced(prompt: Prompt, progress: EngineProgress): void;
  /** It has ended, in whatever way. */
  ended(prompt: Prompt): void;
}
