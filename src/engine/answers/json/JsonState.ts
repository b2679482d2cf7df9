import { forcedBytes, LIKELY_FIRST } from '../forcedBytes.js';
import type { Matcher } from '../Matcher.js';
import { LimitError, SchemaError } from '../SchemaError.js';

const OUTSIDE_STRINGS = [...Buffer.from('"{[]},:0123456789-+.eEtrufalsn \n\r\t')];

function candidatesOf(state: Matcher): readonly number[] {
  return state instanceof JsonState ? state.candidates : LIKELY_FIRST;
}

/** A state of a JSON answer. What follows each byte is worked out once and kept, unless the state is soon forgotten. */
export abstract class JsonState implements Matcher {
  readonly isComplete: boolean = false;
  /** Undefined for states that are not shared. */
  readonly maskKey: number | undefined;
  #next: (JsonState | null | undefined)[] | undefined;
  #forced: Uint8Array | undefined;

  protected constructor(maskKey: number | undefined) {
    this.maskKey = maskKey;
  }

  /** No byte but these can follow; those that often do stand first. */
  get candidates(): readonly number[] {
    return OUTSIDE_STRINGS;
  }

  get wanted(): string | undefined {
    return undefined;
  }

  get isOver(): boolean {
    return false;
  }

  advance(byte: number): JsonState | undefined {
    if (this.maskKey === undefined) {
      return this.#tryStep(byte);
    }
    this.#next ??= [];
    let next = this.#next[byte];
    if (next === undefined) {
      next = this.#tryStep(byte) ?? null;
      this.#next[byte] = next;
    }
    return next ?? undefined;
  }

  #tryStep(byte: number): JsonState | undefined {
    try {
      return this.step(byte);
    } catch (error) {
      // A RangeError is a stack that grew too deep: like the limits, only a schema made for it comes to this.
      if (error instanceof LimitError || error instanceof SchemaError || error instanceof RangeError) {
        return undefined;
      }
      throw error;
    }
  }

  forced(): Uint8Array {
    if (this.maskKey === undefined) return forcedBytes(this, candidatesOf);
    this.#forced ??= forcedBytes(this, candidatesOf);
    return this.#forced;
  }

  protected abstract step(byte: number): JsonState | undefined;
}
