import type { CharSet } from './CharSet.js';

/**
 * A regular language over code points, as an extended regular expression with intersection and complement.
 *
 * Terms are made by `TermFactory` only, which makes each once: equal terms of one factory are the same object, so a term is also the
 * state of an automaton, whose transitions are its derivatives (Brzozowski 1964; Owens, Reppy, Turon 2009).
 */
export interface Term {
  readonly id: number;
  readonly shape: Shape;
  /** It matches the empty text. */
  readonly nullable: boolean;
  /** About how far the nearest text that matches is: what a search for one goes by. */
  readonly distance: number;
  /** First code points of the classes that lead to different derivatives, ascending, from 0. Filled by `derive.ts`. */
  classes: readonly number[] | undefined;
  /** The derivative by each class, as far as asked for. */
  derivatives: (Term | undefined)[];
  /** Some text matches it; `undefined` when not yet known. */
  alive: boolean | undefined;
  /** How many texts match it; `undefined` when not yet known. */
  count: number | undefined;
}

export type Shape =
  | { kind: 'nothing' }
  | { kind: 'empty' }
  | { kind: 'chars'; set: CharSet }
  | { kind: 'sequence'; first: Term; rest: Term }
  | { kind: 'repeat'; of: Term; min: number; max: number }
  | { kind: 'or'; parts: readonly Term[] }
  | { kind: 'and'; parts: readonly Term[] }
  | { kind: 'not'; of: Term }
  /** A finite set of texts, sorted, without duplicates: enums stay small this way. */
  | { kind: 'words'; words: readonly string[] };
