import type { Usage } from '../Job.js';
import type { BenchPrompt } from '../prompts.js';

/** Why a prompt failed, as the table counts it. */
export class AnswerError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** One way to a server. */
export interface Transport {
  /** Connects what can be connected ahead, so that no run measures that. */
  open(clients: number): Promise<void>;
  /**
   * Sends a prompt and reads its stream to the end; `onText` is called at each chunk with text, as it arrives.
   * @throws AnswerError when the server refuses it or breaks off
   */
  send(prompt: BenchPrompt, client: number, onText: () => void): Promise<Usage>;
  close(): Promise<void>;
}
