import { expect, test } from 'vitest';
import { ShortTextCache } from '../../../../src/graphql/execution/ShortTextCache.js';

test('forgets what was not used for longest', () => {
  const cache = new ShortTextCache<number>({ entries: 2, characters: 10 });
  cache.set('a', 1);
  cache.set('b', 2);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  expect(cache.size).toBe(2);
});

test('remembers no long text', () => {
  const cache = new ShortTextCache<number>({ entries: 2, characters: 10 });
  cache.set('x'.repeat(11), 1);
  expect(cache.get('x'.repeat(11))).toBeUndefined();
  expect(cache.size).toBe(0);
});
