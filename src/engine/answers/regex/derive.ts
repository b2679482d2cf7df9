import { contains, rangesOf } from './CharSet.js';
import type { Term } from './Term.js';
import type { TermFactory } from './TermFactory.js';

/** States looked at to find out whether a term matches anything; beyond it the answer is taken to be yes. */
const MAX_SEARCHED = 10_000;
const MAX_DISTANCE = 5_000;
const MAX_COUNT = 10_000;
const MAX_COUNT_DEPTH = 300;

function merged(lists: readonly (readonly number[])[]): readonly number[] {
  const first = lists[0];
  if (lists.length === 1 && first !== undefined) {
    return first;
  }
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

function computeClasses(term: Term): readonly number[] {
  const { shape } = term;
  switch (shape.kind) {
    case 'nothing':
    case 'empty':
      return [0];
    case 'chars':
      return merged([[0, ...[...rangesOf(shape.set)].flatMap(([first, last]) => [first, last + 1])]]).filter(
        (start, index) => index === 0 || start > 0,
      );
    case 'sequence':
      return shape.first.nullable ? merged([classesOf(shape.first), classesOf(shape.rest)]) : classesOf(shape.first);
    case 'repeat':
    case 'not':
      return classesOf(shape.of);
    case 'or':
    case 'and':
      return merged(shape.parts.map(classesOf));
    case 'words':
      return merged([
        [0],
        shape.words.flatMap((word) => {
          const codePoint = word.codePointAt(0);
          return codePoint === undefined ? [] : [codePoint, codePoint + 1];
        }),
      ]);
  }
}

function classesOf(term: Term): readonly number[] {
  term.classes ??= computeClasses(term);
  return term.classes;
}

function derivative(factory: TermFactory, term: Term, codePoint: number): Term {
  const { shape } = term;
  switch (shape.kind) {
    case 'nothing':
    case 'empty':
      return factory.nothing;
    case 'chars':
      return contains(shape.set, codePoint) ? factory.empty : factory.nothing;
    case 'sequence': {
      const inFirst = factory.sequence(step(factory, shape.first, codePoint), shape.rest);
      return shape.first.nullable ? factory.or(inFirst, step(factory, shape.rest, codePoint)) : inFirst;
    }
    case 'repeat':
      return factory.sequence(
        step(factory, shape.of, codePoint),
        factory.repeat(shape.of, Math.max(shape.min - 1, 0), shape.max - 1),
      );
    case 'or':
      return factory.or(...shape.parts.map((part) => step(factory, part, codePoint)));
    case 'and':
      return factory.and(...shape.parts.map((part) => step(factory, part, codePoint)));
    case 'not':
      return factory.not(step(factory, shape.of, codePoint));
    case 'words': {
      const first = String.fromCodePoint(codePoint);
      return factory.words(
        shape.words.filter((word) => word.startsWith(first)).map((word) => word.slice(first.length)),
      );
    }
  }
}

function classAt(classes: readonly number[], codePoint: number): number {
  let low = 0;
  let high = classes.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((classes[middle] ?? 0) <= codePoint) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

function byClass(factory: TermFactory, term: Term, index: number): Term {
  let next = term.derivatives[index];
  if (next === undefined) {
    next = derivative(factory, term, classesOf(term)[index] ?? 0);
    term.derivatives[index] = next;
  }
  return next;
}

/** What may follow in `term` after this code point: the derivative, which may be a term that matches nothing. */
export function step(factory: TermFactory, term: Term, codePoint: number): Term {
  return byClass(factory, term, classAt(classesOf(term), codePoint));
}

/** Whether any text matches the term: a search for one, which looks first where one seems near. */
export function isAlive(factory: TermFactory, term: Term): boolean {
  if (term.alive !== undefined) {
    return term.alive;
  }
  const from = new Map<Term, Term | undefined>([[term, undefined]]);
  const queue = new NearestFirst();
  for (let state: Term | undefined = term; state !== undefined; state = queue.take()) {
    for (let index = 0; index < classesOf(state).length; index++) {
      if (isSurrogate(classesOf(state)[index] ?? 0)) {
        continue;
      }
      const next = byClass(factory, state, index);
      if (next.alive === true) {
        for (let at: Term | undefined = state; at !== undefined; at = from.get(at)) {
          at.alive = true;
        }
        return true;
      }
      if (next.alive === undefined && !from.has(next)) {
        from.set(next, state);
        queue.add(next);
      }
    }
    if (from.size > MAX_SEARCHED) {
      term.alive = true;
      return true;
    }
  }
  // The search has seen all that can be reached from here, so none of it is alive.
  for (const state of from.keys()) {
    state.alive = false;
  }
  return false;
}

/** Terms by their distance, nearest first. */
class NearestFirst {
  readonly #byDistance: Term[][] = [];
  #nearest = 0;

  add(term: Term): void {
    const distance = Math.min(term.distance, MAX_DISTANCE);
    const same = this.#byDistance[distance];
    if (same === undefined) {
      this.#byDistance[distance] = [term];
    } else {
      same.push(term);
    }
    this.#nearest = Math.min(this.#nearest, distance);
  }

  take(): Term | undefined {
    for (; this.#nearest < this.#byDistance.length; this.#nearest++) {
      const term = this.#byDistance[this.#nearest]?.pop();
      if (term !== undefined) {
        return term;
      }
    }
    return undefined;
  }
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}

/** Whether some text that matches the term begins with a code point of this range, which holds no surrogates. */
export function canFollow(factory: TermFactory, term: Term, first: number, last: number): boolean {
  const classes = classesOf(term);
  for (let index = classAt(classes, first); index < classes.length; index++) {
    const start = classes[index] ?? 0;
    if (start > last) {
      return false;
    }
    if (!isSurrogate(start) && isAlive(factory, byClass(factory, term, index))) {
      return true;
    }
  }
  return false;
}

/** Whether the whole text matches. */
export function matches(factory: TermFactory, term: Term, text: string): boolean {
  let state = term;
  for (const character of text) {
    state = step(factory, state, character.codePointAt(0) ?? 0);
    if (state === factory.nothing) {
      return false;
    }
  }
  return state.nullable;
}

/** How many texts match the term; Infinity when they are many. */
export function countTexts(factory: TermFactory, term: Term): number {
  const open = new Set<Term>();
  const count = (state: Term): number => {
    if (state.count !== undefined) {
      return state.count;
    }
    if (!isAlive(factory, state)) {
      return 0;
    }
    if (state.shape.kind === 'words') {
      return state.shape.words.length;
    }
    if (open.has(state) || open.size > MAX_COUNT_DEPTH) {
      return Number.POSITIVE_INFINITY;
    }
    open.add(state);
    let sum = state.nullable ? 1 : 0;
    const classes = classesOf(state);
    for (let index = 0; index < classes.length && sum <= MAX_COUNT; index++) {
      const start = classes[index] ?? 0;
      if (!isSurrogate(start)) {
        const size = (classes[index + 1] ?? 0x110000) - start;
        const texts = count(byClass(factory, state, index));
        sum += texts === 0 ? 0 : size * texts;
      }
    }
    open.delete(state);
    state.count = sum > MAX_COUNT ? Number.POSITIVE_INFINITY : sum;
    return state.count;
  };
  return count(term);
}
