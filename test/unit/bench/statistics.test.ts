import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median, medianOf, percentile, ratioOf, spread } from '../../../src/bench/statistics.js';

const figures = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

test('percentiles are interpolated between the nearest ranks', () => {
  expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
  expect(percentile([10, 20, 30, 40, 50], 95)).toBeCloseTo(48, 10);
  expect(percentile([7], 99)).toBe(7);
});

test('nothing measured has no percentile', () => {
  expect(percentile([], 50)).toBeNull();
  expect(median([])).toBeNull();
  expect(spread([])).toBeNull();
  expect(medianOf([null, null])).toBeNull();
});

test('values that were not measured do not count in a median', () => {
  expect(medianOf([null, 1, 3, null])).toBe(2);
});

test('percentiles lie within the values, grow with p, and do not depend on the order', () => {
  fc.assert(
    fc.property(figures, (values) => {
      const found = spread(values);
      expect(found).not.toBeNull();
      if (found === null) return;
      expect(found.p50).toBeGreaterThanOrEqual(Math.min(...values));
      expect(found.p95).toBeGreaterThanOrEqual(found.p50 - 1e-6);
      expect(found.p99).toBeGreaterThanOrEqual(found.p95 - 1e-6);
      expect(found.p99).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
      expect(spread([...values].reverse())).toEqual(found);
    }),
  );
});

test('a percentile leaves its values as they are', () => {
  const values = [3, 1, 2];
  percentile(values, 50);
  expect(values).toEqual([3, 1, 2]);
});

test('a ratio is the median of the quotients of each turn', () => {
  expect(ratioOf([2, 9, 4], [1, 3, 4])).toEqual({ median: 2, least: 1, most: 3, pairs: 3 });
});

test('a turn in which one side is missing or 0 is left out of a ratio', () => {
  expect(ratioOf([2, null, 4, 6], [1, 3, null, 0])).toEqual({ median: 2, least: 2, most: 2, pairs: 1 });
  expect(ratioOf([null], [1])).toBeNull();
  expect(ratioOf([1], [])).toBeNull();
});
