import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { deferredCounter, deferredHistogram } from '../../../../src/telemetry/instruments/deferred.js';

const labels = { model: 'demo' };
const definition = { name: 'things', help: 'Things.', labels: ['model'] as const };

async function read(registry: Registry): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => /^llamahome_things(_sum|_count)?\{/.test(line));
  return Object.fromEntries(lines.map((line) => [line.split('{')[0], Number(line.split(' ').at(-1))]));
}

it('a reading holds all that came before it, once', async () => {
  const registry = new Registry();
  const things = deferredHistogram(registry, definition);
  for (let value = 1; value <= 1500; value++) things.add(labels, value);
  const all = { llamahome_things_count: 1500, llamahome_things_sum: (1500 * 1501) / 2 };
  expect(await read(registry)).toEqual(all);
  expect(await read(registry)).toEqual(all);
  things.add(labels, 1);
  expect(await read(registry)).toMatchObject({ llamahome_things_count: 1501 });
});

it('two who use one registry count together', async () => {
  const registry = new Registry();
  deferredCounter(registry, definition).add(labels, 2);
  deferredCounter(registry, definition).add(labels, 3);
  expect(await read(registry)).toEqual({ llamahome_things: 5 });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('%s is refused, and spoils no reading', async (value) => {
  const registry = new Registry();
  const things = deferredCounter(registry, definition);
  things.add(labels, 1);
  expect(() => things.add(labels, value)).toThrow(`${value} is not a number from 0.`);
  expect(await read(registry)).toEqual({ llamahome_things: 1 });
});
