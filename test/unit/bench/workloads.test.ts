import fc from 'fast-check';
import { expect, test } from 'vitest';
import { poissonArrivals } from '../../../src/bench/random.js';
import { defaultOptions, planJob, seedOfRun, type Workload } from '../../../src/bench/workloads.js';
import { seededRandom } from '../../../src/engine/seededRandom.js';

type Planned = Exclude<Workload, 'engine'>;
const planned: Planned[] = [
  'single',
  'concurrent',
  'open',
  'shared-prefix',
  'long-prefill',
  'batch',
  'followers',
  'queries',
];

function promptsOf(workload: Planned, options: Partial<typeof defaultOptions> = {}) {
  const job = planJob(workload, { ...defaultOptions, ...options });
  if (job.kind !== 'prompts') throw new Error(`${workload} is no job of prompts`);
  return job;
}

test.each(planned)('%s is the same for the same seed, so that both sides get the same', (workload) => {
  expect(planJob(workload, defaultOptions)).toEqual(planJob(workload, defaultOptions));
});

test.each(planned.filter((workload) => workload !== 'queries'))('%s has new prompts for another seed', (workload) => {
  const other = planJob(workload, { ...defaultOptions, seed: 2 });
  expect(other).not.toEqual(planJob(workload, defaultOptions));
});

test('concurrent has a prompt for each client and round, none of them twice', () => {
  const { clients, prompts } = promptsOf('concurrent', { clients: 4, rounds: 3 });
  expect(clients).toBe(4);
  expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(12);
  expect(prompts.every(({ atMs }) => atMs === undefined)).toBe(true);
});

test('single waits for each answer before it asks again', () => {
  expect(promptsOf('single', { rounds: 3 }).clients).toBe(1);
});

test('open sends each prompt at its time, whoever is still waiting', () => {
  const { prompts, clients } = promptsOf('open', { clients: 5, rounds: 4, rate: 10 });
  const times = prompts.map(({ atMs }) => atMs ?? Number.NaN);
  expect(times[0]).toBe(0);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(clients).toBe(prompts.length);
});

test('shared-prefix has one system prompt and different questions', () => {
  const { prompts } = promptsOf('shared-prefix', { clients: 8, prefixTokens: 300 });
  expect(new Set(prompts.map(({ system }) => system)).size).toBe(1);
  expect(new Set(prompts.map(({ prompt }) => prompt)).size).toBe(8);
  expect(prompts[0]?.system?.split(' ').length).toBeGreaterThan(250);
});

test('long-prefill starts with the long prompt, which is load and not measured', () => {
  const [long, ...short] = promptsOf('long-prefill', { longTokens: 1000 }).prompts;
  expect(long).toMatchObject({ background: true, atMs: 0 });
  expect(long?.prompt.split(' ').length).toBeGreaterThan(900);
  expect(short.length).toBeGreaterThan(0);
  expect(short.every(({ background, atMs }) => background === undefined && atMs !== undefined && atMs > 0)).toBe(true);
});

test('no two runs of a bench have the same seed', () => {
  const seeds = Array.from({ length: 1000 }, (_, run) => seedOfRun(1, run));
  expect(new Set(seeds).size).toBe(1000);
});

test('random numbers lie in [0, 1) and depend on nothing but the seed', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const one = seededRandom(seed);
      const other = seededRandom(seed);
      for (let draw = 0; draw < 20; draw++) {
        const value = one();
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThan(1);
        expect(other()).toBe(value);
      }
    }),
  );
});

test('Poisson arrivals come at the mean rate, with waits as uneven as an exponential distribution has them', () => {
  const times = poissonArrivals(seededRandom(7), 20_001, 50);
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  const deviation = Math.sqrt(waits.reduce((sum, wait) => sum + (wait - mean) ** 2, 0) / waits.length);
  expect(mean).toBeGreaterThan(19);
  expect(mean).toBeLessThan(21);
  expect(deviation / mean).toBeGreaterThan(0.95);
  expect(deviation / mean).toBeLessThan(1.05);
});
