import { describe, expect, test } from 'vitest';
import { FailedLogins, networkOf } from '../../../src/access/FailedLogins.js';

const start = Date.UTC(2026, 0, 1);

describe('failed log-ins', () => {
  test('are limited to sixty in any minute', () => {
    const failures = new FailedLogins();
    for (let count = 0; count < 60; count++) expect(failures.record('10.0.0.1', start + count * 500)).toBe(0);
    expect(failures.record('10.0.0.1', start + 30_000)).toBe(30_000);
    expect(failures.record('10.0.0.1', start + 59_999)).toBe(1);
    expect(failures.record('10.0.0.1', start + 60_000)).toBe(0);
    expect(failures.record('10.0.0.1', start + 60_000)).toBe(500);
  });

  test('of one address are no business of another', () => {
    const failures = new FailedLogins();
    for (let count = 0; count < 100; count++) failures.record('10.0.0.1', start);
    expect(failures.record('10.0.0.2', start)).toBe(0);
  });

  test('of a flood of addresses still find the one that fails on', () => {
    const failures = new FailedLogins();
    let refused = 0;
    for (let address = 0; address < 50_000; address++) {
      failures.record(`10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`, start);
      if (address % 100 === 0 && failures.record('198.51.100.1', start) > 0) refused++;
    }
    expect(refused).toBe(500 - 60);
  });

  test('a clock that goes back does not lock anybody out', () => {
    const failures = new FailedLogins();
    for (let count = 0; count < 60; count++) failures.record('10.0.0.1', start);
    expect(failures.record('10.0.0.1', start - 3_600_000)).toBe(0);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:1:2::6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['::1', '0:0:0:0'],
  ['', ''],
])('%j counts as %j', (address, network) => expect(networkOf(address)).toBe(network));
