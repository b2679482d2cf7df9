import type { Term } from '../regex/Term.js';
import type { JsonValue } from './json.js';

export type TypeName = 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';

export type NumberLiteral =
  | { kind: 'integer'; not: boolean }
  | { kind: 'multiple'; of: number; not: boolean }
  | { kind: 'over'; bound: number; orEqual: boolean }
  | { kind: 'under'; bound: number; orEqual: boolean }
  | { kind: 'equals'; value: number; not: boolean };

/** A JSON Schema as read: each keyword that says something, in the same form whatever its draft. */
export interface Schema {
  readonly id: number;
  readonly path: string;
  /** The schema `false`. */
  never: boolean;
  types: ReadonlySet<TypeName> | undefined;
  /** `enum` and `const`: the value is one of each list. */
  values: (readonly JsonValue[])[];
  numbers: NumberLiteral[];
  strings: Term[];
  /** `properties`, `patternProperties`, `additionalProperties`. */
  properties: Map<string, Schema>;
  patternProperties: { term: Term; schema: Schema }[];
  additionalProperties: Schema | undefined;
  propertyNames: Schema | undefined;
  required: readonly string[];
  minProperties: number;
  maxProperties: number;
  prefixItems: readonly Schema[];
  items: Schema | undefined;
  minItems: number;
  maxItems: number;
  contains: { schema: Schema; min: number; max: number } | undefined;
  uniqueItems: boolean;
  /** `allOf`, and `$ref` as one more. */
  allOf: Schema[];
  anyOf: readonly Schema[] | undefined;
  oneOf: readonly Schema[] | undefined;
  not: Schema | undefined;
  condition: { test: Schema; whenTrue: Schema | undefined; whenFalse: Schema | undefined } | undefined;
  dependentRequired: { name: string; required: readonly string[] }[];
  dependentSchemas: { name: string; schema: Schema }[];
  unevaluatedProperties: Schema | undefined;
  unevaluatedItems: Schema | undefined;
}

export function emptySchema(id: number, path: string): Schema {
  return {
    id,
    path,
    never: false,
    types: undefined,
    values: [],
    numbers: [],
    strings: [],
    properties: new Map(),
    patternProperties: [],
    additionalProperties: undefined,
    propertyNames: undefined,
    required: [],
    minProperties: 0,
    maxProperties: Number.POSITIVE_INFINITY,
    prefixItems: [],
    items: undefined,
    minItems: 0,
    maxItems: Number.POSITIVE_INFINITY,
    contains: undefined,
    uniqueItems: false,
    allOf: [],
    anyOf: undefined,
    oneOf: undefined,
    not: undefined,
    condition: undefined,
    dependentRequired: [],
    dependentSchemas: [],
    unevaluatedProperties: undefined,
    unevaluatedItems: undefined,
  };
}

/** The schemas that judge the same value as this one. */
export function inPlace(schema: Schema): Schema[] {
  const { condition } = schema;
  return [
    ...schema.allOf,
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(schema.not === undefined ? [] : [schema.not]),
    ...(condition === undefined ? [] : [condition.test, condition.whenTrue, condition.whenFalse]),
    ...schema.dependentSchemas.map((one) => one.schema),
  ].filter((one) => one !== undefined);
}

/** The schema itself, or the one that it only refers to; `undefined` when it says nothing. */
export function effective(schema: Schema): Schema | undefined {
  let last = schema;
  for (;;) {
    const { id, path, allOf, ...others } = last;
    const { id: _, path: __, allOf: ___, ...nothing } = emptySchema(id, path);
    const isPlain = (Object.keys(nothing) as (keyof typeof nothing)[]).every(
      (name) => says(others[name]) === says(nothing[name]),
    );
    if (!isPlain || allOf.length > 1) {
      return last;
    }
    if (allOf[0] === undefined) {
      return undefined;
    }
    last = allOf[0];
  }
}

/** Equal for two values of a field when both are its empty value. */
function says(value: unknown): unknown {
  if (value instanceof Map || value instanceof Set) {
    return value.size;
  }
  return Array.isArray(value) ? value.length : value;
}
