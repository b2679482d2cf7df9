import { NumberLanguage } from '../numbers/NumberLanguage.js';
import type { NumberState } from '../numbers/NumberState.js';
import { countTexts, isAlive } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import type { Keys } from './Keys.js';
import type { Demands, Formula, Node } from './literals.js';
import { KINDS, type Kind, type Projector } from './Projector.js';
import { isMet, type Steps } from './Steps.js';

/** Formulas looked at for one question; beyond it the answer is taken to be yes. */
const MAX_LOOKED_AT = 4_000;

/** Demands on members that don't depend on what else is there. */
const SIMPLE: ReadonlySet<string> = new Set(['fields', 'names', 'present', 'atMost']);

interface Tools {
  demands: Demands;
  projector: Projector;
  steps: Steps;
  keys: Keys;
}

/**
 * Whether some value satisfies what is asked. A finite value must exist: what leads back to itself without a way out has none.
 * The search is bounded; a question that is too hard is answered with yes.
 */
export class Satisfiability {
  /** Set once, by the one who makes all four, which need each other. */
  tools: Tools | undefined;
  readonly #known = new Map<Node | Formula, boolean>();
  /** What is being looked at, with its depth. */
  readonly #open = new Map<Node | Formula, number>();
  readonly #numbers = new Map<Formula, NumberState | undefined>();
  /** Depth of the lowest open question that an answer leaned on. */
  #leansOn = Number.POSITIVE_INFINITY;
  #lookedAt = 0;

  get #tools(): Tools {
    if (this.tools === undefined) {
      throw new Error('Satisfiability has no tools yet.');
    }
    return this.tools;
  }

  term(term: Term): boolean {
    return isAlive(this.#tools.demands.terms, term);
  }

  /** The state before the first byte of a number of the formula; `undefined` when there is none. */
  number(formula: Formula): NumberState | undefined {
    if (!this.#numbers.has(formula)) {
      this.#numbers.set(formula, NumberLanguage.start(formula));
    }
    return this.#numbers.get(formula);
  }

  node(node: Node): boolean {
    if (node.kind === 'true' || node.kind === 'false') {
      return node.kind === 'true';
    }
    return this.#ask(node, () => KINDS.some((kind) => this.kind(node, kind)));
  }

  kind(node: Node, kind: Kind): boolean {
    const { projector } = this.#tools;
    switch (kind) {
      case 'null':
      case 'true':
      case 'false':
        return projector.constant(node, kind);
      case 'string':
        return this.term(projector.string(node));
      default:
        return this.formula(projector.formula(node, kind), kind);
    }
  }

  formula(formula: Formula, kind: 'number' | 'array' | 'object'): boolean {
    if (formula.kind === 'true' || formula.kind === 'false') {
      return formula.kind === 'true';
    }
    if (kind === 'number') {
      return this.number(formula) !== undefined;
    }
    return this.#ask(formula, () => isMet(formula) || this.#goesOn(formula, kind));
  }

  /** Answers a question that is put within another with a bound of its own. */
  separately<T>(question: () => T): T {
    const lookedAt = this.#lookedAt;
    this.#lookedAt = 0;
    try {
      return question();
    } finally {
      this.#lookedAt = lookedAt;
    }
  }

  #ask(about: Node | Formula, answer: () => boolean): boolean {
    const known = this.#known.get(about);
    if (known !== undefined) {
      return known;
    }
    const depth = this.#open.get(about);
    if (depth !== undefined) {
      this.#leansOn = Math.min(this.#leansOn, depth);
      return false;
    }
    if (this.#open.size === 0) {
      this.#lookedAt = 0;
    }
    const own = this.#open.size;
    if (++this.#lookedAt > MAX_LOOKED_AT || own > 400) {
      return true;
    }
    const leanedOn = this.#leansOn;
    this.#leansOn = Number.POSITIVE_INFINITY;
    this.#open.set(about, own);
    try {
      const found = answer();
      // A no that leaned on a question still open below is no more than a guess.
      if (found || this.#leansOn >= own) {
        this.#known.set(about, found);
        this.#leansOn = leanedOn;
      } else {
        this.#leansOn = Math.min(leanedOn, this.#leansOn);
      }
      return found;
    } finally {
      this.#open.delete(about);
    }
  }

  #goesOn(formula: Formula, kind: 'array' | 'object'): boolean {
    const { formulas } = this.#tools.demands;
    if (formula.kind === 'or') {
      return formula.parts.some((part) => this.formula(part, kind));
    }
    const parts = formula.kind === 'and' ? formula.parts : [formula];
    const choice = parts.find((part) => part.kind === 'or');
    if (choice !== undefined) {
      const others = parts.filter((part) => part !== choice);
      return choice.parts.some((part) => this.formula(formulas.and(part, ...others), kind));
    }
    return kind === 'array' ? this.#arrayGoesOn(formula, parts) : this.#objectGoesOn(formula, parts);
  }

  #arrayGoesOn(formula: Formula, parts: readonly Formula[]): boolean {
    const { demands, steps } = this.#tools;
    const { formulas, nodes } = demands;
    if (parts.some((part) => part.leaf?.kind === 'repeated')) {
      // Two elements can be equal wherever there can be two.
      const others = parts.filter((part) => part.leaf?.kind !== 'repeated');
      return this.formula(formulas.and(...others, demands.atLeast(2)), 'array');
    }
    const atLeast = parts.find((part) => part.leaf?.kind === 'atLeast');
    const count = atLeast?.leaf?.kind === 'atLeast' ? atLeast.leaf.count : 0;
    const event = { kind: 'item', id: 'item', values: [] } as const;
    if (atLeast !== undefined) {
      const without = formulas.and(...parts.filter((part) => part !== atLeast));
      const element = steps.ways(without, event).find((way) => way.rest === without && this.node(way.node))?.node;
      const differ = parts.some((part) => part.leaf?.kind === 'unique');
      if (element !== undefined && (!differ || this.values(element) >= count) && this.formula(without, 'array')) {
        return true;
      }
      if (element !== undefined && element !== nodes.true && differ) {
        return false;
      }
    }
    return steps.ways(formula, event).some((way) => this.formula(way.rest, 'array') && this.node(way.node));
  }

  #objectGoesOn(formula: Formula, parts: readonly Formula[]): boolean {
    const { demands, steps, keys } = this.#tools;
    if (parts.every(({ leaf }) => SIMPLE.has(leaf?.kind ?? ''))) {
      return this.#simpleObject(parts);
    }
    const atLeast = parts.find((part) => part.leaf?.kind === 'atLeast');
    const count = atLeast?.leaf?.kind === 'atLeast' ? atLeast.leaf.count : 0;
    if (count > 0 && this.#countNames(parts) < count) {
      return false;
    }
    const needed = parts.find((part) => part.leaf?.kind === 'present')?.leaf;
    if (needed?.kind === 'present') {
      // It must come, and the order doesn't matter, so it may come now.
      return steps
        .ways(formula, keys.event(formula, needed.name))
        .some((way) => way.rest !== formula && this.formula(way.rest, 'object') && this.node(way.node));
    }
    if (atLeast !== undefined) {
      const without = demands.formulas.and(...parts.filter((part) => part !== atLeast));
      return this.formula(without, 'object') && countTexts(demands.terms, keys.allowed(without)) >= count;
    }
    return keys
      .events(formula)
      .some((event) =>
        steps
          .ways(formula, event)
          .some((way) => way.rest !== formula && this.formula(way.rest, 'object') && this.node(way.node)),
      );
  }

  /** How many names the rules that hold for all members allow. */
  #countNames(parts: readonly Formula[]): number {
    const { demands, keys } = this.#tools;
    const lasting = parts.filter(({ leaf }) => leaf?.kind === 'fields' || leaf?.kind === 'names');
    return countTexts(demands.terms, keys.allowed(demands.formulas.and(...lasting)));
  }

  /** Members that don't concern each other: each that must be there can be. */
  #simpleObject(parts: readonly Formula[]): boolean {
    const { keys } = this.#tools;
    const literals = parts.flatMap(({ leaf }) => (leaf === undefined ? [] : [leaf]));
    const names = literals.flatMap((literal) => (literal.kind === 'present' ? [literal.name] : []));
    const most = literals.flatMap((literal) => (literal.kind === 'atMost' ? [literal.count] : []));
    const rules = parts.filter(({ leaf }) => leaf?.kind === 'fields' || leaf?.kind === 'names');
    return most.every((count) => names.length <= count) && names.every((name) => keys.isMember(rules, name));
  }

  /** How many different values a node has; Infinity when they are many or not counted. */
  values(node: Node): number {
    const { demands, projector } = this.#tools;
    let sum = 0;
    for (const kind of KINDS) {
      if (kind === 'string') {
        sum += countTexts(demands.terms, projector.string(node));
      } else if (this.kind(node, kind)) {
        sum += kind === 'null' || kind === 'true' || kind === 'false' ? 1 : Number.POSITIVE_INFINITY;
      }
    }
    return sum;
  }
}
