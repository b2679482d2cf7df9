import type { Sampler } from './native.js';

/** Chooses the tokens of an answer that is held to a format. */
export interface TokenChooser {
  /** The text so far is a whole answer. */
  readonly isComplete: boolean;
  /** Nothing can follow. */
  readonly isOver: boolean;
  /**
   * The next token by the logits of a decode; -1 when none is allowed, which ends a text that may be incomplete.
   * @param free samples as if there were no format
   */
  choose(decoded: Promise<void>, logits: number, free: Sampler): Promise<number>;
  /** Takes in a token that was chosen, unless it ends the answer. */
  accept(token: number): void;
  /** The tokens of what must follow, taken in already; they spell exactly that text. */
  takeForced(): readonly number[];
  dispose(): void;
}
