import { expect, test } from 'vitest';
import { feed, ofSchema, refusal } from './support/feed.js';

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

function refusalOf(schema: unknown): { keyword: string; path: string } {
  const { keyword, path } = refusal({ kind: 'jsonSchema', schema });
  return { keyword, path };
}

function nested(depth: number): unknown {
  let schema: unknown = {};
  for (let i = 0; i < depth; i++) {
    schema = { allOf: [schema] };
  }
  return schema;
}

test.each<[string, unknown, string, string]>([
  ['endless reference', { $ref: '#' }, '$ref', ''],
  ['endless pair', { $ref: '#/$defs/a', $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }] } } }, '$ref', '/$defs/a'],
  ['reference to nowhere', { properties: { 'a/b': { $ref: '#/x' } } }, '$ref', '/properties/a~1b'],
  ['reference to the web', { items: { $ref: 'https://example.com/x.json' } }, '$ref', '/items'],
  ['no schema', 'string', '', ''],
  ['unknown type', { properties: { a: { type: 'text' } } }, 'type', '/properties/a'],
  ['wrong kind of keyword', { minLength: '3' }, 'minLength', ''],
  ['back-reference', { pattern: '(a)\\1' }, 'pattern', ''],
  ['expression that is none', { patternProperties: { '(': {} } }, 'patternProperties', ''],
  ['expression made to explode', { pattern: '(a{1000}){1000}' }, 'pattern', ''],
  ['false', false, '$schema', ''],
  ['empty range', { type: 'integer', minimum: 2, maximum: 1 }, '$schema', ''],
  ['required but not allowed', { type: 'object', required: ['a'], additionalProperties: false }, '$schema', ''],
  ['recursion without an end', { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] }, '$schema', ''],
  [
    'too few values',
    { type: 'array', items: { enum: [1, 2] }, uniqueItems: true, minItems: 3, contains: { const: 3 } },
    '$schema',
    '',
  ],
  ['many rivals', { oneOf: range(100).map((i) => ({ properties: { [`c${i}`]: { maxLength: i } } })) }, 'oneOf', ''],
])('%s is refused', (_, schema, keyword, path) => {
  expect(refusalOf(schema)).toEqual({ keyword, path });
});

test('large and deep schemas are refused in time', () => {
  const properties = Object.fromEntries(
    range(60_000).map((i) => [`property${i}`, { type: 'string', title: 'x'.repeat(60) }]),
  );
  const began = performance.now();
  expect(refusalOf({ properties }).keyword).toBe('properties');
  expect(refusalOf({ enum: range(400_000) }).keyword).toBe('enum');
  expect(refusalOf(nested(10_000)).keyword).toBe('$schema');
  expect(performance.now() - began).toBeLessThan(10_000);
});

test.each<[string, unknown, string]>([
  ['(a|b)*a(a|b){20}', { pattern: '^(a|b)*a(a|b){20}$' }, '"abab'],
  ['(a+)+', { pattern: '^(a+)+$' }, `"${'a'.repeat(60)}`],
  ['many patterns at once', { allOf: range(30).map((i) => ({ pattern: `x${i}.*y` })) }, '"x'],
  [
    'many choices at once',
    { allOf: range(25).map((i) => ({ anyOf: [{ required: [`a${i}`] }, { required: [`b${i}`] }] })) },
    '{"a1":1,"b2":2',
  ],
  ['a long text', { type: 'string', minLength: 100_000 }, '"abc'],
  ['a long array', { type: 'array', minItems: 100_000 }, '[1,2'],
  [
    'a wide tree',
    {
      $ref: '#/$defs/0',
      $defs: {
        ...range(25).map((i) => ({
          required: ['l', 'r'],
          properties: { l: { $ref: `#/$defs/${i + 1}` }, r: { $ref: `#/$defs/${i + 1}` } },
        })),
        25: {},
      },
    },
    '{"l":{"l',
  ],
])('%s is read in time', (_, schema, prefix) => {
  const began = performance.now();
  expect(feed(ofSchema(schema), prefix)).toBeDefined();
  expect(performance.now() - began).toBeLessThan(4_000);
});
