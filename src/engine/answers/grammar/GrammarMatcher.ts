import { forcedBytes } from '../forcedBytes.js';
import type { LexState } from '../json/lexString.js';
import type { Matcher } from '../Matcher.js';
import { contains, intersect } from '../regex/CharSet.js';
import { BETWEEN, lexUtf8 } from '../utf8.js';
import type { GrammarSymbol } from './Grammar.js';
import { parseGrammar } from './parseGrammar.js';

/** Readings beyond this many are given up: what only they allow is refused. */
const MAX_STACKS = 2_000;
const MAX_SHARED = 50_000;

/** What is still to be read: symbols of one alternative from an index on, and then the rest. */
interface Stack {
  readonly id: number;
  readonly symbols: readonly GrammarSymbol[];
  readonly index: number;
  readonly rest: Stack | undefined;
}

class GrammarLanguage {
  readonly #stacks = new Map<string, Stack>();
  readonly #symbolIds = new Map<readonly GrammarSymbol[], number>();
  readonly #states = new Map<string, GrammarMatcher>();
  #lastId = 0;

  /** The stack, without what is already read of it; `undefined` when nothing is left. */
  stack(symbols: readonly GrammarSymbol[], index: number, rest: Stack | undefined): Stack | undefined {
    if (index >= symbols.length) {
      return rest;
    }
    let symbolId = this.#symbolIds.get(symbols);
    if (symbolId === undefined) {
      symbolId = this.#symbolIds.size;
      this.#symbolIds.set(symbols, symbolId);
    }
    const key = `${symbolId} ${index} ${rest?.id}`;
    let stack = this.#stacks.get(key);
    if (stack === undefined) {
      if (this.#stacks.size >= MAX_SHARED) {
        this.#stacks.clear();
      }
      stack = { id: ++this.#lastId, symbols, index, rest };
      this.#stacks.set(key, stack);
    }
    return stack;
  }

  /** The state with these readings, each expanded until it begins with a character. */
  state(stacks: readonly (Stack | undefined)[], lex: LexState): GrammarMatcher {
    const open = [...stacks];
    const seen = new Set<Stack | undefined>();
    const ready: Stack[] = [];
    while (open.length > 0) {
      const stack = open.pop();
      if (seen.has(stack)) {
        continue;
      }
      seen.add(stack);
      const top = stack?.symbols[stack.index];
      if (stack === undefined || top === undefined) {
        continue;
      }
      if (top.kind === 'rule') {
        const rest = this.stack(stack.symbols, stack.index + 1, stack.rest);
        open.push(...top.rule.alternatives.map((symbols) => this.stack(symbols, 0, rest)));
      } else if (ready.length < MAX_STACKS) {
        ready.push(stack);
      }
    }
    const isComplete = lex === BETWEEN && seen.has(undefined);
    const key = `${isComplete} ${lex.id} ${ready
      .map(({ id }) => id)
      .sort((a, b) => a - b)
      .join()}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      if (this.#states.size >= MAX_SHARED) {
        this.#states.clear();
      }
      state = new GrammarMatcher(this, ++this.#lastId, ready, lex, isComplete);
      this.#states.set(key, state);
    }
    return state;
  }
}

/** A state of an answer by a context-free grammar: all its readings at once, as stacks that share their lower parts. */
class GrammarMatcher implements Matcher {
  readonly maskKey: number;
  readonly isComplete: boolean;
  readonly #language: GrammarLanguage;
  readonly #stacks: readonly Stack[];
  readonly #lex: LexState;
  readonly #next: (GrammarMatcher | null | undefined)[] = [];

  constructor(
    language: GrammarLanguage,
    maskKey: number,
    stacks: readonly Stack[],
    lex: LexState,
    isComplete: boolean,
  ) {
    this.#language = language;
    this.maskKey = maskKey;
    this.#stacks = stacks;
    this.#lex = lex;
    this.isComplete = isComplete;
  }

  get isOver(): boolean {
    return this.isComplete && this.#stacks.length === 0;
  }

  advance(byte: number): GrammarMatcher | undefined {
    let next = this.#next[byte];
    if (next === undefined) {
      next = this.#step(byte) ?? null;
      this.#next[byte] = next;
    }
    return next ?? undefined;
  }

  #step(byte: number): GrammarMatcher | undefined {
    const lexed = lexUtf8(this.#lex, byte);
    if (lexed === undefined || lexed.kind === 'end') {
      return undefined;
    }
    const fitting = this.#stacks.filter(({ symbols, index }) => {
      const top = symbols[index];
      return (
        top?.kind === 'chars' &&
        (lexed.kind === 'character'
          ? contains(top.set, lexed.codePoint)
          : lexed.ranges.some(([first, last]) => intersect(top.set, [first, last]).length > 0))
      );
    });
    if (fitting.length === 0) {
      return undefined;
    }
    return lexed.kind === 'within'
      ? this.#language.state(fitting, lexed.state)
      : this.#language.state(
          fitting.map(({ symbols, index, rest }) => this.#language.stack(symbols, index + 1, rest)),
          BETWEEN,
        );
  }

  forced(): Uint8Array {
    return forcedBytes(this);
  }
}

/** A matcher of the texts of a grammar in llama.cpp's GBNF. @throws SchemaError */
export function compileGrammar(source: string): Matcher {
  const root = parseGrammar(source);
  const language = new GrammarLanguage();
  return language.state([language.stack([{ kind: 'rule', rule: root }], 0, undefined)], BETWEEN);
}
