import type { Formula } from '../schema/literals.js';
import type { NumberLiteral } from '../schema/Schema.js';
import { FreeNumber } from './FreeNumber.js';
import { NumberRange } from './NumberRange.js';
import type { NumberState } from './NumberState.js';

/** Alternatives beyond this many are left out: their numbers are refused. */
const MAX_ALTERNATIVES = 256;
const MAX_KNOWN = 4_096;
/** A double tells decimals of this many digits apart. */
const EXACT_DIGITS = 15;

/** The numbers that satisfy a formula, read digit by digit: a prefix is refused as soon as no such number begins with it. */
export class NumberLanguage {
  readonly #formula: Formula;
  readonly #id: string;
  readonly #texts: readonly string[];
  readonly #ranges: readonly NumberRange[];
  readonly #known = new Map<string, TextNumber>();

  private constructor(formula: Formula, alternatives: readonly NumberLiteral[][]) {
    this.#formula = formula;
    this.#id = `l${formula.id} `;
    const constants = alternatives.map((literals) =>
      literals.find((literal) => literal.kind === 'equals' && !literal.not),
    );
    this.#texts = constants.flatMap((literal) => {
      const value = literal?.kind === 'equals' ? literal.value : undefined;
      return value === undefined || !satisfies(formula, value) ? [] : [JSON.stringify(value)];
    });
    this.#ranges = alternatives
      .filter((_, index) => constants[index] === undefined)
      .map((literals) => new NumberRange(literals, (value) => satisfies(formula, value)));
  }

  /** The state before the first digit; `undefined` when no number satisfies the formula. */
  static start(formula: Formula): NumberState | undefined {
    if (formula.kind === 'true') {
      return FreeNumber.start(false);
    }
    if (formula.leaf?.kind === 'integer' && !formula.leaf.not) {
      return FreeNumber.start(true);
    }
    const language = new NumberLanguage(formula, alternativesOf(formula));
    return language.goesOn('') ? new TextNumber(language, '', language.#id) : undefined;
  }

  goesOn(text: string): boolean {
    return (
      this.#texts.some((one) => one.length > text.length && one.startsWith(text)) ||
      (!text.includes('e') && this.#ranges.some((range) => range.goesOn(text)))
    );
  }

  after(text: string, byte: number): TextNumber | undefined {
    const next = text + String.fromCharCode(byte);
    const known = this.#known.get(next);
    if (known !== undefined) {
      return known;
    }
    // Constants are written as JSON.stringify writes them, with an exponent where they are large or small.
    if (!this.#texts.some((one) => one.startsWith(next)) && !this.#fits(next)) {
      return undefined;
    }
    const state = new TextNumber(this, next, this.#id + next);
    const tooExact = next.length > EXACT_DIGITS + 2 && next.includes('.');
    if (!state.isComplete && (tooExact || !this.goesOn(next))) {
      return undefined;
    }
    if (this.#known.size < MAX_KNOWN) {
      this.#known.set(next, state);
    }
    return state;
  }

  /** Digits are bounded, so that a number ends. */
  #fits(text: string): boolean {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    return (
      /^-?(?:0|[1-9]\d*)?(?:(?<=\d)\.\d*)?$/.test(text) &&
      this.#ranges.some((range) => whole.length <= range.maxDigits && fraction.length <= range.maxFraction)
    );
  }

  accepts(text: string): boolean {
    return (
      /\d$/.test(text) &&
      satisfies(this.#formula, Number(text)) &&
      (this.#ranges.length > 0 || this.#texts.includes(text))
    );
  }
}

class TextNumber implements NumberState {
  readonly isComplete: boolean;
  readonly id: string;
  readonly #language: NumberLanguage;
  readonly #text: string;

  constructor(language: NumberLanguage, text: string, id: string) {
    this.#language = language;
    this.#text = text;
    this.id = id;
    this.isComplete = language.accepts(text);
  }

  next(byte: number): NumberState | undefined {
    return this.#language.after(this.#text, byte);
  }
}

/** Whether the number satisfies the formula, as ajv judges it. */
function satisfies(formula: Formula, value: number): boolean {
  switch (formula.kind) {
    case 'true':
      return Number.isFinite(value);
    case 'false':
      return false;
    case 'and':
      return formula.parts.every((part) => satisfies(part, value));
    case 'or':
      return formula.parts.some((part) => satisfies(part, value));
    case 'leaf':
      break;
  }
  const literal = formula.leaf;
  switch (literal?.kind) {
    case 'integer':
      return Number.isInteger(value) !== literal.not;
    case 'multiple': {
      const quotient = value / literal.of;
      return (quotient === Number.parseInt(String(quotient), 10)) !== literal.not;
    }
    case 'over':
      return literal.orEqual ? value >= literal.bound : value > literal.bound;
    case 'under':
      return literal.orEqual ? value <= literal.bound : value < literal.bound;
    case 'equals':
      return (value === literal.value) !== literal.not;
    default:
      return false;
  }
}

/** The formula as alternatives of literals that hold together. */
function alternativesOf(formula: Formula): NumberLiteral[][] {
  switch (formula.kind) {
    case 'true':
      return [[]];
    case 'false':
      return [];
    case 'or':
      return formula.parts.flatMap(alternativesOf).slice(0, MAX_ALTERNATIVES);
    case 'and':
      return formula.parts.reduce<NumberLiteral[][]>(
        (all, part) =>
          all
            .flatMap((literals) => alternativesOf(part).map((more) => [...literals, ...more]))
            .slice(0, MAX_ALTERNATIVES),
        [[]],
      );
    case 'leaf':
      switch (formula.leaf?.kind) {
        case 'integer':
        case 'multiple':
        case 'over':
        case 'under':
        case 'equals':
          return [[formula.leaf]];
        default:
          return [];
      }
  }
}
