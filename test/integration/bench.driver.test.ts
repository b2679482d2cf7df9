import { expect, test } from 'vitest';
import { Driver } from '../../src/bench/Driver.js';

test('a job for a driver that was closed is refused, and breaks nothing', async () => {
  const driver = new Driver();
  await driver.close();
  const target = { kind: 'graphql', url: 'http://127.0.0.1:1/graphql' } as const;
  await expect(driver.run(target, { kind: 'queries', query: '{ hello }', clients: 1, seconds: 1 })).rejects.toThrow();
});
