type Random = () => number;

const NAMES = ['a', 'b', 'c', 'ab', 'x1'];
const TEXTS = ['', 'a', 'b', 'ab', 'abc', 'é', 'x1'];
const TYPES = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'];
const PATTERNS = ['^a', 'b$', '^[a-c]+$', 'a|x', '\\d', '^(?!ab)'];

const upTo = (random: Random, count: number) => Math.floor(random() * count);
const oneOf = <T>(random: Random, of: readonly T[]): T => of[upTo(random, of.length)] as T;
const some = <T>(random: Random, count: number, make: () => T) => Array.from({ length: upTo(random, count) }, make);

/** A value with the names and texts that the random schemas speak of. */
export function randomValue(random: Random, depth: number): unknown {
  const scalars = [null, true, false, upTo(random, 8) - 2, oneOf(random, [0.5, 1.5, 6, 10]), oneOf(random, TEXTS)];
  const kind = upTo(random, depth > 0 ? 3 : 1);
  if (kind === 0) {
    return oneOf(random, scalars);
  }
  const inner = () => randomValue(random, depth - 1);
  return kind === 1
    ? some(random, 4, inner)
    : Object.fromEntries(some(random, 4, () => [oneOf(random, NAMES), inner()]));
}

/** A schema of a few keywords. `contains` is left out: ajv 8.20 takes any array for valid where `prefixItems` stand beside it. */
export function randomSchema(random: Random, depth: number): unknown {
  if (random() < 0.05) {
    return random() < 0.7;
  }
  const name = () => oneOf(random, NAMES);
  const inner = () => randomSchema(random, depth - 1);
  const simple: (() => Record<string, unknown>)[] = [
    () => ({ minimum: upTo(random, 5) - 1 }),
    () => ({ maximum: upTo(random, 8) }),
    () => ({ exclusiveMinimum: upTo(random, 4) }),
    () => ({ multipleOf: oneOf(random, [1, 2, 3, 0.5]) }),
    () => ({ minLength: upTo(random, 3) }),
    () => ({ maxLength: upTo(random, 4) }),
    () => ({ pattern: oneOf(random, PATTERNS) }),
    () => ({ enum: [randomValue(random, 1), randomValue(random, 1)] }),
    () => ({ const: randomValue(random, 1) }),
    () => ({ required: [name()] }),
    () => ({ minProperties: upTo(random, 3) }),
    () => ({ maxProperties: upTo(random, 4) }),
    () => ({ minItems: upTo(random, 3) }),
    () => ({ maxItems: upTo(random, 4) }),
    () => ({ uniqueItems: true }),
    () => ({ dependentRequired: { [name()]: [name()] } }),
    () => ({ propertyNames: { pattern: '^[a-c]' } }),
  ];
  const nested: (() => Record<string, unknown>)[] = [
    () => ({ properties: { [name()]: inner(), [name()]: inner() } }),
    () => ({ additionalProperties: inner() }),
    () => ({ patternProperties: { [oneOf(random, PATTERNS)]: inner() } }),
    () => ({ items: inner() }),
    () => ({ prefixItems: [inner(), inner()] }),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ oneOf: [inner(), inner(), inner()] }),
    () => ({ allOf: [inner(), inner()] }),
    () => ({ not: inner() }),
    () =>
      Object.fromEntries([
        ['if', inner()],
        ['then', inner()],
        ['else', inner()],
      ]),
    () => ({ dependentSchemas: { [name()]: inner() } }),
  ];
  const schema: Record<string, unknown> = random() < 0.6 ? { type: oneOf(random, TYPES) } : {};
  for (let count = 1 + upTo(random, 3); count > 0; count--) {
    Object.assign(schema, oneOf(random, depth > 0 && random() < 0.6 ? nested : simple)());
  }
  return schema;
}
