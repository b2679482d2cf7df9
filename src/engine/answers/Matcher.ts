/**
 * The state of an answer in the making: an immutable value that says which bytes may follow.
 *
 * States are shared and safe to keep; `advance` returns another state and leaves this one as it is.
 */
export interface Matcher {
  /** The state after this byte (0–255), or `undefined` when no answer goes on with it. */
  advance(byte: number): Matcher | undefined;
  /** The bytes so far are a valid answer: it may stop here. */
  readonly isComplete: boolean;
  /** The answer is complete and no byte can follow. */
  readonly isOver: boolean;
  /** The bytes that must follow, as long as there is exactly one way on; empty where there is a choice. At most 256. */
  forced(): Uint8Array;
  /** The rest of a name that a member still has to have, within a name that can become it. */
  readonly wanted?: string | undefined;
  /** States with equal keys allow the same continuations; `undefined` when the state isn't worth a cached mask. */
  readonly maskKey: number | undefined;
}

/** What an answer can be asked to be. */
export type AnswerFormat =
  | { kind: 'json' }
  | { kind: 'jsonSchema'; schema: unknown }
  | { kind: 'regex'; pattern: string }
  | { kind: 'choices'; choices: readonly string[] }
  | { kind: 'grammar'; grammar: string };
