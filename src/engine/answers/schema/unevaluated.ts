import type { Term } from '../regex/Term.js';
import type { Schema } from './Schema.js';

/** More combinations of alternatives than this are left out: their answers are refused. */
const MAX_CHOICES = 64;

/** Members that are evaluated when the `chosen` alternatives hold. */
export interface EvaluatedProperties {
  chosen: readonly Schema[];
  names: ReadonlySet<string>;
  patterns: ReadonlySet<Term>;
  all: boolean;
}

export interface EvaluatedItems {
  chosen: readonly Schema[];
  /** Elements from the first on; Infinity when all are. */
  count: number;
}

type Merge<E> = (a: E, b: E) => E;

/** The combinations of one alternative each of `anyOf`, `oneOf` and `if`, with what they evaluate together. */
function combinations<E extends { chosen: readonly Schema[] }>(
  schema: Schema,
  own: (schema: Schema) => E,
  merge: Merge<E>,
): E[] {
  let result = [own(schema)];
  const cross = (more: readonly E[]) => {
    result = result.flatMap((a) => more.map((b) => merge(a, b))).slice(0, MAX_CHOICES);
  };
  const choose = (one: Schema) =>
    combinations(one, own, merge).map((found) => ({ ...found, chosen: [one, ...found.chosen] }));
  for (const one of schema.allOf) {
    cross(combinations(one, own, merge));
  }
  for (const alternatives of [schema.anyOf, schema.oneOf]) {
    if (alternatives !== undefined) {
      cross(alternatives.flatMap(choose));
    }
  }
  const { condition } = schema;
  if (condition !== undefined) {
    // Whether `if` holds decides which of the two is evaluated, so each choice names what must hold.
    const none = { ...own(schema), chosen: [] };
    const yes = choose(condition.test).flatMap((a) =>
      condition.whenTrue === undefined ? [a] : choose(condition.whenTrue).map((b) => merge(a, b)),
    );
    cross([...yes, ...(condition.whenFalse === undefined ? [none] : choose(condition.whenFalse))]);
  }
  return result;
}

export function evaluatedProperties(schema: Schema): EvaluatedProperties[] {
  return combinations<EvaluatedProperties>(
    schema,
    (one) => ({
      chosen: [],
      names: new Set(one.properties.keys()),
      patterns: new Set(one.patternProperties.map(({ term }) => term)),
      all: one.additionalProperties !== undefined || (one !== schema && one.unevaluatedProperties !== undefined),
    }),
    (a, b) => ({
      chosen: [...a.chosen, ...b.chosen],
      names: new Set([...a.names, ...b.names]),
      patterns: new Set([...a.patterns, ...b.patterns]),
      all: a.all || b.all,
    }),
  );
}

export function evaluatedItems(schema: Schema): EvaluatedItems[] {
  return combinations<EvaluatedItems>(
    schema,
    (one) => ({
      chosen: [],
      count:
        one.items !== undefined || (one !== schema && one.unevaluatedItems !== undefined)
          ? Number.POSITIVE_INFINITY
          : one.prefixItems.length,
    }),
    (a, b) => ({ chosen: [...a.chosen, ...b.chosen], count: Math.max(a.count, b.count) }),
  );
}
