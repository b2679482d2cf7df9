import { expect, test } from 'vitest';
import type { Matcher } from '../../../../src/engine/answers/Matcher.js';
import { SchemaError } from '../../../../src/engine/answers/SchemaError.js';
import { seededRandom } from '../../../../src/engine/seededRandom.js';
import { accepts, ofSchema } from './support/feed.js';
import { randomAnswer } from './support/randomAnswer.js';
import { randomSchema, randomValue } from './support/randomSchema.js';
import { validator } from './support/validators.js';

const seed = 4;

test('random schemas are judged as ajv judges them', { timeout: 120_000 }, () => {
  const random = seededRandom(seed);
  const differences: unknown[] = [];
  for (let count = 0; count < 800; count++) {
    const schema = randomSchema(random, 2);
    const validates = validator(schema);
    const values = Array.from({ length: 30 }, () => randomValue(random, 2));
    let start: Matcher;
    try {
      start = ofSchema(schema);
    } catch (error) {
      expect(error).toBeInstanceOf(SchemaError);
      const possible = values.find(validates);
      if (possible !== undefined) {
        differences.push({ schema, possible });
      }
      continue;
    }
    for (const value of values) {
      if (accepts(start, JSON.stringify(value)) !== validates(value)) {
        differences.push({ schema, value, valid: validates(value) });
      }
    }
    const walk = randomAnswer({ start, random, freeBytes: 30, maxBytes: 500, names: ['a', 'b', 'c', 'ab', 'x1'] });
    if (walk.ended === 'deadEnd' || (walk.ended === 'complete' && !validates(JSON.parse(walk.text)))) {
      differences.push({ schema, ...walk });
    }
  }
  expect(differences.map((one) => JSON.stringify(one))).toEqual([]);
});
