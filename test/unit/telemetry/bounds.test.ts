import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedNames } from '../../../src/telemetry/BoundedNames.js';
import { RecentValues } from '../../../src/telemetry/RecentValues.js';

describe('BoundedNames', () => {
  it('never gives more different labels than it may, and the same one for the same name', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.integer({ min: 0, max: 10 }), (names, most) => {
        const bounded = new BoundedNames(most, ['known']);
        const labels = new Map(names.map((name) => [name, bounded.label(name)]));
        expect(new Set(labels.values()).size).toBeLessThanOrEqual(most + 2);
        for (const [name, label] of labels) {
          expect([name, 'other']).toContain(label);
          if (label !== 'other') expect(bounded.label(name)).toBe(name);
        }
        expect(bounded.label('known')).toBe('known');
      }),
    );
  });

  it('keeps no name that is absurdly long', () => {
    expect(new BoundedNames(10).label('a'.repeat(1000))).toBe('other');
  });
});

describe('RecentValues', () => {
  it('tells the nearest-rank percentiles of what it keeps', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 }), (values) => {
        const recent = new RecentValues(20, 1000);
        for (const value of values) recent.add(value, 0);
        const kept = values.slice(-20).sort((a, b) => a - b);
        expect(recent.percentiles(500)).toEqual({
          p50: kept[Math.ceil(0.5 * kept.length) - 1],
          p95: kept[Math.ceil(0.95 * kept.length) - 1],
        });
      }),
    );
  });

  it('forgets what is older than its window', () => {
    const recent = new RecentValues(10, 1000);
    expect(recent.percentiles(0)).toBeNull();
    recent.add(5, 0);
    recent.add(7, 900);
    expect(recent.percentiles(1000)).toEqual({ p50: 5, p95: 7 });
    expect(recent.percentiles(1500)).toEqual({ p50: 7, p95: 7 });
    expect(recent.percentiles(2000)).toBeNull();
  });
});
