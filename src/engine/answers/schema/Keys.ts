import { isAlive } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import type { Demands, Formula } from './literals.js';
import type { Satisfiability } from './Satisfiability.js';
import type { KeyEvent, Steps } from './Steps.js';

/** With more patterns than this, which of them match together isn't worked out beforehand. */
const MAX_PATTERNS = 12;
const MAX_CLASSES = 256;

interface Vocabulary {
  names: ReadonlySet<string>;
  patterns: readonly Term[];
  /** Names that only patterns tell apart: which texts, and the event of them. */
  classes: readonly { term: Term; event: KeyEvent }[] | undefined;
}

/** Which names the next member of an object may have. */
export class Keys {
  readonly #demands: Demands;
  readonly #steps: Steps;
  readonly #satisfiability: Satisfiability;
  readonly #vocabularies = new Map<string, Vocabulary>();
  readonly #ofFormula = new Map<Formula, Vocabulary>();
  readonly #allowed = new Map<Formula, Term>();
  readonly #members = new Map<string, boolean>();

  constructor(demands: Demands, steps: Steps, satisfiability: Satisfiability) {
    this.#demands = demands;
    this.#steps = steps;
    this.#satisfiability = satisfiability;
  }

  event(formula: Formula, name: string): KeyEvent {
    const { names, patterns } = this.#vocabulary(formula);
    return this.#steps.key(name, names.has(name), patterns);
  }

  /** One event for each name and each class of names that the formula tells apart. */
  events(formula: Formula): KeyEvent[] {
    const { names, patterns, classes } = this.#vocabulary(formula);
    const others = classes ?? [
      { event: this.#steps.patternEvent(new Set()) },
      ...patterns.map((term) => ({ event: this.#steps.patternEvent(new Set([term])) })),
    ];
    return [...[...names].map((name) => this.#steps.key(name, true, patterns)), ...others.map(({ event }) => event)];
  }

  /** The names that a next member may have. */
  allowed(formula: Formula): Term {
    let term = this.#allowed.get(formula);
    if (term === undefined) {
      term = this.#compute(formula);
      this.#allowed.set(formula, term);
    }
    return term;
  }

  #compute(formula: Formula): Term {
    const { terms, formulas } = this.#demands;
    const lasting =
      formula.kind === 'and' && formula.parts.every(isLastingOrMet) ? formula.parts.filter(isLasting) : formula.parts;
    if (lasting.length < formula.parts.length) {
      // Members that must still come don't forbid any, so long as their number isn't bounded.
      return this.allowed(formulas.and(...lasting));
    }
    const { names, patterns, classes } = this.#vocabulary(formula);
    const isPossible = (event: KeyEvent) =>
      this.#steps
        .ways(formula, event)
        .some((way) => this.#satisfiability.formula(way.rest, 'object') && this.#satisfiability.node(way.node));
    const possible: string[] = [];
    const impossible: string[] = [];
    for (const name of names) {
      (isPossible(this.#steps.key(name, true, patterns)) ? possible : impossible).push(name);
    }
    if (classes === undefined) {
      return terms.and(terms.all, terms.not(terms.words(impossible)));
    }
    const open = classes.map(({ event }) => isPossible(event));
    if (open.every(Boolean)) {
      return terms.not(terms.words(impossible));
    }
    return terms.or(terms.words(possible), ...classes.filter((_, index) => open[index]).map(({ term }) => term));
  }

  #vocabulary(formula: Formula): Vocabulary {
    const known = this.#ofFormula.get(formula);
    if (known !== undefined) {
      return known;
    }
    const names = new Set<string>();
    const patterns = new Set<Term>();
    collect(formula, names, patterns);
    const sorted = [...patterns].sort((a, b) => a.id - b.id);
    const key = `${JSON.stringify([...names].sort())} ${sorted.map((term) => term.id).join()}`;
    let made = this.#vocabularies.get(key);
    if (made === undefined) {
      made = { names, patterns: sorted, classes: this.#classes(names, sorted) };
      this.#vocabularies.set(key, made);
    }
    this.#ofFormula.set(formula, made);
    return made;
  }

  /** Which sets of patterns can match one name together. */
  #classes(names: ReadonlySet<string>, patterns: readonly Term[]): Vocabulary['classes'] {
    const { terms } = this.#demands;
    if (patterns.length > MAX_PATTERNS) {
      return undefined;
    }
    let classes: { term: Term; matched: Term[] }[] = [{ term: terms.not(terms.words(names)), matched: [] }];
    for (const pattern of patterns) {
      classes = classes
        .flatMap(({ term, matched }) => [
          { term: terms.and(term, pattern), matched: [...matched, pattern] },
          { term: terms.and(term, terms.not(pattern)), matched },
        ])
        .filter(({ term }) => isAlive(terms, term));
      if (classes.length > MAX_CLASSES) {
        return undefined;
      }
    }
    return classes.map(({ term, matched }) => ({ term, event: this.#steps.patternEvent(new Set(matched)) }));
  }

  /** Whether a member of this name can satisfy the rules, each of which stands on its own. */
  isMember(rules: readonly Formula[], name: string): boolean {
    const key = `${rules.map((rule) => rule.id).join()} ${name}`;
    let possible = this.#members.get(key);
    if (possible === undefined) {
      const { nodes, formulas } = this.#demands;
      const ways = rules.map((rule) => this.#steps.ways(rule, this.event(rule, name)));
      possible =
        ways.every((one) => one.some((way) => way.rest !== formulas.false)) &&
        this.#satisfiability.node(nodes.and(...ways.flatMap((one) => one.map((way) => way.node))));
      if (possible) {
        // A no may be a guess, made while a question that it depends on was open.
        this.#members.set(key, possible);
      }
    }
    return possible;
  }
}

/** It asks the same of each member. */
function isLasting({ leaf }: Formula): boolean {
  return leaf?.kind === 'fields' || leaf?.kind === 'names';
}

function isLastingOrMet(formula: Formula): boolean {
  return isLasting(formula) || formula.leaf?.kind === 'present' || formula.leaf?.kind === 'atLeast';
}

function collect(formula: Formula, names: Set<string>, patterns: Set<Term>): void {
  for (const part of formula.parts) {
    collect(part, names, patterns);
  }
  const { leaf } = formula;
  switch (leaf?.kind) {
    case 'fields':
    case 'someField':
      for (const name of leaf.rules.names.keys()) {
        names.add(name);
      }
      for (const { term } of leaf.rules.patterns) {
        patterns.add(term);
      }
      break;
    case 'names':
    case 'someName':
      patterns.add(leaf.term);
      break;
    case 'present':
    case 'absent':
      names.add(leaf.name);
      break;
    default:
  }
}
