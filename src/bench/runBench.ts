import { once } from 'node:events';
import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { BenchReport } from './BenchReport.js';
import { Driver } from './Driver.js';
import { batchedBenchSide, engineSide } from './engineRate.js';
import type { TransportName } from './Job.js';
import { type Case, runCase, type Side, serverSide } from './runCase.js';
import { startBareYoga } from './targets/bareYoga.js';
import { startLlamaHome, useLlamaHome } from './targets/llamahome.js';
import { isUrl, startLlamaServer, usePeer } from './targets/peer.js';
import type { RunningTarget } from './targets/RunningTarget.js';
import { planJob, type Workload, type WorkloadOptions, workloads } from './workloads.js';

export interface BenchOptions {
  workloads: Workload[];
  /** Numbers of clients of `concurrent`; others take the largest of them, or their own. */
  clients: number[];
  /** A running server, or null to start one. */
  url: string | null;
  key: string | null;
  /** What a started server loads: a `.gguf` file or a name of the catalogue; a peer that is started needs the file. */
  model: string;
  transport: TransportName;
  /** Address of an OpenAI-compatible server, or path of a llama-server. */
  peer: string | null;
  peerKey: string | null;
  /** Path of llama.cpp's `llama-batched-bench`, for `engine`. */
  batchedBench: string | null;
  slots: number;
  threads: number | null;
  context: number;
  runs: number;
  calm: number | null;
  /** Of the workloads; `clients` above goes before. */
  workload: WorkloadOptions;
  /** Ends the bench, and everything that it started, when aborted. */
  signal?: AbortSignal;
  /** Told the number of turns to come, then each turn. */
  onPlan?: (turns: number) => void;
  onRun?: (text: string) => void;
}

/** Prompts of `batch`: as many as a common number of slots. */
const batchPrompts = 16;

/** What is started on the way, to be ended whatever happens; the last first. */
class Cleanup {
  private readonly steps: (() => Promise<void>)[] = [];

  /** What is still starting when the end comes is waited for, and then ended too. */
  add<Thing>(starting: Promise<Thing>, end: (thing: Thing) => Promise<void>): Promise<Thing> {
    this.steps.push(() => starting.then(end, () => {}));
    return starting;
  }

  async run(): Promise<void> {
    for (const step of this.steps.reverse()) await step();
  }
}

/**
 * Starts what has to be started, runs all cases and ends what it started.
 * @throws Error in plain words when a server can't be started or reached
 */
export async function runBench(options: BenchOptions): Promise<BenchReport> {
  const cleanup = new Cleanup();
  try {
    const { signal } = options;
    const work = measureAll(options, cleanup);
    if (signal === undefined) return await work;
    const aborted = once(signal, 'abort').then((): never => {
      throw signal.reason;
    });
    return await Promise.race([work, aborted]);
  } finally {
    await cleanup.run();
  }
}

async function measureAll(options: BenchOptions, cleanup: Cleanup): Promise<BenchReport> {
  const startedAt = new Date().toISOString();
  const cases = await prepare(options, cleanup);
  options.onPlan?.(cases.length * options.runs);
  const reports = [];
  for (const bench of cases) {
    const { runs, calm, onRun } = options;
    reports.push(await runCase(bench, { runs, calm, ...(onRun === undefined ? {} : { onRun }) }));
  }
  const { model, slots, threads, transport, runs } = options;
  return {
    startedAt,
    machine: describeMachine(),
    settings: { model, slots, threads, transport, runs },
    cases: reports,
  };
}

async function prepare(options: BenchOptions, cleanup: Cleanup): Promise<Case[]> {
  const needsServer = options.workloads.some((workload) => workload !== 'engine');
  const ours = needsServer ? await cleanup.add(ourServer(options), (running) => running.stop()) : undefined;
  const takesPeer = options.workloads.some((workload) => comparedWithPeer.has(workload));
  const peer =
    options.peer !== null && takesPeer
      ? await cleanup.add(peerServer(options.peer, options), (running) => running.stop())
      : undefined;
  const driver = new Driver();
  await cleanup.add(Promise.resolve(driver), (process) => process.close());
  const drive = driver.run.bind(driver);
  const cases: Case[] = [];

  for (const workload of options.workloads) {
    for (const own of settingsOf(workload, options)) {
      const name = workload === 'concurrent' ? `concurrent, ${own.clients} clients` : workload;
      const sides: Side[] = [];
      if (workload === 'engine') sides.push(...(await engineSides(options, own, cleanup)));
      else if (ours !== undefined) {
        const plan = (settings: WorkloadOptions) => planJob(workload, settings);
        sides.push(serverSide('LlamaHome', ours, drive, plan));
        if (peer !== undefined && comparedWithPeer.has(workload)) sides.push(serverSide('peer', peer, drive, plan));
        if (workload === 'queries') {
          const yoga = await cleanup.add(startBareYoga(), (running) => running.stop());
          sides.push(
            serverSide('bare yoga', yoga, drive, (settings) => ({
              ...planQueries(settings),
              query: '{ hello }',
            })),
          );
        }
        const within = comparedWithin[workload];
        if (within !== undefined) sides.push(serverSide(within.name, ours, drive, within.plan));
      }
      cases.push({ name, workload, options: own, sides });
    }
  }
  return cases;
}

const comparedWithPeer: ReadonlySet<Workload> = new Set<Workload>([
  'single',
  'concurrent',
  'open',
  'shared-prefix',
  'long-prefill',
]);

function planQueries({ clients, seconds }: WorkloadOptions) {
  return { kind: 'queries' as const, clients, seconds };
}

/** Workloads that compare two ways of using the same server. The prompts differ, so that none is cached for the second. */
const comparedWithin: Partial<
  Record<Workload, { name: string; plan: (options: WorkloadOptions) => ReturnType<typeof planJob> }>
> = {
  batch: {
    name: 'one by one',
    plan: (options) => {
      const job = planJob('batch', { ...options, seed: options.seed + 1 });
      return job.kind === 'batch' ? { ...job, oneByOne: true } : job;
    },
  },
  followers: {
    name: 'one follower',
    plan: (options) => planJob('followers', { ...options, seed: options.seed + 1, followers: 1 }),
  },
};

/**
 * One case for each, but `concurrent`, which has one for each number of clients. Each has prompts of its own: servers
 * remember what they evaluated, and a case before may not do the work of the next one.
 */
function settingsOf(workload: Workload, { clients, workload: base }: BenchOptions): WorkloadOptions[] {
  const own = { ...base, seed: base.seed + 100 * (1 + workloads.indexOf(workload)) };
  if (workload === 'concurrent')
    return clients.map((count, index) => ({ ...own, clients: count, seed: own.seed + 2 * index }));
  if (workload === 'batch') return [{ ...own, clients: batchPrompts }];
  return [own];
}

async function engineSides(options: BenchOptions, own: WorkloadOptions, cleanup: Cleanup): Promise<Side[]> {
  const { model, threads, context, batchedBench } = options;
  const rate = { model, threads, context, sequences: own.clients };
  const side = await cleanup.add(engineSide(rate), (engine) => engine.close());
  return batchedBench === null ? [side] : [side, batchedBenchSide(batchedBench, rate)];
}

function ourServer({ url, key, model, slots, threads, context, transport }: BenchOptions): Promise<RunningTarget> {
  return url === null
    ? startLlamaHome({ model, slots, threads, context, transport })
    : useLlamaHome(url, key, transport);
}

function peerServer(peer: string, { peerKey, model, slots, threads, context }: BenchOptions): Promise<RunningTarget> {
  return isUrl(peer) ? usePeer(peer, peerKey) : startLlamaServer(peer, { model, slots, threads, context });
}

function describeMachine(): BenchReport['machine'] {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${release()}`,
    node: process.version,
  };
}
