import type { NumberState } from './NumberState.js';

/** Digits before and after the point: enough for what JSON.stringify prints, and an end to a number. */
const MAX_DIGITS = 24;

type Phase = 'start' | 'minus' | 'zero' | 'digits' | 'point' | 'fraction' | 'e' | 'sign' | 'exponent';

const COMPLETE: ReadonlySet<Phase> = new Set(['zero', 'digits', 'fraction', 'exponent']);

/** A number without bounds, or an integer without bounds: few states, by the place in the number. */
export class FreeNumber implements NumberState {
  static readonly #known = new Map<string, FreeNumber>();

  readonly id: string;
  readonly isComplete: boolean;
  readonly #phase: Phase;
  readonly #count: number;
  readonly #integer: boolean;
  /** The largest exponent that keeps the number finite. */
  readonly #maxExponent: number;
  readonly #next: (FreeNumber | undefined | null)[] = [];

  private constructor(id: string, integer: boolean, phase: Phase, count: number, maxExponent: number) {
    this.id = id;
    this.#integer = integer;
    this.#phase = phase;
    this.#count = count;
    this.#maxExponent = maxExponent;
    this.isComplete = COMPLETE.has(phase);
  }

  static start(integer: boolean): FreeNumber {
    return FreeNumber.#state(integer, 'start', 0, 0);
  }

  static #state(integer: boolean, phase: Phase, count: number, maxExponent: number): FreeNumber {
    const id = `${integer ? 'i' : 'n'} ${phase} ${count} ${maxExponent}`;
    let state = FreeNumber.#known.get(id);
    if (state === undefined) {
      state = new FreeNumber(id, integer, phase, count, maxExponent);
      FreeNumber.#known.set(id, state);
    }
    return state;
  }

  next(byte: number): FreeNumber | undefined {
    let next = this.#next[byte];
    if (next === undefined) {
      next = this.#after(byte) ?? null;
      this.#next[byte] = next;
    }
    return next ?? undefined;
  }

  #after(byte: number): FreeNumber | undefined {
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : undefined;
    const to = (phase: Phase, count = 0, maxExponent = this.#maxExponent) =>
      FreeNumber.#state(this.#integer, phase, count, maxExponent);
    switch (this.#phase) {
      case 'start':
      case 'minus':
        if (digit !== undefined) {
          return digit === 0 ? to('zero', 0, 300) : to('digits', 1, 300);
        }
        return byte === 0x2d && this.#phase === 'start' ? to('minus') : undefined;
      case 'zero':
        return digit === undefined ? this.#pointOrExponent(byte) : undefined;
      case 'digits':
        if (digit !== undefined) {
          // Exponents are bounded by steps of ten, so that the states stay few.
          return this.#count < MAX_DIGITS ? to('digits', this.#count + 1, 270) : undefined;
        }
        return this.#pointOrExponent(byte);
      case 'point':
        return digit === undefined ? undefined : to('fraction', 1);
      case 'fraction':
        if (digit !== undefined) {
          return this.#count < MAX_DIGITS ? to('fraction', this.#count + 1) : undefined;
        }
        return byte === 0x65 || byte === 0x45 ? to('e') : undefined;
      case 'e':
        if (byte === 0x2b || byte === 0x2d) {
          return to('sign', 0, byte === 0x2d ? 320 : this.#maxExponent);
        }
        return digit === undefined ? undefined : to('exponent', digit);
      case 'sign':
        return digit === undefined ? undefined : to('exponent', digit);
      case 'exponent': {
        const value = digit === undefined ? 0 : this.#count * 10 + digit;
        // A leading zero would allow zeros without end.
        return digit === undefined || this.#count === 0 || value > this.#maxExponent
          ? undefined
          : to('exponent', value);
      }
    }
  }

  #pointOrExponent(byte: number): FreeNumber | undefined {
    if (this.#integer) {
      return undefined;
    }
    if (byte === 0x2e) {
      return FreeNumber.#state(false, 'point', 0, this.#maxExponent);
    }
    return byte === 0x65 || byte === 0x45 ? FreeNumber.#state(false, 'e', 0, this.#maxExponent) : undefined;
  }
}
