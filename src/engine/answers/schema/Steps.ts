import { matches } from '../regex/derive.js';
import type { Term } from '../regex/Term.js';
import { LimitError } from '../SchemaError.js';
import { isComposite, type JsonValue } from './json.js';
import type { Demands, FieldRules, Formula, Literal, Node } from './literals.js';

/** One way on: the next element or member satisfies `node`, and what follows it satisfies `rest`. */
export interface Way {
  readonly node: Node;
  readonly rest: Formula;
}

/** A member by its name, or any name that is told apart from others by the patterns it matches only. */
export interface KeyEvent {
  kind: 'key';
  /** Equal for events that no formula tells apart. */
  id: string;
  name: string | undefined;
  matches: (term: Term) => boolean;
}

export interface ItemEvent {
  kind: 'item';
  id: string;
  /** The elements so far, where `uniqueItems` asks for them. */
  values: readonly JsonValue[];
}

/** Ways beyond this many are left out: a valid answer may then be refused, a wrong one is never accepted. */
const MAX_WAYS = 256;
const WAYS_TO_PRUNE = 6;
/** Ways put together for one byte or for the start: reached only by schemas made to explode. */
const MAX_WORK = 30_000;
/** Earlier elements that are arrays or objects. */
const MAX_COMPOSITES = 3;

/** How formulas of arrays and objects change with each element or member. */
export class Steps {
  readonly #demands: Demands;
  readonly #isSatisfiable: (node: Node) => boolean;
  readonly #known = new Map<number, Map<string, readonly Way[]>>();
  /** Ways put together since it was last set to 0. */
  work = 0;

  constructor(demands: Demands, isSatisfiable: (node: Node) => boolean) {
    this.#demands = demands;
    this.#isSatisfiable = isSatisfiable;
  }

  /** The event of this name. */
  key(name: string, isNamed: boolean, patterns: readonly Term[]): KeyEvent {
    const { terms } = this.#demands;
    const matched = new Set(patterns.filter((term) => matches(terms, term, name)));
    const id = isNamed ? `=${name}` : this.patternEvent(matched).id;
    return { kind: 'key', id, name, matches: (term) => matched.has(term) };
  }

  /** The event of the names, none of them named in a formula, that match exactly these patterns. */
  patternEvent(matched: ReadonlySet<Term>): KeyEvent {
    const id = `~${[...matched].map((term) => term.id).join()}`;
    return { kind: 'key', id, name: undefined, matches: (term) => matched.has(term) };
  }

  /** The ways on with this event; the elements of them may still be unsatisfiable. */
  ways(formula: Formula, event: KeyEvent | ItemEvent): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    switch (formula.kind) {
      case 'true':
        return [{ node: nodes.true, rest: formulas.true }];
      case 'false':
        return [];
      case 'leaf':
        return formula.leaf === undefined ? [] : this.#literal(formula, formula.leaf, event);
      default: {
        let byEvent = this.#known.get(formula.id);
        if (byEvent === undefined) {
          byEvent = new Map();
          this.#known.set(formula.id, byEvent);
        }
        let ways = byEvent.get(event.id);
        if (ways === undefined) {
          const each = formula.parts.map((part) => this.ways(part, event));
          ways = formula.kind === 'or' ? this.#merge(each.flat()) : this.#cross(each);
          byEvent.set(event.id, ways);
        }
        return ways;
      }
    }
  }

  #cross(each: (readonly Way[])[]): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    if (each.some((ways) => ways.length === 0)) {
      return [];
    }
    // Most parts have one way on: they are joined in one go.
    const single = each.flatMap((ways) => (ways.length === 1 ? ways : []));
    let ways = this.#merge([
      { node: nodes.and(...single.map(({ node }) => node)), rest: formulas.and(...single.map(({ rest }) => rest)) },
    ]);
    for (const more of each.filter((one) => one.length > 1).sort((a, b) => a.length - b.length)) {
      const crossed = ways.flatMap((a) =>
        more.map((b) => ({ node: nodes.and(a.node, b.node), rest: formulas.and(a.rest, b.rest) })),
      );
      this.work += crossed.length;
      if (this.work > MAX_WORK) {
        throw new LimitError('The alternatives of the schema are too many to be told apart.');
      }
      ways = this.#merge(crossed);
      if (ways.length > WAYS_TO_PRUNE) {
        ways = ways.filter((way) => this.#isSatisfiable(way.node));
      }
    }
    return ways;
  }

  #merge(ways: readonly Way[]): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    const possible = ways.filter((way) => way.node !== nodes.false && way.rest !== formulas.false);
    if (possible.length < 2) {
      return possible;
    }
    const byRest = new Map<Formula, Node[]>();
    for (const { node, rest } of possible) {
      byRest.set(rest, [...(byRest.get(rest) ?? []), node]);
    }
    const byNode = new Map<Node, Formula[]>();
    for (const [rest, joined] of byRest) {
      const node = nodes.or(...joined);
      byNode.set(node, [...(byNode.get(node) ?? []), rest]);
    }
    return [...byNode].slice(0, MAX_WAYS).map(([node, rests]) => ({ node, rest: formulas.or(...rests) }));
  }

  #literal(formula: Formula, literal: Literal, event: KeyEvent | ItemEvent): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    const on = (rest: Formula): readonly Way[] => (rest === formulas.false ? [] : [{ node: nodes.true, rest }]);
    switch (literal.kind) {
      case 'atLeast':
        return on(this.#demands.atLeast(literal.count - 1));
      case 'atMost':
        return on(this.#demands.atMost(literal.count - 1));
      default:
        return event.kind === 'key'
          ? this.#keyStep(formula, literal, event, on)
          : this.#itemStep(formula, literal, event, on);
    }
  }

  #keyStep(formula: Formula, literal: Literal, event: KeyEvent, on: (rest: Formula) => readonly Way[]): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    switch (literal.kind) {
      case 'present':
        return on(event.name === literal.name ? formulas.true : formula);
      case 'absent':
        return on(event.name === literal.name ? formulas.false : formula);
      case 'names':
        return on(event.matches(literal.term) ? formula : formulas.false);
      case 'someName':
        return on(event.matches(literal.term) ? formula : formulas.true);
      case 'fields':
        return [{ node: this.#member(literal.rules, event), rest: formula }];
      case 'someField': {
        const node = nodes.not(this.#member(literal.rules, event));
        return [
          { node, rest: formulas.true },
          ...on(this.#withoutField(formula, literal.rules, literal.passed, event)),
        ];
      }
      default:
        return [];
    }
  }

  /** A name comes once: when all that could still break the rules has passed, none of them is broken. */
  #withoutField(formula: Formula, rules: FieldRules, passed: readonly string[], event: KeyEvent): Formula {
    if (event.name === undefined || !rules.names.has(event.name) || passed.includes(event.name)) {
      return formula;
    }
    const now = [...passed, event.name].sort();
    const { nodes, formulas } = this.#demands;
    const open = rules.rest !== nodes.true || rules.patterns.some(({ node }) => node !== nodes.true);
    const left = [...rules.names].some(([name, node]) => node !== nodes.true && !now.includes(name));
    return open || left ? formulas.leaf({ kind: 'someField', rules, passed: now }) : formulas.false;
  }

  #member(rules: FieldRules, event: KeyEvent): Node {
    const named = event.name === undefined ? undefined : rules.names.get(event.name);
    const matched = rules.patterns.filter(({ term }) => event.matches(term)).map(({ node }) => node);
    return named === undefined && matched.length === 0
      ? rules.rest
      : this.#demands.nodes.and(...(named === undefined ? matched : [named, ...matched]));
  }

  #itemStep(
    formula: Formula,
    literal: Literal,
    event: ItemEvent,
    on: (rest: Formula) => readonly Way[],
  ): readonly Way[] {
    const { nodes, formulas } = this.#demands;
    switch (literal.kind) {
      case 'items':
      case 'someItem': {
        const { rules, index } = literal;
        const node = rules.prefix[index] ?? rules.rest;
        const next = { ...literal, index: Math.min(index + 1, rules.prefix.length) };
        if (literal.kind === 'items') {
          const done = next.index === rules.prefix.length && rules.rest === nodes.true;
          return [{ node, rest: done ? formulas.true : formulas.leaf(next) }];
        }
        const never = next.index === rules.prefix.length && rules.rest === nodes.true;
        return [{ node: nodes.not(node), rest: formulas.true }, ...on(never ? formulas.false : formulas.leaf(next))];
      }
      case 'contains':
        return [
          { node: literal.node, rest: this.#demands.contains(literal.node, literal.count - 1) },
          { node: nodes.true, rest: formula },
        ];
      case 'containsAtMost':
        return [
          { node: nodes.not(literal.node), rest: formula },
          ...on(this.#demands.containsAtMost(literal.node, literal.count - 1)),
        ];
      case 'unique':
        return [
          {
            node: nodes.and(...toldApartAsRead(event.values).map((value) => nodes.not(this.#demands.value(value)))),
            rest: formula,
          },
        ];
      case 'repeated':
        return [
          { node: nodes.or(...event.values.map((value) => this.#demands.value(value))), rest: formulas.true },
          { node: nodes.true, rest: formula },
        ];
      default:
        return [];
    }
  }
}

/** Whether nothing more need come: the array or object may end here. */
export function isMet(formula: Formula): boolean {
  switch (formula.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'and':
      return formula.parts.every(isMet);
    case 'or':
      return formula.parts.some(isMet);
    case 'leaf':
      switch (formula.leaf?.kind) {
        case 'fields':
        case 'names':
        case 'absent':
        case 'atMost':
        case 'items':
        case 'containsAtMost':
        case 'unique':
          return true;
        default:
          return false;
      }
  }
}

/**
 * The values that an element is kept apart from while it is read. With many arrays and objects among them that would be
 * slow: those are compared when the element is whole.
 */
function toldApartAsRead(values: readonly JsonValue[]): readonly JsonValue[] {
  const scalars = values.filter((value) => !isComposite(value));
  return values.length - scalars.length > MAX_COMPOSITES ? scalars : values;
}
