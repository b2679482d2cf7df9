import { LimitError } from '../SchemaError.js';
import { ANY, type CharSet, complement, intersect, union } from './CharSet.js';
import { matches } from './derive.js';
import type { Shape, Term } from './Term.js';

/** Terms of one factory: reached only by expressions made to explode. */
const MAX_TERMS = 400_000;
/** An intersection with a list of words is worked out word by word up to this many. */
const MAX_FILTERED_WORDS = 5_000;

const byId = (a: Term, b: Term) => a.id - b.id;

function ids(terms: readonly Term[]): string {
  return terms.map((term) => term.id).join(',');
}

/** Only intersections and complements can match nothing without showing it. */
function aliveByShape(shape: Shape): boolean | undefined {
  switch (shape.kind) {
    case 'nothing':
      return false;
    case 'sequence':
      return shape.first.alive === true && shape.rest.alive === true ? true : undefined;
    case 'repeat':
      return shape.of.alive === true ? true : undefined;
    case 'or':
      return shape.parts.some((part) => part.alive === true) ? true : undefined;
    case 'and':
    case 'not':
      return undefined;
    default:
      return true;
  }
}

function distanceOf(shape: Shape): number {
  switch (shape.kind) {
    case 'nothing':
      return Number.POSITIVE_INFINITY;
    case 'empty':
      return 0;
    case 'sequence':
      return shape.first.distance + shape.rest.distance;
    case 'repeat':
      return shape.of.distance * shape.min;
    case 'or':
      return Math.min(...shape.parts.map((part) => part.distance));
    case 'and':
      return shape.parts.reduce((sum, part) => sum + part.distance, 0);
    case 'words':
      return shape.words.reduce((least, word) => Math.min(least, word.length), Number.POSITIVE_INFINITY);
    default:
      return 1;
  }
}

/** Makes the terms of one answer format, each once, in a normal form that keeps the number of different derivatives finite. */
export class TermFactory {
  readonly nothing: Term;
  readonly empty: Term;
  /** Any one character. */
  readonly any: Term;
  /** Any text. */
  readonly all: Term;
  #made = new Map<string, Term>();

  constructor() {
    this.nothing = this.#make('0', { kind: 'nothing' }, false);
    this.empty = this.#make('1', { kind: 'empty' }, true);
    this.any = this.chars(ANY);
    this.all = this.repeat(this.any, 0, Number.POSITIVE_INFINITY);
  }

  #make(key: string, shape: Shape, nullable: boolean): Term {
    const known = this.#made.get(key);
    if (known !== undefined) {
      return known;
    }
    if (this.#made.size >= MAX_TERMS) {
      throw new LimitError('The expression needs too many states.');
    }
    const id = this.#made.size;
    const alive = nullable || aliveByShape(shape);
    const distance = nullable ? 0 : distanceOf(shape);
    const term: Term = { id, shape, nullable, distance, classes: undefined, derivatives: [], alive, count: undefined };
    this.#made.set(key, term);
    return term;
  }

  chars(set: CharSet): Term {
    return set.length === 0 ? this.nothing : this.#make(`c${set.join(',')}`, { kind: 'chars', set }, false);
  }

  /** The given texts and no others. */
  words(words: Iterable<string>): Term {
    const sorted = [...new Set(words)].sort();
    if (sorted.length === 0) {
      return this.nothing;
    }
    if (sorted.length === 1 && sorted[0] === '') {
      return this.empty;
    }
    return this.#make(`w${JSON.stringify(sorted)}`, { kind: 'words', words: sorted }, sorted[0] === '');
  }

  sequence(first: Term, rest: Term): Term {
    if (first === this.nothing || rest === this.nothing) {
      return this.nothing;
    }
    if (first === this.empty || (first === this.all && rest === this.all)) {
      return rest;
    }
    if (rest === this.empty) {
      return first;
    }
    if (first.shape.kind === 'sequence') {
      return this.sequence(first.shape.first, this.sequence(first.shape.rest, rest));
    }
    return this.#make(`s${first.id},${rest.id}`, { kind: 'sequence', first, rest }, first.nullable && rest.nullable);
  }

  repeat(of: Term, min: number, max: number): Term {
    if (max === 0 || of === this.empty) {
      return this.empty;
    }
    if (of === this.nothing) {
      return min === 0 ? this.empty : this.nothing;
    }
    if (min === 1 && max === 1) {
      return of;
    }
    if (of.shape.kind === 'repeat' && of.shape.min === 0 && of.shape.max === Number.POSITIVE_INFINITY) {
      return of;
    }
    const least = of.nullable ? 0 : min;
    return this.#make(`r${of.id},${least},${max}`, { kind: 'repeat', of, min: least, max }, least === 0);
  }

  not(of: Term): Term {
    if (of.shape.kind === 'not') {
      return of.shape.of;
    }
    if (of === this.nothing) {
      return this.all;
    }
    return of === this.all ? this.nothing : this.#make(`n${of.id}`, { kind: 'not', of }, !of.nullable);
  }

  or(...terms: readonly Term[]): Term {
    const parts = new Set<Term>();
    const words: Term[] = [];
    const chars: CharSet[] = [];
    const add = (term: Term) => {
      switch (term.shape.kind) {
        case 'or':
          term.shape.parts.forEach(add);
          break;
        case 'words':
          words.push(term);
          break;
        case 'chars':
          chars.push(term.shape.set);
          break;
        case 'nothing':
          break;
        default:
          parts.add(term);
      }
    };
    terms.forEach(add);
    if (parts.has(this.all)) {
      return this.all;
    }
    if (chars.length > 0) {
      parts.add(this.chars(union(...chars)));
    }
    if (words.length === 1 && words[0] !== undefined) {
      parts.add(words[0]);
    } else if (words.length > 1) {
      parts.add(this.words(words.flatMap((term) => (term.shape.kind === 'words' ? term.shape.words : []))));
    }
    if (parts.size > 1 && parts.has(this.empty) && [...parts].some((term) => term !== this.empty && term.nullable)) {
      parts.delete(this.empty);
    }
    for (const term of parts) {
      if (term.shape.kind === 'not' && parts.has(term.shape.of)) {
        return this.all;
      }
    }
    const sorted = [...parts].sort(byId);
    const [only] = sorted;
    if (only === undefined || sorted.length === 1) {
      return only ?? this.nothing;
    }
    return this.#make(
      `o${ids(sorted)}`,
      { kind: 'or', parts: sorted },
      sorted.some((term) => term.nullable),
    );
  }

  and(...terms: readonly Term[]): Term {
    const parts = new Set<Term>();
    let chars: CharSet | undefined;
    let minLength = 0;
    let maxLength = Number.POSITIVE_INFINITY;
    const add = (term: Term) => {
      const { shape } = term;
      if (shape.kind === 'and') {
        shape.parts.forEach(add);
      } else if (shape.kind === 'chars') {
        chars = chars === undefined ? shape.set : intersect(chars, shape.set);
      } else if (shape.kind === 'repeat' && shape.of === this.any) {
        minLength = Math.max(minLength, shape.min);
        maxLength = Math.min(maxLength, shape.max);
      } else {
        parts.add(term);
      }
    };
    terms.forEach(add);
    if (minLength > maxLength) {
      return this.nothing;
    }
    if (minLength > 0 || maxLength !== Number.POSITIVE_INFINITY) {
      parts.add(this.repeat(this.any, minLength, maxLength));
    }
    if (chars !== undefined) {
      parts.add(this.chars(chars));
    }
    if (parts.has(this.nothing)) {
      return this.nothing;
    }
    for (const term of parts) {
      if (term.shape.kind === 'not' && parts.has(term.shape.of)) {
        return this.nothing;
      }
      if (term.shape.kind === 'words' && term.shape.words.length <= MAX_FILTERED_WORDS) {
        const others = [...parts].filter((other) => other !== term);
        return others.length === 0
          ? term
          : this.words(term.shape.words.filter((word) => others.every((other) => matches(this, other, word))));
      }
    }
    const sorted = [...parts].sort(byId);
    const [only] = sorted;
    if (only === undefined || sorted.length === 1) {
      return only ?? this.all;
    }
    if (parts.has(this.empty)) {
      return sorted.every((term) => term.nullable) ? this.empty : this.nothing;
    }
    return this.#make(
      `a${ids(sorted)}`,
      { kind: 'and', parts: sorted },
      sorted.every((term) => term.nullable),
    );
  }

  /** Any one character but these. */
  charsExcept(set: CharSet): Term {
    return this.chars(complement(set));
  }
}
