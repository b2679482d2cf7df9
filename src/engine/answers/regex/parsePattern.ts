import { type AST, RegExpParser } from '@eslint-community/regexpp';
import { LimitError } from '../SchemaError.js';
import {
  type CharSet,
  charSet,
  complement,
  DIGIT,
  ignoringCase,
  intersect,
  LINE_END,
  SPACE,
  union,
  WORD,
} from './CharSet.js';
import { propertySet } from './propertySet.js';
import type { Term } from './Term.js';
import type { TermFactory } from './TermFactory.js';

/** Copies of a part that nested `{m,n}` ask for together. */
const MAX_COPIES = 20_000;
/** A repetition of a part with look-ahead is written out up to this many times. */
const MAX_UNROLLED = 4;

export interface PatternOptions {
  /** `search`: the pattern is found somewhere in the text, as JSON Schema's `pattern`. `whole`: the whole text matches. */
  mode: 'search' | 'whole';
  ignoreCase?: boolean;
  /** Default false: look-ahead is refused. */
  lookahead?: boolean;
}

/** What follows a part: where nothing has been read so far (there `^` holds), and elsewhere. */
interface Rest {
  atStart: Term;
  later: Term;
}

/** A pattern that is no regular expression or asks for more than a regular language. */
export class PatternError extends Error {}

/**
 * Reads an expression in ECMAScript's syntax: with the flag `u`, or without it where only that reads it.
 * @throws PatternError, LimitError
 */
export function parsePattern(factory: TermFactory, source: string, options: PatternOptions): Term {
  return new PatternReader(factory, options).read(parse(source));
}

function parse(source: string): AST.Pattern {
  const parser = new RegExpParser();
  try {
    return parser.parsePattern(source, 0, source.length, { unicode: true });
  } catch (error) {
    try {
      // Many patterns in use escape what needs no escape, which `u` forbids.
      return parser.parsePattern(source, 0, source.length, { unicode: false });
    } catch {
      throw new PatternError(error instanceof Error ? error.message : String(error));
    }
  }
}

function weigh(node: AST.Element | AST.Alternative | AST.Pattern): number {
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.reduce((sum, alternative) => sum + weigh(alternative), 0);
    case 'Alternative':
      return node.elements.reduce((sum, element) => sum + weigh(element), 1);
    case 'Quantifier':
      return weigh(node.element) * Math.max(1, node.min, Number.isFinite(node.max) ? node.max : 1);
    case 'Assertion':
      return 'alternatives' in node ? node.alternatives.reduce((sum, one) => sum + weigh(one), 0) : 1;
    default:
      return 1;
  }
}

class PatternReader {
  readonly #factory: TermFactory;
  readonly #options: PatternOptions;

  constructor(factory: TermFactory, options: PatternOptions) {
    this.#factory = factory;
    this.#options = options;
  }

  read(pattern: AST.Pattern): Term {
    if (weigh(pattern) > MAX_COPIES) {
      throw new LimitError('The expression repeats too much.');
    }
    const factory = this.#factory;
    const end = this.#options.mode === 'search' ? factory.all : factory.empty;
    const { atStart, later } = this.#alternatives(pattern.alternatives, { atStart: end, later: end });
    return this.#options.mode === 'search'
      ? factory.or(atStart, factory.sequence(factory.repeat(factory.any, 1, Number.POSITIVE_INFINITY), later))
      : atStart;
  }

  #alternatives(alternatives: readonly AST.Alternative[], rest: Rest): Rest {
    const each = alternatives.map((alternative) =>
      alternative.elements.reduceRight((following, element) => this.#element(element, following), rest),
    );
    return {
      atStart: this.#factory.or(...each.map((one) => one.atStart)),
      later: this.#factory.or(...each.map((one) => one.later)),
    };
  }

  #element(node: AST.Element, rest: Rest): Rest {
    const factory = this.#factory;
    if (!hasAssertion(node)) {
      const term = this.#plain(node);
      const later = factory.sequence(term, rest.later);
      return { later, atStart: term.nullable && rest.atStart !== rest.later ? factory.or(rest.atStart, later) : later };
    }
    switch (node.type) {
      case 'Assertion':
        return this.#assertion(node, rest);
      case 'Group':
      case 'CapturingGroup':
        return this.#alternatives(node.alternatives, rest);
      case 'Quantifier':
        return this.#quantifier(node, rest);
      default:
        throw new PatternError(`${node.raw} is not supported.`);
    }
  }

  #assertion(node: AST.Assertion, rest: Rest): Rest {
    const factory = this.#factory;
    if (node.kind === 'start') {
      return { atStart: rest.atStart, later: factory.nothing };
    }
    if (node.kind === 'end') {
      const only = (term: Term) => (term.nullable ? factory.empty : factory.nothing);
      return { atStart: only(rest.atStart), later: only(rest.later) };
    }
    if (node.kind !== 'lookahead' || this.#options.lookahead !== true) {
      throw new PatternError(`${node.raw} is not supported.`);
    }
    if (contains(node, (inner) => inner.type === 'Assertion' && inner.kind === 'start')) {
      throw new PatternError(`^ within ${node.raw} is not supported.`);
    }
    const ahead = this.#alternatives(node.alternatives, { atStart: factory.all, later: factory.all }).later;
    const condition = node.negate ? factory.not(ahead) : ahead;
    return { atStart: factory.and(condition, rest.atStart), later: factory.and(condition, rest.later) };
  }

  /** A repetition of a part with `^`, `$` or look-ahead in it. */
  #quantifier({ element, min, max }: AST.Quantifier, rest: Rest): Rest {
    const factory = this.#factory;
    const either = (a: Rest, b: Rest): Rest => ({
      atStart: factory.or(a.atStart, b.atStart),
      later: factory.or(a.later, b.later),
    });
    if (contains(element, (inner) => inner.type === 'Assertion' && inner.kind !== 'start' && inner.kind !== 'end')) {
      if (max > MAX_UNROLLED) {
        throw new PatternError('Look-ahead within a repetition is not supported.');
      }
      let result = rest;
      for (let copy = max; copy > 0; copy--) {
        const once = this.#element(element, result);
        result = copy > min ? either(rest, once) : once;
      }
      return max === 0 ? rest : result;
    }
    if (max === 0) {
      return rest;
    }
    // `^` can hold in the first copy only, `$` in the last only; the copies between are free of both.
    const free = this.#plain(element);
    const between = (fewer: number, following: Term) =>
      factory.sequence(factory.repeat(free, Math.max(min - fewer, 0), Math.max(max - fewer, 0)), following);
    const last = this.#element(element, rest).later;
    const afterFirst = max === 1 ? rest.later : factory.or(between(1, rest.later), between(2, last));
    const some = this.#element(element, { atStart: max === 1 ? rest.atStart : afterFirst, later: afterFirst });
    return min === 0 ? either(rest, some) : some;
  }

  /** A part as a term of its own; where it needs an assertion, it matches nothing. */
  #plain(node: AST.Element): Term {
    const factory = this.#factory;
    switch (node.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
        return factory.chars(this.#cased(this.#set(node)));
      case 'Group':
      case 'CapturingGroup':
        return factory.or(
          ...node.alternatives.map((alternative) =>
            alternative.elements.reduceRight<Term>(
              (following, element) => factory.sequence(this.#plain(element), following),
              factory.empty,
            ),
          ),
        );
      case 'Quantifier':
        return factory.repeat(this.#plain(node.element), node.min, node.max);
      case 'Assertion':
        return factory.nothing;
      default:
        throw new PatternError(`${node.raw} is not supported.`);
    }
  }

  #cased(set: CharSet): CharSet {
    return this.#options.ignoreCase === true ? ignoringCase(set) : set;
  }

  #set(node: AST.Element | AST.CharacterClassElement): CharSet {
    switch (node.type) {
      case 'Character':
        return charSet([[node.value, node.value]]);
      case 'CharacterClassRange':
        return charSet([[node.min.value, node.max.value]]);
      case 'CharacterSet':
        return this.#namedSet(node);
      case 'CharacterClass': {
        const set = union(...node.elements.map((element) => this.#set(element)));
        return node.negate ? complement(this.#cased(set)) : set;
      }
      default:
        throw new PatternError(`${node.raw} is not supported.`);
    }
  }

  #namedSet(node: AST.CharacterSet): CharSet {
    const negated = (set: CharSet, negate: boolean) => (negate ? complement(set) : set);
    switch (node.kind) {
      case 'any':
        return complement(LINE_END);
      case 'digit':
        return negated(DIGIT, node.negate);
      case 'space':
        return negated(SPACE, node.negate);
      case 'word':
        return negated(WORD, node.negate);
      case 'property':
        if (node.strings) {
          throw new PatternError(`${node.raw} is not supported.`);
        }
        return intersect(propertySet(node.raw), complement([]));
    }
  }
}

function contains(node: AST.Node, test: (node: AST.Node) => boolean): boolean {
  if (test(node)) {
    return true;
  }
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup':
      return node.alternatives.some((alternative) => contains(alternative, test));
    case 'Alternative':
      return node.elements.some((element) => contains(element, test));
    case 'Quantifier':
      return contains(node.element, test);
    case 'Assertion':
      return 'alternatives' in node && node.alternatives.some((alternative) => contains(alternative, test));
    default:
      return false;
  }
}

function hasAssertion(node: AST.Node): boolean {
  return contains(node, (inner) => inner.type === 'Assertion');
}
