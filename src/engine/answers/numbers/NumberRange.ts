import type { NumberLiteral } from '../schema/Schema.js';

/** Numbers are compared as integers of this many decimals. */
const DECIMALS = 30;
const ONE = 10n ** BigInt(DECIMALS);
const MAX_FRACTION = 25;
/** Digits before the point, unless a bound has more. */
const USUAL_DIGITS = 21;
/** Doubles tell integers of this many digits apart. */
const EXACT_DIGITS = 15;
const MAX_DIGITS = 310;
/** Multiples tried one by one where some are excepted. */
const MAX_TRIED = 256n;

/** A decimal number times 10^30, cut off there. */
export function scaled(text: string): bigint {
  const [mantissa = '0', exponent = '0'] = text.toLowerCase().split('e');
  const negative = mantissa.startsWith('-');
  const [whole = '0', fraction = ''] = mantissa.replace('-', '').split('.');
  const shift = DECIMALS + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return negative ? -value : value;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n ? quotient - 1n : quotient;
}

/** Demands on a number that hold together: an interval, and the multiples of a step in it. */
export class NumberRange {
  readonly #low: bigint | undefined;
  readonly #high: bigint | undefined;
  readonly #lowOpen: boolean;
  readonly #highOpen: boolean;
  /** 0: no step. */
  readonly #step: bigint;
  /** Says of a single number whether it satisfies all that is asked; undefined when the interval and step say it all. */
  readonly #accepts: ((value: number) => boolean) | undefined;
  readonly maxFraction: number;
  readonly maxDigits: number;

  constructor(literals: readonly NumberLiteral[], accepts: (value: number) => boolean) {
    let low = Number.NEGATIVE_INFINITY;
    let high = Number.POSITIVE_INFINITY;
    let lowOpen = false;
    let highOpen = false;
    let step = 0n;
    let fraction = MAX_FRACTION;
    let hasExceptions = false;
    for (const literal of literals) {
      if (literal.kind === 'over' && literal.bound >= low) {
        lowOpen = !literal.orEqual || (literal.bound === low && lowOpen);
        low = literal.bound;
      } else if (literal.kind === 'under' && literal.bound <= high) {
        highOpen = !literal.orEqual || (literal.bound === high && highOpen);
        high = literal.bound;
      } else if (literal.kind === 'integer' || literal.kind === 'multiple') {
        const size = literal.kind === 'integer' ? ONE : scaled(String(literal.of));
        if (!literal.not && size > 0n) {
          step = step === 0n ? size : (step / gcd(step, size)) * size;
          fraction = Math.min(fraction, literal.kind === 'integer' ? 0 : decimalsOf(size));
        }
      }
      hasExceptions ||= 'not' in literal && literal.not;
    }
    this.#low = Number.isFinite(low) ? scaled(String(low)) : undefined;
    this.#high = Number.isFinite(high) ? scaled(String(high)) : undefined;
    this.#lowOpen = lowOpen;
    this.#highOpen = highOpen;
    this.#step = step;
    // ajv divides doubles, so not all decimal multiples are multiples to it.
    this.#accepts = hasExceptions || step % ONE !== 0n ? accepts : undefined;
    this.maxFraction = fraction;
    const digitsOf = (bound: number) => (Math.abs(bound) < 1 ? 1 : Math.floor(Math.log10(Math.abs(bound))) + 2);
    const needed = Math.max(
      low > 0 && Number.isFinite(low) ? digitsOf(low) : 0,
      high < 0 && Number.isFinite(high) ? digitsOf(high) : 0,
    );
    this.maxDigits = Math.min(
      MAX_DIGITS,
      Math.max(hasExceptions || (step !== 0n && step !== ONE) ? EXACT_DIGITS : USUAL_DIGITS, needed),
    );
  }

  /** Whether a longer text than this, which is a number's beginning, may be in the range. */
  goesOn(text: string): boolean {
    const negative = text.startsWith('-');
    const digits = negative ? text.slice(1) : text;
    const point = digits.indexOf('.');
    const meets = (from: bigint, width: bigint) =>
      negative ? this.#meets(-(from + width), -from, true, false) : this.#meets(from, from + width, false, true);
    if (point >= 0) {
      const decimals = digits.length - point - 1;
      return (
        decimals < this.maxFraction &&
        meets(scaled(digits.endsWith('.') ? `${digits}0` : digits), ONE / 10n ** BigInt(decimals))
      );
    }
    if (digits === '') {
      return meets(0n, 10n ** BigInt(this.maxDigits) * ONE) || (!negative && this.goesOn('-'));
    }
    if (digits.length > this.maxDigits) {
      return false;
    }
    const start = BigInt(digits) * ONE;
    if (this.maxFraction > 0 && meets(start, ONE)) {
      return true;
    }
    if (digits === '0') {
      return false;
    }
    let scale = 10n;
    for (let more = digits.length; more < this.maxDigits; more++) {
      if (meets(start * scale, ONE * scale)) {
        return true;
      }
      scale *= 10n;
    }
    return false;
  }

  /** Whether a number of the range is in the given interval. */
  #meets(from: bigint, to: bigint, fromOpen: boolean, toOpen: boolean): boolean {
    let [low, lowOpen, high, highOpen] = [from, fromOpen, to, toOpen];
    if (this.#low !== undefined && this.#low >= low) {
      lowOpen = this.#lowOpen || (this.#low === low && lowOpen);
      low = this.#low;
    }
    if (this.#high !== undefined && this.#high <= high) {
      highOpen = this.#highOpen || (this.#high === high && highOpen);
      high = this.#high;
    }
    if (this.#step === 0n) {
      return low < high || (low === high && !lowOpen && !highOpen && this.#accepts?.(asDouble(low)) !== false);
    }
    const first = floorDivide(lowOpen ? low + this.#step : low + this.#step - 1n, this.#step);
    const last = floorDivide(highOpen ? high - 1n : high, this.#step);
    if (this.#accepts === undefined) {
      return first <= last;
    }
    // Multiples near either end are tried: what is excepted comes back regularly.
    for (let index = 0n; index < MAX_TRIED && first + index <= last; index++) {
      if (
        this.#accepts(asDouble((first + index) * this.#step)) ||
        this.#accepts(asDouble((last - index) * this.#step))
      ) {
        return true;
      }
    }
    return false;
  }
}

/** Digits after the point of a scaled number. */
function decimalsOf(size: bigint): number {
  let rest = size;
  let decimals = DECIMALS;
  while (decimals > 0 && rest % 10n === 0n) {
    rest /= 10n;
    decimals--;
  }
  return decimals;
}

/** A scaled number as a double. */
function asDouble(number: bigint): number {
  const digits = (number < 0n ? -number : number).toString().padStart(DECIMALS + 1, '0');
  return Number(`${number < 0n ? '-' : ''}${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
}
