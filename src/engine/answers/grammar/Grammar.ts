import type { CharSet } from '../regex/CharSet.js';

export type GrammarSymbol = { kind: 'chars'; set: CharSet } | { kind: 'rule'; rule: Rule };

/** A rule of a context-free grammar. */
export interface Rule {
  readonly name: string;
  /** Line of its definition or, until there is one, of its first use. */
  line: number;
  alternatives: GrammarSymbol[][];
  isDefined: boolean;
  /** It stands for a group or repetition. */
  readonly isGenerated: boolean;
}
