import type { Term } from '../regex/Term.js';
import { SchemaError } from '../SchemaError.js';
import { canonicalText, isArray, isObject, type JsonValue } from './json.js';
import type { Demands, Formula, Node } from './literals.js';
import type { Satisfiability } from './Satisfiability.js';
import type { Schema } from './Schema.js';
import { evaluatedItems, evaluatedProperties } from './unevaluated.js';

/** The kinds of value that are told apart by their first byte; `true` and `false` are kinds of their own. */
export type Kind = 'null' | 'true' | 'false' | 'number' | 'string' | 'array' | 'object';

export const KINDS: readonly Kind[] = ['null', 'true', 'false', 'number', 'string', 'array', 'object'];

/** How demands on one kind of value are written and combined. */
export interface View<V> {
  kind: Kind;
  true: V;
  false: V;
  and: (...parts: V[]) => V;
  or: (...parts: V[]) => V;
  not: (of: V) => V;
  /** What the keywords of the schema that concern this kind ask for, without those that combine schemas. */
  own: (schema: Schema) => V;
  constant: (value: JsonValue) => V;
  isSatisfiable: (value: V) => boolean;
  known: Map<number, V>;
  open: Set<number>;
}

/** A projection was asked for while it was being made: only questions of satisfiability do that, and can do without. */
class UnknownYet extends Error {}

export function kindOf(value: JsonValue): Kind {
  if (value === null || value === true || value === false) {
    return String(value) as Kind;
  }
  if (typeof value === 'number' || typeof value === 'string') {
    return typeof value as 'number' | 'string';
  }
  return isArray(value) ? 'array' : 'object';
}

const MAX_ONE_OF = 150;
/** Pairs of alternatives that must be told apart by their values. */
const MAX_RIVALS = 1_000;

/** What a node asks of a value of one kind: `string` as a regular language, `array`, `object` and `number` as a formula. */
export class Projector {
  readonly #demands: Demands;
  readonly #satisfiability: Satisfiability;
  readonly #views: Record<'null' | 'true' | 'false', View<boolean>>;
  readonly #string: View<Term>;
  readonly #formulas: Record<'number' | 'array' | 'object', View<Formula>>;

  constructor(demands: Demands, satisfiability: Satisfiability) {
    this.#demands = demands;
    this.#satisfiability = satisfiability;
    const { terms, formulas } = demands;
    const constant = (kind: Kind): View<boolean> => ({
      kind,
      true: true,
      false: false,
      and: (...parts) => parts.every(Boolean),
      or: (...parts) => parts.some(Boolean),
      not: (of) => !of,
      own: () => true,
      constant: () => true,
      isSatisfiable: (value) => value,
      known: new Map(),
      open: new Set(),
    });
    this.#views = { null: constant('null'), true: constant('true'), false: constant('false') };
    this.#string = {
      kind: 'string',
      true: terms.all,
      false: terms.nothing,
      and: (...parts) => terms.and(...parts),
      or: (...parts) => terms.or(...parts),
      not: (of) => terms.not(of),
      own: (schema) => terms.and(...schema.strings),
      constant: (value) => terms.words([String(value)]),
      isSatisfiable: (term) => satisfiability.term(term),
      known: new Map(),
      open: new Set(),
    };
    const formula = (kind: 'number' | 'array' | 'object', own: (schema: Schema) => Formula): View<Formula> => ({
      kind,
      true: formulas.true,
      false: formulas.false,
      and: (...parts) => formulas.and(...parts),
      or: (...parts) => formulas.or(...parts),
      not: (of) => formulas.not(of),
      own,
      constant: (value) => this.#constant(value),
      isSatisfiable: (value) => satisfiability.formula(value, kind),
      known: new Map(),
      open: new Set(),
    });
    this.#formulas = {
      number: formula('number', (schema) => this.#number(schema)),
      array: formula('array', (schema) => this.#array(schema)),
      object: formula('object', (schema) => this.#object(schema)),
    };
  }

  constant(node: Node, kind: 'null' | 'true' | 'false'): boolean {
    return this.#node(node, this.#views[kind]);
  }

  string(node: Node): Term {
    return this.#node(node, this.#string);
  }

  formula(node: Node, kind: 'number' | 'array' | 'object'): Formula {
    return this.#node(node, this.#formulas[kind]);
  }

  /** Makes what the node asks of each kind. @throws SchemaError */
  check(node: Node): void {
    this.#node(node, this.#string);
    for (const view of Object.values(this.#views)) {
      this.#node(node, view);
    }
    for (const view of Object.values(this.#formulas)) {
      this.#node(node, view);
    }
  }

  #node<V>(node: Node, view: View<V>): V {
    switch (node.kind) {
      case 'true':
        return view.true;
      case 'false':
        return view.false;
      case 'and':
        return view.and(...node.parts.map((part) => this.#node(part, view)));
      case 'or':
        return view.or(...node.parts.map((part) => this.#node(part, view)));
      case 'leaf': {
        const { leaf } = node;
        if (leaf === undefined) {
          return view.false;
        }
        const positive = leaf.kind === 'schema' ? this.#schema(leaf.schema, view) : this.#value(leaf.value, view);
        return leaf.not ? view.not(positive) : positive;
      }
    }
  }

  #value<V>(value: JsonValue, view: View<V>): V {
    return kindOf(value) === view.kind ? view.constant(value) : view.false;
  }

  #schema<V>(schema: Schema, view: View<V>): V {
    const known = view.known.get(schema.id);
    if (known !== undefined) {
      return known;
    }
    if (view.open.has(schema.id)) {
      throw new UnknownYet();
    }
    view.open.add(schema.id);
    try {
      const made = this.#make(schema, view);
      view.known.set(schema.id, made);
      return made;
    } finally {
      view.open.delete(schema.id);
    }
  }

  #make<V>(schema: Schema, view: View<V>): V {
    if (schema.never || !hasKind(schema, view.kind)) {
      return view.false;
    }
    const of = (one: Schema) => this.#schema(one, view);
    const parts = [view.own(schema), ...schema.allOf.map(of)];
    for (const values of schema.values) {
      const possible = values.filter((value) => !(schema.uniqueItems && repeats(value)));
      parts.push(view.or(...possible.map((value) => this.#value(value, view))));
    }
    if (schema.anyOf !== undefined) {
      parts.push(view.or(...schema.anyOf.map(of)));
    }
    if (schema.not !== undefined) {
      parts.push(view.not(of(schema.not)));
    }
    if (schema.condition !== undefined) {
      const test = of(schema.condition.test);
      const then = schema.condition.whenTrue === undefined ? view.true : of(schema.condition.whenTrue);
      const otherwise = schema.condition.whenFalse === undefined ? view.true : of(schema.condition.whenFalse);
      parts.push(view.or(view.and(test, then), view.and(view.not(test), otherwise)));
    }
    if (schema.oneOf !== undefined) {
      parts.push(this.#oneOf(view, schema.path, schema.oneOf.map(of), view.and(...parts)));
    }
    return view.and(...parts);
  }

  /** Exactly one holds: each but not the others, of which those that can't hold together with it needn't be told. */
  #oneOf<V>(view: View<V>, path: string, values: readonly V[], context: V): V {
    if (values.length > MAX_ONE_OF) {
      throw new SchemaError({ path, keyword: 'oneOf', message: `oneOf has at most ${MAX_ONE_OF} alternatives.` });
    }
    const possible = values.filter((value) => value !== view.false);
    let pairs = 0;
    return view.or(
      ...possible.map((value, index) => {
        const rivals = possible.filter(
          (other, at) => at !== index && this.#mayHold(view, view.and(context, value, other)),
        );
        pairs += rivals.length;
        if (pairs > MAX_RIVALS) {
          throw new SchemaError({ path, keyword: 'oneOf', message: 'Too many of its alternatives can hold together.' });
        }
        return view.and(value, ...rivals.map((rival) => view.not(rival)));
      }),
    );
  }

  #mayHold<V>(view: View<V>, value: V): boolean {
    try {
      return this.#satisfiability.separately(() => view.isSatisfiable(value));
    } catch (error) {
      if (error instanceof UnknownYet) {
        return true;
      }
      throw error;
    }
  }

  #number(schema: Schema): Formula {
    const { formulas } = this.#demands;
    const literals = schema.numbers.map((literal) => formulas.leaf(literal));
    if (schema.types?.has('integer') === true && !schema.types.has('number')) {
      literals.push(formulas.leaf({ kind: 'integer', not: false }));
    }
    return formulas.and(...literals);
  }

  #array(schema: Schema): Formula {
    const demands = this.#demands;
    const { contains } = schema;
    const prefix = schema.prefixItems.map((one) => demands.node(one));
    return demands.formulas.and(
      demands.items({ prefix, rest: demands.node(schema.items) }),
      demands.atLeast(schema.minItems),
      demands.atMost(schema.maxItems),
      ...(contains === undefined
        ? []
        : [
            demands.contains(demands.node(contains.schema), contains.min),
            demands.containsAtMost(demands.node(contains.schema), contains.max),
          ]),
      schema.uniqueItems ? demands.literal({ kind: 'unique' }) : demands.formulas.true,
      schema.unevaluatedItems === undefined
        ? demands.formulas.true
        : demands.formulas.or(
            ...evaluatedItems(schema).map(({ chosen, count }) =>
              demands.formulas.and(
                ...chosen.map((one) => this.#schema(one, this.#formulas.array)),
                count === Number.POSITIVE_INFINITY
                  ? demands.formulas.true
                  : demands.items({
                      prefix: Array.from({ length: count }, () => demands.nodes.true),
                      rest: demands.node(schema.unevaluatedItems),
                    }),
              ),
            ),
          ),
    );
  }

  #object(schema: Schema): Formula {
    const demands = this.#demands;
    const { formulas } = demands;
    const present = (name: string) => demands.literal({ kind: 'present', name });
    const absent = (name: string) => demands.literal({ kind: 'absent', name });
    return formulas.and(
      demands.fields({
        names: new Map([...schema.properties].map(([name, one]) => [name, demands.node(one)])),
        patterns: schema.patternProperties.map(({ term, schema: one }) => ({ term, node: demands.node(one) })),
        rest: demands.node(schema.additionalProperties),
      }),
      ...schema.required.map(present),
      demands.atLeast(schema.minProperties),
      demands.atMost(schema.maxProperties),
      schema.propertyNames === undefined
        ? formulas.true
        : this.#names(this.#schema(schema.propertyNames, this.#string)),
      ...schema.dependentRequired.map(({ name, required }) =>
        formulas.or(absent(name), formulas.and(...required.map(present))),
      ),
      ...schema.dependentSchemas.map(({ name, schema: one }) =>
        formulas.or(absent(name), this.#schema(one, this.#formulas.object)),
      ),
      schema.unevaluatedProperties === undefined
        ? formulas.true
        : formulas.or(
            ...evaluatedProperties(schema).map(({ chosen, names, patterns, all }) =>
              formulas.and(
                ...chosen.map((one) => this.#schema(one, this.#formulas.object)),
                all
                  ? formulas.true
                  : demands.fields({
                      names: new Map([...names].map((name) => [name, demands.nodes.true])),
                      patterns: [...patterns].map((term) => ({ term, node: demands.nodes.true })),
                      rest: demands.node(schema.unevaluatedProperties),
                    }),
              ),
            ),
          ),
    );
  }

  #names(term: Term): Formula {
    return term === this.#demands.terms.all
      ? this.#demands.formulas.true
      : this.#demands.literal({ kind: 'names', term });
  }

  #constant(value: JsonValue): Formula {
    const demands = this.#demands;
    if (typeof value === 'number') {
      return demands.literal({ kind: 'equals', value, not: false });
    }
    const { nodes, formulas } = demands;
    if (isArray(value)) {
      const prefix = value.map((one) => demands.value(one));
      return formulas.and(demands.items({ prefix, rest: nodes.false }), demands.atLeast(value.length));
    }
    if (!isObject(value)) {
      return formulas.false;
    }
    const names = new Map(Object.entries(value).map(([name, one]) => [name, demands.value(one)]));
    return formulas.and(
      demands.fields({ names, patterns: [], rest: nodes.false }),
      ...[...names.keys()].map((name) => demands.literal({ kind: 'present', name })),
    );
  }
}

/** It is an array with two equal elements. */
function repeats(value: JsonValue): boolean {
  return isArray(value) && new Set(value.map(canonicalText)).size < value.length;
}

function hasKind({ types }: Schema, kind: Kind): boolean {
  if (types === undefined) {
    return true;
  }
  switch (kind) {
    case 'true':
    case 'false':
      return types.has('boolean');
    case 'number':
      return types.has('number') || types.has('integer');
    default:
      return types.has(kind);
  }
}
