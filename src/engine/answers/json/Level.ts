import type { Term } from '../regex/Term.js';
import type { JsonValue } from '../schema/json.js';
import type { Formula, Node } from '../schema/literals.js';

/** What is still asked of an open array or object, and of the ones around it once it has ended so. */
export interface Entry {
  readonly id: number;
  readonly formula: Formula;
  /** Entries of the level below, of which one holds when this value satisfies the formula. */
  readonly parents: readonly Entry[];
}

/** A way to read the next value: it satisfies the node, and the level then goes on with one of the parents. */
export interface Goal {
  readonly node: Node;
  readonly parents: readonly Entry[];
}

/** An open array or object, or the whole answer. All readings of it are entries: it may end as any of them. */
export interface Level {
  readonly id: number;
  readonly kind: 'root' | 'array' | 'object';
  readonly entries: readonly Entry[];
  readonly parent: Level | undefined;
  readonly depth: number;
  /** Names of the members so far, sorted. */
  readonly names: readonly string[];
  /** Elements so far, where `uniqueItems` asks for them. */
  readonly values: readonly JsonValue[];
  /** The elements are kept. */
  readonly keepsValues: boolean;
  /** The text is kept: this level or one below keeps values. */
  readonly keepsText: boolean;
  /** Where in the kept text the current element begins. */
  readonly valueStart: number;
  /** The names that a next member may have, once asked for. */
  allowedNames: Term | undefined;
  /** The ways to read a next element, once asked for. */
  goals: readonly Goal[] | undefined;
  /** What follows each name that was asked for. */
  readonly members: Map<string, Member>;
}

/** The level with one more name, and the ways to read the value of it. */
export interface Member {
  readonly level: Level;
  readonly goals: readonly Goal[];
}
