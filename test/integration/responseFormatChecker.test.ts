import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ResponseFormatChecker } from '../../src/engine/ResponseFormatChecker.js';

let checker: ResponseFormatChecker;
beforeAll(() => {
  checker = new ResponseFormatChecker();
});
afterAll(() => checker.close());

const anyOf = (count: number) => ({
  items: {
    anyOf: Array.from({ length: count }, (_, index) => ({
      type: 'object',
      properties: { [`k${index}`]: { type: 'integer' } },
      required: [`k${index}`],
      additionalProperties: false,
    })),
  },
});

const exploding = {
  'a regex that repeats repeats': { regex: '((a{1,50}b?){1,50}c?){1,50}' },
  'patterns that cross': {
    jsonSchema: { allOf: Array.from({ length: 400 }, (_, index) => ({ pattern: `(a|b)*a(a|b){${index}}$` })) },
  },
  'thousands of alternatives': { jsonSchema: anyOf(3000) },
  'five megabytes': { jsonSchema: { enum: Array.from({ length: 100_000 }, (_, index) => `${index}`.repeat(10)) } },
  'a schema nested without end': { jsonSchema: JSON.parse(`${'{"items":'.repeat(3000)}{}${'}'.repeat(3000)}`) },
  itself: { jsonSchema: { $ref: '#' } },
  'a grammar without end': { grammar: `root ::= ${'('.repeat(5000)}"a"${')*'.repeat(5000)}` },
};

describe('what is made to explode', () => {
  test.each(Object.entries(exploding))('is refused within seconds: %s', async (_name, format) => {
    const begun = performance.now();
    await expect(checker.check('ann', format)).rejects.toMatchObject({
      code: 'unsupported_schema',
      details: { keyword: expect.any(String) },
    });
    expect(performance.now() - begun).toBeLessThan(10_000);
  });

  test('holds up another user for one at a time only', async () => {
    const flood = Array.from({ length: 20 }, (_, index) =>
      checker.check('ann', { jsonSchema: anyOf(3000 + index) }).catch(() => undefined),
    );
    let ended = 0;
    for (const each of flood) void each.then(() => ended++);
    await checker.check('bob', { regex: 'b+' });
    expect(ended).toBeLessThan(4);
    await Promise.all(flood);
  }, 120_000);
});

test('a format that was checked is known, and one that is good passes', async () => {
  const format = { jsonSchema: { type: 'object', properties: { a: { type: 'integer' } } } };
  await checker.check('ann', format);
  const begun = performance.now();
  await checker.check('ann', format);
  expect(performance.now() - begun).toBeLessThan(5);
});

test('many earlier elements, each unlike the others, slow nothing', async () => {
  await checker.check('ann', { jsonSchema: { type: 'array', uniqueItems: true, minItems: 40 } });
});
