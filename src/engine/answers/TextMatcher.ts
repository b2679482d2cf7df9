import { forcedBytes } from './forcedBytes.js';
import type { LexState } from './json/lexString.js';
import type { Matcher } from './Matcher.js';
import { canFollow, isAlive, step } from './regex/derive.js';
import { PatternError, parsePattern } from './regex/parsePattern.js';
import type { Term } from './regex/Term.js';
import { TermFactory } from './regex/TermFactory.js';
import { LimitError, SchemaError } from './SchemaError.js';
import { BETWEEN, lexUtf8 } from './utf8.js';

const MAX_SHARED = 50_000;
const LAST = 0x10ffff;

/** What the states of one answer share. */
class TextLanguage {
  readonly terms: TermFactory;
  readonly #states = new Map<string, TextMatcher>();
  #lastId = 0;

  constructor(terms: TermFactory) {
    this.terms = terms;
  }

  state(term: Term, lex: LexState): TextMatcher {
    const key = `${term.id} ${lex.id}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MAX_SHARED) {
        this.#states.clear();
      }
      state = new TextMatcher(this, ++this.#lastId, term, lex);
      this.#states.set(key, state);
    }
    return state;
  }
}

/** A state of an answer that is a text of a regular language. */
class TextMatcher implements Matcher {
  readonly maskKey: number;
  readonly isComplete: boolean;
  readonly #language: TextLanguage;
  readonly #term: Term;
  readonly #lex: LexState;
  readonly #next: (TextMatcher | null | undefined)[] = [];

  constructor(language: TextLanguage, maskKey: number, term: Term, lex: LexState) {
    this.#language = language;
    this.maskKey = maskKey;
    this.#term = term;
    this.#lex = lex;
    this.isComplete = lex === BETWEEN && term.nullable;
  }

  get isOver(): boolean {
    return this.isComplete && !canFollow(this.#language.terms, this.#term, 0, LAST);
  }

  advance(byte: number): TextMatcher | undefined {
    let next = this.#next[byte];
    if (next === undefined) {
      next = this.#step(byte) ?? null;
      this.#next[byte] = next;
    }
    return next ?? undefined;
  }

  #step(byte: number): TextMatcher | undefined {
    const { terms } = this.#language;
    try {
      const lexed = lexUtf8(this.#lex, byte);
      if (lexed?.kind === 'character') {
        const term = step(terms, this.#term, lexed.codePoint);
        return isAlive(terms, term) ? this.#language.state(term, BETWEEN) : undefined;
      }
      return lexed?.kind === 'within' && lexed.ranges.some(([first, last]) => canFollow(terms, this.#term, first, last))
        ? this.#language.state(this.#term, lexed.state)
        : undefined;
    } catch (error) {
      if (error instanceof LimitError) {
        return undefined;
      }
      throw error;
    }
  }

  forced(): Uint8Array {
    return forcedBytes(this);
  }
}

/** A matcher of the texts that match the expression as a whole. @throws SchemaError */
export function compileRegex(pattern: string): Matcher {
  try {
    const terms = new TermFactory();
    const term = parsePattern(terms, pattern, { mode: 'whole' });
    if (!isAlive(terms, term)) {
      throw new SchemaError({ path: '', keyword: 'regex', message: 'No text matches the expression.' });
    }
    return new TextLanguage(terms).state(term, BETWEEN);
  } catch (error) {
    if (error instanceof PatternError || error instanceof LimitError) {
      throw new SchemaError({ path: '', keyword: 'regex', message: error.message });
    }
    throw error;
  }
}

/** A matcher of exactly one of the texts. @throws SchemaError */
export function compileChoices(choices: readonly string[]): Matcher {
  const refuse = (message: string): never => {
    throw new SchemaError({ path: '', keyword: 'choices', message });
  };
  if (choices.length === 0) {
    refuse('There is nothing to choose from.');
  }
  if (!choices.every((choice) => choice.isWellFormed())) {
    refuse('A choice holds half of a surrogate pair.');
  }
  if (new Set(choices).size < choices.length) {
    refuse('A choice is listed twice.');
  }
  const terms = new TermFactory();
  return new TextLanguage(terms).state(terms.words(choices), BETWEEN);
}
