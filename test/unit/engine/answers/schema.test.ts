import { describe, expect, test } from 'vitest';
import { accepts, feed, ofSchema } from './support/feed.js';

interface Case {
  schema: unknown;
  accepted: string[];
  refused: string[];
}

const cases: Record<string, Case> = {
  'type lists': {
    schema: { type: ['string', 'null'] },
    accepted: ['"x"', 'null'],
    refused: ['1', 'true', '{}', 'nulll'],
  },
  'enum and const of any JSON': {
    schema: { enum: ['a', 1, null, [1, { b: true }], { x: 'y' }] },
    accepted: ['"a"', '1', 'null', '[1,{"b":true}]', '{"x": "y"}'],
    refused: ['"b"', '1.0', '[1]', '{"x":"z"}', '{}'],
  },
  'properties in any order, each once': {
    schema: {
      type: 'object',
      properties: { a: { type: 'integer' }, b: { type: 'string' } },
      required: ['a', 'b'],
      additionalProperties: false,
    },
    accepted: ['{"a":1,"b":"x"}', '{"b": "x", "a": 1}', '{\n  "b": "x",\n  "a": 1\n}'],
    refused: ['{"a":1}', '{"a":1,"a":2,"b":"x"}', '{"a":1,"b":"x","c":1}', '{"a":"x","b":"x"}', '{}'],
  },
  'additionalProperties and patternProperties': {
    schema: { patternProperties: { '^n': { type: 'number' } }, additionalProperties: { type: 'string' } },
    accepted: ['{"n1":1,"x":"s"}', '{}', '[]'],
    refused: ['{"n1":"s"}', '{"x":1}'],
  },
  'propertyNames, minProperties, maxProperties': {
    schema: { propertyNames: { pattern: '^[a-z]+$' }, minProperties: 1, maxProperties: 2, type: 'object' },
    accepted: ['{"a":1}', '{"a":1,"b":2}'],
    refused: ['{}', '{"A":1}', '{"a":1,"b":2,"c":3}'],
  },
  'arrays by position': {
    schema: { prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false, minItems: 1, type: 'array' },
    accepted: ['["a"]', '["a",1]', '["a", 1]'],
    refused: ['[]', '[1]', '["a",1,2]'],
  },
  'items as a list, of draft 4 to 7': {
    schema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      items: [{ const: 1 }],
      additionalItems: { const: 2 },
    },
    accepted: ['[]', '[1]', '[1,2,2]'],
    refused: ['[2]', '[1,1]'],
  },
  contains: {
    schema: { type: 'array', contains: { const: 5 }, minContains: 2, maxContains: 2 },
    accepted: ['[5,5]', '[1,5,2,5]'],
    refused: ['[5]', '[5,5,5]', '[]'],
  },
  uniqueItems: {
    schema: { type: 'array', uniqueItems: true },
    accepted: ['[1,2]', '["a","b",{"a":1},{"a":2}]', '[0,"0",false]'],
    refused: ['[1,1]', '[1,1.0]', '["é","\\u00e9"]', '[{"a":1,"b":2},{"b":2,"a":1}]'],
  },
  'lengths in code points': {
    schema: { type: 'string', minLength: 2, maxLength: 3 },
    accepted: ['"ab"', '"😀😀😀"', '"\\ud83d\\ude00é"', '"\\n\\t"'],
    refused: ['"a"', '"abcd"', '"😀"', '"\\ud83d"', '"\\ud83dx"'],
  },
  'pattern searches in the decoded text': {
    schema: { type: 'string', pattern: 'b+$', maxLength: 4 },
    accepted: ['"b"', '"aabb"'],
    refused: ['"ba"', '"aaabb"', '""'],
  },
  'pattern with look-ahead': {
    schema: { type: 'string', pattern: '^(?!ab)[a-c]+$' },
    accepted: ['"ac"', '"ba"', '"a"'],
    refused: ['"ab"', '"abc"', '"d"'],
  },
  'bounds of integers': {
    schema: { type: 'integer', minimum: -12, maximum: 105 },
    accepted: ['-12', '0', '7', '105'],
    refused: ['-13', '106', '1.5', '1e1', '007', '-'],
  },
  'bounds of numbers': {
    schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    accepted: ['0.5', '1', '1.0', '0.000001'],
    refused: ['0', '0.0', '1.01', '-0.1', '2'],
  },
  'exclusiveMaximum of draft 4': {
    schema: { type: 'integer', minimum: 1, maximum: 10, exclusiveMaximum: true },
    accepted: ['1', '9'],
    refused: ['10', '0'],
  },
  multipleOf: {
    schema: { type: 'integer', multipleOf: 7, minimum: 10, maximum: 30 },
    accepted: ['14', '21', '28'],
    refused: ['7', '15', '35'],
  },
  'numbers stay finite': {
    schema: { type: 'number' },
    accepted: ['1e5', '-2.5E-10', '1e+21', '0', '123456789012345680000'],
    refused: ['1e999', '01', '.5', '1.', '+1', 'NaN'],
  },
  anyOf: {
    schema: {
      anyOf: [
        { type: 'object', required: ['a'] },
        { type: 'object', required: ['b'] },
      ],
    },
    accepted: ['{"a":1}', '{"b":1}', '{"a":1,"b":1}'],
    refused: ['{}', '{"c":1}'],
  },
  'oneOf: exactly one': {
    schema: { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    accepted: ['{"a":1}', '{"b":1,"c":1}'],
    refused: ['{}', '{"a":1,"b":1}'],
  },
  'oneOf told apart by values': {
    schema: {
      oneOf: [
        { multipleOf: 3, type: 'integer' },
        { multipleOf: 5, type: 'integer' },
      ],
    },
    accepted: ['3', '10'],
    refused: ['15', '2', '0'],
  },
  not: {
    schema: { type: 'object', not: { properties: { a: { type: 'string' } }, required: ['a'] } },
    accepted: ['{}', '{"a":1}', '{"b":"x"}'],
    refused: ['{"a":"x"}'],
  },
  'if, then, else': {
    schema: {
      type: 'object',
      properties: { kind: { enum: ['a', 'b'] } },
      required: ['kind'],
      if: { properties: { kind: { const: 'a' } } },
      // biome-ignore lint/suspicious/noThenProperty: it is a keyword of JSON Schema.
      then: { required: ['x'] },
      else: { required: ['y'] },
    },
    accepted: ['{"kind":"a","x":1}', '{"x":1,"kind":"a"}', '{"kind":"b","y":1}'],
    refused: ['{"kind":"a"}', '{"kind":"b","x":1}', '{"kind":"a","y":1}'],
  },
  dependencies: {
    schema: { type: 'object', dependencies: { a: ['b'] }, dependentSchemas: { c: { maxProperties: 1 } } },
    accepted: ['{}', '{"a":1,"b":1}', '{"c":1}', '{"b":1,"d":1}'],
    refused: ['{"a":1}', '{"c":1,"d":1}'],
  },
  'references, recursion': {
    schema: {
      $defs: {
        tree: {
          type: 'object',
          properties: { kids: { type: 'array', items: { $ref: '#/$defs/tree' } } },
          additionalProperties: false,
        },
      },
      $ref: '#/$defs/tree',
    },
    accepted: ['{}', '{"kids":[{"kids":[]},{}]}'],
    refused: ['{"kids":[1]}', '{"kids":[{"x":1}]}', '[]'],
  },
  '$id and $anchor': {
    schema: {
      $id: 'https://example.com/root.json',
      properties: { a: { $ref: 'other.json#here' } },
      $defs: { o: { $id: 'other.json', $defs: { h: { $anchor: 'here', type: 'boolean' } } } },
    },
    accepted: ['{"a":true}'],
    refused: ['{"a":1}'],
  },
  unevaluatedProperties: {
    schema: { type: 'object', allOf: [{ properties: { a: {} } }], properties: { b: {} }, unevaluatedProperties: false },
    accepted: ['{"a":1,"b":2}'],
    refused: ['{"c":1}'],
  },
  'allOf with additionalProperties': {
    schema: { type: 'object', allOf: [{ properties: { a: { minimum: 3 } } }, { properties: { a: { maximum: 5 } } }] },
    accepted: ['{"a":4}', '{"a":"x"}'],
    refused: ['{"a":2}', '{"a":6}'],
  },
  'words of no draft, and formats of no name': {
    schema: { type: 'string', format: 'no-such-format', 'x-anything': { minLength: 100 }, title: 't', default: 5 },
    accepted: ['"x"'],
    refused: ['5'],
  },
};

const formats: Record<string, { accepted: string[]; refused: string[] }> = {
  date: { accepted: ['2024-02-29', '1999-12-31'], refused: ['2023-02-29', '2024-13-01', '2024-1-1'] },
  time: { accepted: ['12:00:00Z', '23:59:59.5+01:00'], refused: ['12:00:00', '24:00:00Z'] },
  'date-time': { accepted: ['2024-02-29T10:00:00Z'], refused: ['2024-02-30T10:00:00Z', '2024-02-29'] },
  uuid: { accepted: ['123e4567-e89b-12d3-a456-426614174000'], refused: ['123e4567'] },
  email: { accepted: ['a.b@example.com'], refused: ['a@b', '@example.com', 'a..b@example.com'] },
  ipv4: { accepted: ['127.0.0.1'], refused: ['256.0.0.1', '1.2.3'] },
  ipv6: { accepted: ['::1', '2001:db8::ff00:42:8329', '::ffff:1.2.3.4'], refused: ['1::2::3', '12345::'] },
  hostname: { accepted: ['example.com', 'a'], refused: ['-a.com', 'a_b'] },
  uri: { accepted: ['https://example.com/a?b#c', 'urn:x:y'], refused: ['/relative', 'a b'] },
};

describe.each(Object.entries(cases))('%s', (_, { schema, accepted, refused }) => {
  const start = ofSchema(schema);
  test.each(accepted)('accepts %s', (text) => {
    expect(accepts(start, text)).toBe(true);
  });
  test.each(refused)('refuses %s', (text) => {
    expect(accepts(start, text)).toBe(false);
  });
});

test.each(Object.entries(formats))('format %s', (format, { accepted, refused }) => {
  const start = ofSchema({ type: 'string', format });
  expect(accepted.filter((text) => !accepts(start, JSON.stringify(text)))).toEqual([]);
  expect(refused.filter((text) => accepts(start, JSON.stringify(text)))).toEqual([]);
});

test('dead ends are not entered', () => {
  const prefixes: [unknown, string][] = [
    [{ enum: ['abc', 'abd'] }, '"ax'],
    [{ type: 'string', pattern: '^a{3}$', maxLength: 3 }, '"b'],
    [{ type: 'string', pattern: '^(ab)+$', minLength: 3, maxLength: 5 }, '"ababa'],
    [{ type: 'integer', minimum: 100, maximum: 199 }, '2'],
    [{ type: 'object', required: ['abc'], properties: { abc: {} }, additionalProperties: false }, '{"b'],
    [{ type: 'object', required: ['a'], maxProperties: 1 }, '{"b'],
    [{ type: 'array', items: { enum: ['a', 'b'] }, uniqueItems: true, minItems: 2 }, '["a","a'],
    [{ type: 'object', properties: { a: false } }, '{"a"'],
    [{ type: 'array', maxItems: 1 }, '[1,'],
  ];
  expect(prefixes.filter(([schema, prefix]) => feed(ofSchema(schema), prefix) !== undefined)).toEqual([]);
});

test('space is bounded', () => {
  const start = ofSchema({});
  expect(accepts(start, '{"a": [1, 2], "b": {}}')).toBe(true);
  expect(accepts(start, `[\n${' '.repeat(40)}1\n]`)).toBe(true);
  for (const text of [' 1', '[  1]', '[\n\n1]', '{"a" :1}', '[1 ,2]', `[\n${' '.repeat(41)}1]`]) {
    expect(feed(start, text), text).toBeUndefined();
  }
  expect(feed(start, '[1] ')).toBeUndefined();
});

test('states are values: advancing leaves them as they are', () => {
  const start = ofSchema({ type: 'object', properties: { a: { type: 'integer' } } });
  const open = feed(start, '{"a":1');
  expect(open?.advance(0x32)).toBeDefined();
  expect(open?.advance(0x7d)?.isOver).toBe(true);
  expect(open?.advance(0x32)?.advance(0x7d)?.isComplete).toBe(true);
  expect(feed(start, '{"a":1')).toBe(open);
  expect(feed(start, '{"a":12}')?.maskKey).toBe(feed(start, '{}')?.maskKey);
});

test('forced bytes are those without a choice', () => {
  const text = (of: Uint8Array | undefined) => Buffer.from(of ?? []).toString();
  expect(text(feed(ofSchema({ type: 'boolean' }), 't')?.forced())).toBe('rue');
  expect(text(ofSchema({ type: 'null' }).forced())).toBe('null');
  expect(text(ofSchema({ type: 'boolean' }).forced())).toBe('');
  expect(text(feed(ofSchema({ const: 1 }), '1')?.forced())).toBe('');
});

test('a number may go on until it can no more', () => {
  const start = ofSchema({ type: 'integer', maximum: 20, minimum: 0 });
  expect(feed(start, '1')).toMatchObject({ isComplete: true, isOver: false });
  expect(feed(start, '20')).toMatchObject({ isComplete: true, isOver: true });
});

test('bytes that are no UTF-8 are refused', () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90], [0x80], [0xc3, 0x28]]) {
    expect(feed(ofSchema({ type: 'string' }), Uint8Array.from([0x22, ...bytes]))).toBeUndefined();
  }
});

describe('uniqueItems with many objects', () => {
  const schema = { type: 'array', uniqueItems: true };
  const objects = Array.from({ length: 200 }, (_, index) => ({ k: index, l: [index % 7] }));

  test('takes those that differ, and in time', () => {
    const begun = performance.now();
    expect(accepts(ofSchema(schema), JSON.stringify(objects))).toBe(true);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  test('refuses one that has come before, in whatever order of names', () => {
    expect(accepts(ofSchema(schema), JSON.stringify([...objects, { l: [3], k: 3 }]))).toBe(false);
    expect(accepts(ofSchema(schema), JSON.stringify([...objects, { l: [4], k: 3 }]))).toBe(true);
  });
});
