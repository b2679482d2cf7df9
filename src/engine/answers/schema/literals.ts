import type { Term } from '../regex/Term.js';
import type { TermFactory } from '../regex/TermFactory.js';
import { BooleanFactory, type Expression } from './BooleanFactory.js';
import { canonicalText, type JsonValue } from './json.js';
import { effective, type NumberLiteral, type Schema } from './Schema.js';

/** What is asked of a value, whatever its type: schemas and constants, combined. */
export type Node = Expression<NodeLeaf>;
export type NodeLeaf =
  | { kind: 'schema'; schema: Schema; not: boolean }
  | { kind: 'value'; value: JsonValue; not: boolean };

/** What is asked of the members of an object: by name, by pattern, and of those that neither covers. */
export interface FieldRules {
  readonly id: number;
  readonly names: ReadonlyMap<string, Node>;
  readonly patterns: readonly { term: Term; node: Node }[];
  readonly rest: Node;
}

export interface ItemRules {
  readonly id: number;
  readonly prefix: readonly Node[];
  readonly rest: Node;
}

/**
 * One demand on a number, or on what is still to come of an array or object: the elements or members that are read change it.
 * Each kind has its opposite, so a negated demand is a demand.
 */
export type Literal =
  | NumberLiteral
  | { kind: 'fields'; rules: FieldRules }
  | { kind: 'someField'; rules: FieldRules; passed: readonly string[] }
  | { kind: 'names'; term: Term }
  | { kind: 'someName'; term: Term }
  | { kind: 'present'; name: string }
  | { kind: 'absent'; name: string }
  | { kind: 'atLeast'; count: number }
  | { kind: 'atMost'; count: number }
  | { kind: 'items'; rules: ItemRules; index: number }
  | { kind: 'someItem'; rules: ItemRules; index: number }
  | { kind: 'contains'; node: Node; count: number }
  | { kind: 'containsAtMost'; node: Node; count: number }
  | { kind: 'unique' }
  | { kind: 'repeated' };

/** What is asked of a value of one type. */
export type Formula = Expression<Literal>;

function keyOf(literal: Literal): string {
  switch (literal.kind) {
    case 'integer':
      return `integer ${literal.not}`;
    case 'multiple':
      return `multiple ${literal.not} ${literal.of}`;
    case 'over':
    case 'under':
      return `${literal.kind} ${literal.orEqual} ${literal.bound}`;
    case 'equals':
      return `equals ${literal.not} ${literal.value}`;
    case 'fields':
      return `fields ${literal.rules.id}`;
    case 'someField':
      return `someField ${literal.rules.id} ${JSON.stringify(literal.passed)}`;
    case 'names':
    case 'someName':
      return `${literal.kind} ${literal.term.id}`;
    case 'present':
    case 'absent':
      return `${literal.kind} ${literal.name}`;
    case 'atLeast':
    case 'atMost':
      return `${literal.kind} ${literal.count}`;
    case 'items':
    case 'someItem':
      return `${literal.kind} ${literal.rules.id} ${literal.index}`;
    case 'contains':
    case 'containsAtMost':
      return `${literal.kind} ${literal.node.id} ${literal.count}`;
    case 'unique':
    case 'repeated':
      return literal.kind;
  }
}

/** Makes what is asked of values, each once. */
export class Demands {
  readonly terms: TermFactory;
  readonly nodes: BooleanFactory<NodeLeaf>;
  readonly formulas: BooleanFactory<Literal>;
  readonly #fieldRules = new Map<string, FieldRules>();
  readonly #itemRules = new Map<string, ItemRules>();

  constructor(terms: TermFactory) {
    this.terms = terms;
    this.nodes = new BooleanFactory<NodeLeaf>({
      keyOf: (leaf) => `${leaf.not} ${leaf.kind === 'schema' ? `schema ${leaf.schema.id}` : canonicalText(leaf.value)}`,
      negated: (leaf) => this.nodes.leaf({ ...leaf, not: !leaf.not }),
    });
    this.formulas = new BooleanFactory<Literal>({ keyOf, negated: (literal) => this.#negated(literal) });
  }

  /** A schema as a node: those that say nothing or allow nothing are known at once. */
  node(schema: Schema | undefined): Node {
    const said = schema === undefined ? undefined : effective(schema);
    if (said === undefined) {
      return this.nodes.true;
    }
    return said.never ? this.nodes.false : this.nodes.leaf({ kind: 'schema', schema: said, not: false });
  }

  value(value: JsonValue): Node {
    return this.nodes.leaf({ kind: 'value', value, not: false });
  }

  fields(rules: Omit<FieldRules, 'id'>): Formula {
    const yes = this.nodes.true;
    if (
      rules.rest === yes &&
      rules.patterns.every(({ node }) => node === yes) &&
      [...rules.names.values()].every((node) => node === yes)
    ) {
      return this.formulas.true;
    }
    const names = [...rules.names].map(([name, node]) => `${JSON.stringify(name)}:${node.id}`).sort();
    const patterns = rules.patterns.map(({ term, node }) => `${term.id}:${node.id}`);
    const key = `${names.join()} ${patterns.join()} ${rules.rest.id}`;
    let made = this.#fieldRules.get(key);
    if (made === undefined) {
      made = { ...rules, id: this.#fieldRules.size };
      this.#fieldRules.set(key, made);
    }
    return this.formulas.leaf({ kind: 'fields', rules: made });
  }

  items(rules: Omit<ItemRules, 'id'>): Formula {
    if (rules.rest === this.nodes.true && rules.prefix.every((node) => node === this.nodes.true)) {
      return this.formulas.true;
    }
    const key = `${rules.prefix.map((node) => node.id).join()} ${rules.rest.id}`;
    let made = this.#itemRules.get(key);
    if (made === undefined) {
      made = { ...rules, id: this.#itemRules.size };
      this.#itemRules.set(key, made);
    }
    return this.formulas.leaf({ kind: 'items', rules: made, index: 0 });
  }

  atLeast(count: number): Formula {
    return count <= 0 ? this.formulas.true : this.formulas.leaf({ kind: 'atLeast', count });
  }

  atMost(count: number): Formula {
    if (count === Number.POSITIVE_INFINITY) {
      return this.formulas.true;
    }
    return count < 0 ? this.formulas.false : this.formulas.leaf({ kind: 'atMost', count });
  }

  contains(node: Node, count: number): Formula {
    return count <= 0 ? this.formulas.true : this.formulas.leaf({ kind: 'contains', node, count });
  }

  containsAtMost(node: Node, count: number): Formula {
    if (count === Number.POSITIVE_INFINITY || node === this.nodes.false) {
      return this.formulas.true;
    }
    return count < 0 ? this.formulas.false : this.formulas.leaf({ kind: 'containsAtMost', node, count });
  }

  literal(literal: Literal): Formula {
    return this.formulas.leaf(literal);
  }

  #negated(literal: Literal): Formula {
    switch (literal.kind) {
      case 'integer':
      case 'multiple':
      case 'equals':
        return this.literal({ ...literal, not: !literal.not });
      case 'over':
        return this.literal({ kind: 'under', bound: literal.bound, orEqual: !literal.orEqual });
      case 'under':
        return this.literal({ kind: 'over', bound: literal.bound, orEqual: !literal.orEqual });
      case 'fields':
        return this.literal({ kind: 'someField', rules: literal.rules, passed: [] });
      case 'someField':
        return this.literal({ kind: 'fields', rules: literal.rules });
      case 'names':
        return this.literal({ kind: 'someName', term: literal.term });
      case 'someName':
        return this.literal({ kind: 'names', term: literal.term });
      case 'present':
        return this.literal({ kind: 'absent', name: literal.name });
      case 'absent':
        return this.literal({ kind: 'present', name: literal.name });
      case 'atLeast':
        return this.atMost(literal.count - 1);
      case 'atMost':
        return this.atLeast(literal.count + 1);
      case 'items':
        return this.literal({ ...literal, kind: 'someItem' });
      case 'someItem':
        return this.literal({ ...literal, kind: 'items' });
      case 'contains':
        return this.containsAtMost(literal.node, literal.count - 1);
      case 'containsAtMost':
        return this.contains(literal.node, literal.count + 1);
      case 'unique':
        return this.literal({ kind: 'repeated' });
      case 'repeated':
        return this.literal({ kind: 'unique' });
    }
  }
}
