import { ANY, type CharSet, charSet, complement } from '../regex/CharSet.js';
import { checkGrammar } from './checkGrammar.js';
import type { GrammarSymbol, Rule } from './Grammar.js';
import { grammarError } from './grammarError.js';

const MAX_SYMBOLS = 100_000;
const MAX_REPEATS = 10_000;
const MAX_DEPTH = 200;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '"': '"',
  '[': '[',
  ']': ']',
  '-': '-',
  '^': '^',
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads a grammar in llama.cpp's GBNF (grammars/README.md there) and gives its rule `root`. @throws SchemaError with the line */
export function parseGrammar(source: string): Rule {
  return new GrammarReader(source).read();
}

class GrammarReader {
  readonly #source: string;
  readonly #rules = new Map<string, Rule>();
  #at = 0;
  #line = 1;
  #symbols = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Rule {
    for (this.#skip(true); this.#at < this.#source.length; this.#skip(true)) {
      this.#definition();
    }
    for (const rule of this.#rules.values()) {
      if (!rule.isDefined) {
        throw grammarError(`The rule ${rule.name} is used but not defined.`, rule.line);
      }
    }
    const root = this.#rules.get('root');
    if (root === undefined) {
      throw grammarError('There is no rule root.', this.#line);
    }
    checkGrammar(root);
    return root;
  }

  #error(message: string): never {
    throw grammarError(message, this.#line);
  }

  get #next(): string {
    return this.#source[this.#at] ?? '';
  }

  /** Skips blanks and comments and, where they may, line ends. */
  #skip(lineEnds: boolean): void {
    for (; this.#at < this.#source.length; this.#at++) {
      const next = this.#next;
      if (next === '#') {
        const end = this.#source.indexOf('\n', this.#at);
        this.#at = (end < 0 ? this.#source.length : end) - 1;
      } else if (next === '\n' && lineEnds) {
        this.#line++;
      } else if (next !== ' ' && next !== '\t' && next !== '\r') {
        return;
      }
    }
  }

  #name(): string {
    const name = /^[a-zA-Z0-9_-]+/.exec(this.#source.slice(this.#at, this.#at + 256))?.[0];
    if (name === undefined) {
      this.#error(`A rule's name is expected, not ${JSON.stringify(this.#next)}.`);
    }
    this.#at += name.length;
    return name;
  }

  #rule(name: string): Rule {
    let rule = this.#rules.get(name);
    if (rule === undefined) {
      rule = { name, line: this.#line, alternatives: [], isDefined: false, isGenerated: false };
      this.#rules.set(name, rule);
    }
    return rule;
  }

  #definition(): void {
    const rule = this.#rule(this.#name());
    if (rule.isDefined) {
      this.#error(`The rule ${rule.name} is defined twice.`);
    }
    rule.line = this.#line;
    this.#skip(false);
    if (!this.#source.startsWith('::=', this.#at)) {
      this.#error('::= is expected.');
    }
    this.#at += 3;
    this.#skip(true);
    rule.alternatives = this.#alternatives(0);
    rule.isDefined = true;
    if (this.#at < this.#source.length && this.#next !== '\n') {
      this.#error(`${JSON.stringify(this.#next)} is not expected here.`);
    }
  }

  #alternatives(depth: number): GrammarSymbol[][] {
    if (depth > MAX_DEPTH) {
      this.#error('Groups are nested too deeply.');
    }
    const alternatives = [this.#sequence(depth)];
    while (this.#followsBar()) {
      this.#at++;
      this.#skip(true);
      alternatives.push(this.#sequence(depth));
    }
    return alternatives;
  }

  /** A line that begins with `|` goes on with the rule before it. */
  #followsBar(): boolean {
    const [at, line] = [this.#at, this.#line];
    this.#skip(true);
    if (this.#next === '|') {
      return true;
    }
    [this.#at, this.#line] = [at, line];
    return false;
  }

  #sequence(depth: number): GrammarSymbol[] {
    const symbols: GrammarSymbol[] = [];
    for (;;) {
      const item = this.#item(depth);
      if (item === undefined) {
        return symbols;
      }
      this.#skip(depth > 0);
      symbols.push(...this.#repeated(item));
      this.#skip(depth > 0);
      this.#count(symbols.length);
    }
  }

  #count(symbols: number): void {
    this.#symbols += symbols;
    if (this.#symbols > MAX_SYMBOLS * 10 || symbols > MAX_SYMBOLS) {
      this.#error('The grammar is too large.');
    }
  }

  #item(depth: number): GrammarSymbol[] | undefined {
    const next = this.#next;
    if (next === '"') {
      return this.#literal();
    }
    if (next === '[') {
      return [{ kind: 'chars', set: this.#charClass() }];
    }
    if (next === '.') {
      this.#at++;
      return [{ kind: 'chars', set: ANY }];
    }
    if (next === '(') {
      this.#at++;
      this.#skip(true);
      const alternatives = this.#alternatives(depth + 1);
      this.#skip(true);
      if (this.#next !== ')') {
        this.#error(') is expected.');
      }
      this.#at++;
      return [this.#generated(alternatives)];
    }
    return /[a-zA-Z0-9_-]/.test(next) ? [{ kind: 'rule', rule: this.#rule(this.#name()) }] : undefined;
  }

  #generated(alternatives: GrammarSymbol[][]): GrammarSymbol {
    const rule: Rule = { name: '(group)', line: this.#line, alternatives, isDefined: true, isGenerated: true };
    return { kind: 'rule', rule };
  }

  #repeated(item: GrammarSymbol[]): GrammarSymbol[] {
    const [min, max] = this.#bounds();
    if (min === 1 && max === 1) {
      return item;
    }
    if (Math.max(min, Number.isFinite(max) ? max : 0) > MAX_REPEATS) {
      this.#error(`A part is repeated at most ${MAX_REPEATS} times.`);
    }
    const symbols = Array.from({ length: min }, () => item).flat();
    if (max === Number.POSITIVE_INFINITY) {
      const more = this.#generated([]);
      if (more.kind === 'rule') {
        more.rule.alternatives = [[...item, more], []];
      }
      symbols.push(more);
    } else {
      // Each further copy is within the one before it, so that no copy is left out between others.
      let rest: GrammarSymbol[] = [];
      for (let copy = min; copy < max; copy++) {
        this.#count(item.length);
        rest = [this.#generated([[...item, ...rest], []])];
      }
      symbols.push(...rest);
    }
    this.#count(symbols.length);
    return this.#bounds(true) === undefined ? symbols : this.#error('A repetition is repeated.');
  }

  #bounds(): [number, number];
  #bounds(peek: true): [number, number] | undefined;
  #bounds(peek = false): [number, number] | undefined {
    const found = /^(?:[*+?]|\{\s*(\d+)\s*(?:(,)\s*(\d*)\s*)?\})/.exec(this.#source.slice(this.#at, this.#at + 64));
    if (peek || found === null) {
      if (!peek && this.#next === '{') {
        this.#error('A repetition is {m}, {m,} or {m,n}.');
      }
      return found === null && peek ? undefined : [1, 1];
    }
    this.#at += found[0].length;
    const infinite = Number.POSITIVE_INFINITY;
    const simple: Readonly<Record<string, [number, number]>> = { '*': [0, infinite], '+': [1, infinite], '?': [0, 1] };
    const known = simple[found[0]];
    if (known !== undefined) {
      return known;
    }
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' || found[3] === undefined ? infinite : Number(found[3]);
    return max < min ? this.#error('A repetition ends before it begins.') : [min, max];
  }

  #literal(): GrammarSymbol[] {
    this.#at++;
    const symbols: GrammarSymbol[] = [];
    while (this.#next !== '"') {
      const codePoint = this.#character();
      symbols.push({ kind: 'chars', set: charSet([[codePoint, codePoint]]) });
    }
    this.#at++;
    return symbols;
  }

  #charClass(): CharSet {
    this.#at++;
    const negated = this.#next === '^';
    this.#at += negated ? 1 : 0;
    const ranges: [number, number][] = [];
    while (this.#next !== ']') {
      const first = this.#character();
      let last = first;
      if (this.#next === '-' && this.#source[this.#at + 1] !== ']') {
        this.#at++;
        last = this.#character();
      }
      if (last < first) {
        this.#error('A range ends before it begins.');
      }
      ranges.push([first, last]);
    }
    this.#at++;
    const set = charSet(ranges);
    return negated ? complement(set) : set;
  }

  #character(): number {
    const codePoint = this.#source.codePointAt(this.#at);
    if (codePoint === undefined || this.#next === '\n') {
      this.#error('The text or class is not closed.');
    }
    this.#at += codePoint > 0xffff ? 2 : 1;
    if (codePoint !== 0x5c) {
      return codePoint;
    }
    const letter = this.#next;
    this.#at++;
    const digits = HEX_DIGITS[letter];
    if (digits !== undefined) {
      const hex = this.#source.slice(this.#at, this.#at + digits);
      const value = /^[0-9a-fA-F]+$/.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Number.NaN;
      if (!(value <= 0x10ffff)) {
        this.#error(`\\${letter} is followed by ${digits} hexadecimal digits of a character.`);
      }
      this.#at += digits;
      return value;
    }
    const escaped = ESCAPES[letter]?.codePointAt(0);
    return escaped ?? this.#error(`\\${letter} is no escape.`);
  }
}
