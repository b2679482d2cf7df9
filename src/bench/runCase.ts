import type { CaseReport, RatioReport } from './BenchReport.js';
import { type Latencies, latenciesOf, type Run, runOf } from './figures.js';
import type { Job, JobResult, Target } from './Job.js';
import { ResourceMeter } from './machine/ResourceMeter.js';
import { waitForCalm } from './machine/waitForCalm.js';
import { measures } from './measures.js';
import { ratioOf, spread } from './statistics.js';
import type { RunningTarget } from './targets/RunningTarget.js';
import { seedOfRun, type Workload, type WorkloadOptions } from './workloads.js';

/** One of those that take turns. */
export interface Side {
  name: string;
  version: string;
  /** Measures one run; `options.seed` is that of the run. */
  run(options: WorkloadOptions): Promise<{ run: Run; latencies: Latencies }>;
}

export interface Case {
  name: string;
  workload: Workload;
  options: WorkloadOptions;
  sides: Side[];
}

export interface CaseOptions {
  runs: number;
  /** Cores that others may take: a turn in which they took more is repeated. Null takes every turn. */
  calm: number | null;
  onRun?: (text: string) => void;
}

/** Turns before those that count: the code of a server that has just started is still being compiled in the first. */
const warmUps = 2;
/** Turns are given up as disturbed after this many times the runs asked for. */
const mostTurns = 3;

/** A side that sends jobs to a server. */
export function serverSide(
  name: string,
  running: RunningTarget,
  drive: (target: Target, job: Job) => Promise<JobResult>,
  plan: (options: WorkloadOptions) => Job,
): Side {
  return {
    name,
    version: running.version,
    async run(options) {
      const job = plan(options);
      const watch = await running.watchBatch?.();
      const meter = await ResourceMeter.start(running.processes);
      const result = await drive(running.target, job);
      const resources = await meter.stop(result.driverCpuSeconds);
      const occupancy = (await watch?.stop()) ?? null;
      return { run: runOf(result, resources, occupancy), latencies: latenciesOf(result) };
    },
  };
}

/**
 * Runs the sides of a case in turn, run by run, each time with the same prompts, new to all: first two runs of each
 * that do not count, then `runs` turns, each begun by another side than the one before.
 */
export async function runCase(bench: Case, { runs, calm, onRun }: CaseOptions): Promise<CaseReport> {
  const taken: { run: Run; latencies: Latencies }[][] = [];
  const disturbed: typeof taken = [];
  for (let turn = 0; taken.length < runs && turn < warmUps + runs * mostTurns; turn++) {
    if (calm !== null) await waitForCalm(calm);
    const seed = seedOfRun(bench.options.seed, turn);
    const order = bench.sides.map((_, index) => (index + turn) % bench.sides.length);
    const results: typeof taken = [];
    for (const index of order) {
      const side = bench.sides[index];
      if (side !== undefined) results[index] = [await side.run({ ...bench.options, seed })];
    }
    if (turn < warmUps) continue;
    const flat = results.flat();
    const isCalm = calm === null || flat.every(({ run }) => (run.otherCores ?? 0) <= calm);
    (isCalm ? taken : disturbed).push(flat);
    onRun?.(isCalm ? bench.name : `${bench.name}: disturbed, again`);
  }
  // Better a disturbed turn, told as such by its `otherCores`, than none.
  taken.push(...disturbed.slice(0, Math.max(0, runs - taken.length)));
  return {
    name: bench.name,
    workload: bench.workload,
    options: bench.options,
    sides: bench.sides.map(({ name, version }, index) => {
      const own = taken.flatMap((turn) => turn[index] ?? []);
      return {
        name,
        version,
        runs: own.map(({ run }) => run),
        firstTokenMs: spread(own.flatMap(({ latencies }) => latencies.firstTokenMs)),
        betweenTokensMs: spread(own.flatMap(({ latencies }) => latencies.betweenTokensMs)),
      };
    }),
    ratios: ratiosOf(taken.map((turn) => turn.map(({ run }) => run))),
  };
}

/** The first side by the second in every measure that both have. */
export function ratiosOf(turns: readonly (readonly Run[])[]): RatioReport[] {
  return measures.flatMap(({ id, label, better, of }) => {
    const value = (index: number) => turns.map((turn) => (turn[index] === undefined ? null : of(turn[index])));
    const ratio = ratioOf(value(0), value(1));
    return ratio === null ? [] : [{ measure: id, label, better, ...ratio }];
  });
}
