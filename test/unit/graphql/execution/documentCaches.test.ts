import { expect, test } from 'vitest';
import { shortTextCache } from '../../../../src/graphql/execution/documentCaches.js';

const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

test('forgets what was not used for longest', () => {
  const cache = shortTextCache({ entries: 2, characters: 10 });
  cache.set('a', a);
  cache.set('b', b);
  expect(cache.get('a')).toBe(a);
  cache.set('c', c);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([a, undefined, c]);
  expect(cache.size).toBe(2);
});

test('remembers a text up to the longest, and no longer one', () => {
  const cache = shortTextCache({ entries: 2, characters: 10 });
  for (const length of [10, 11]) cache.set('x'.repeat(length), a);
  expect(cache.get('x'.repeat(10))).toBe(a);
  expect(cache.get('x'.repeat(11))).toBeUndefined();
  expect(cache.size).toBe(1);
});
