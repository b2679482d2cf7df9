import { seededRandom } from '../engine/seededRandom.js';
import type { Job, ScheduledPrompt } from './Job.js';
import { independentPrompt, prefixedPrompts } from './prompts.js';
import { poissonArrivals } from './random.js';

export const workloads = [
  'single',
  'concurrent',
  'open',
  'shared-prefix',
  'long-prefill',
  'batch',
  'followers',
  'queries',
  'engine',
] as const;
export type Workload = (typeof workloads)[number];

export interface WorkloadOptions {
  /** Clients of `concurrent` and `queries`; prompts of `shared-prefix` and `batch`. */
  clients: number;
  /** Prompts of each client in a closed loop. */
  rounds: number;
  /** Prompts a second of `open`. */
  rate: number;
  promptTokens: number;
  maxTokens: number;
  /** Length of the common beginning of `shared-prefix`. */
  prefixTokens: number;
  /** Length of the prompt that `long-prefill` is about. */
  longTokens: number;
  followers: number;
  /** Duration of a run of `queries`. */
  seconds: number;
  seed: number;
}

export const defaultOptions: WorkloadOptions = {
  clients: 8,
  rounds: 2,
  rate: 2,
  promptTokens: 97,
  maxTokens: 64,
  prefixTokens: 500,
  longTokens: 2000,
  followers: 1000,
  seconds: 5,
  seed: 1,
};

/** Short prompts that come while the long one prefills: how many, and how far apart. */
const shorts = { count: 8, firstAtMs: 100, everyMs: 150, tokens: 60, maxTokens: 8 };
/** Answers in these workloads are about the first token. */
const fewTokens = 8;

/** Seeds of the runs of one bench: far apart, so that no two runs share a prompt that a cache could know. */
export function seedOfRun(seed: number, run: number): number {
  return (seed * 1_000_003 + run * 7919) >>> 0;
}

function independent(options: WorkloadOptions, count: number): ScheduledPrompt[] {
  const random = seededRandom(options.seed);
  return Array.from({ length: count }, () => independentPrompt(random, options.promptTokens, options.maxTokens));
}

function longPrefill({ seed, longTokens }: WorkloadOptions): ScheduledPrompt[] {
  const random = seededRandom(seed);
  const long = { ...independentPrompt(random, longTokens, fewTokens), atMs: 0, background: true };
  const short = Array.from({ length: shorts.count }, (_, index) => ({
    ...independentPrompt(random, shorts.tokens, shorts.maxTokens),
    atMs: shorts.firstAtMs + index * shorts.everyMs,
  }));
  return [long, ...short];
}

/** The job of one run: equal for equal options, whoever it is then sent to. `engine` has none, it needs no server. */
export function planJob(workload: Exclude<Workload, 'engine'>, options: WorkloadOptions): Job {
  const { clients, rounds, seed, rate, maxTokens } = options;
  const random = seededRandom(seed);
  switch (workload) {
    case 'single':
      return { kind: 'prompts', clients: 1, prompts: independent(options, rounds) };
    case 'concurrent':
      return { kind: 'prompts', clients, prompts: independent(options, clients * rounds) };
    case 'open': {
      const prompts = independent(options, clients * rounds);
      const arrivals = poissonArrivals(seededRandom(seed + 1), prompts.length, rate);
      return {
        kind: 'prompts',
        clients: prompts.length,
        prompts: prompts.map((prompt, index) => ({ ...prompt, atMs: arrivals[index] ?? 0 })),
      };
    }
    case 'shared-prefix':
      return {
        kind: 'prompts',
        clients,
        prompts: prefixedPrompts(random, clients, options.prefixTokens, Math.min(maxTokens, fewTokens)),
      };
    case 'long-prefill': {
      const prompts = longPrefill(options);
      return { kind: 'prompts', clients: prompts.length, prompts };
    }
    case 'batch':
      return { kind: 'batch', oneByOne: false, prompts: independent(options, clients) };
    case 'followers': {
      const prompt = independentPrompt(random, options.promptTokens, maxTokens);
      return { kind: 'followers', prompt, followers: options.followers };
    }
    case 'queries':
      return { kind: 'queries', query: '{ models { id } }', clients, seconds: options.seconds };
  }
}
