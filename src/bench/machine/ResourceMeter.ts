import { loadavg } from 'node:os';
import { machineBusySeconds, processUse } from './procfs.js';

/** A process under watch. */
export interface Watched {
  name: string;
  pid: number;
}

/** What one process took during a run. */
export interface ProcessFigures {
  name: string;
  cpuSeconds: number;
  /** Resident at the end of the run. */
  memoryBytes: number;
}

export interface ResourceFigures {
  processes: ProcessFigures[];
  /** Cores that anything else on the machine took meanwhile, on average; null where it can't be told. */
  otherCores: number | null;
  /** Of the last minute, at the start of the run. */
  loadAverage: number;
}

/** Measures what processes take from `start` to `stop`. */
export class ResourceMeter {
  private constructor(
    private readonly watched: readonly Watched[],
    private readonly before: readonly (number | null)[],
    private readonly busyBefore: number | null,
    private readonly loadAverage: number,
    private readonly startedAt: number,
  ) {}

  static async start(watched: readonly Watched[]): Promise<ResourceMeter> {
    const [load = 0] = loadavg();
    const before = await Promise.all(watched.map(async ({ pid }) => (await processUse(pid))?.cpuSeconds ?? null));
    return new ResourceMeter(watched, before, await machineBusySeconds(), load, performance.now());
  }

  /** @param driverCpuSeconds what the driver itself took, which is not somebody else's */
  async stop(driverCpuSeconds: number): Promise<ResourceFigures> {
    const busyAfter = await machineBusySeconds();
    const seconds = (performance.now() - this.startedAt) / 1000;
    const uses = await Promise.all(this.watched.map(({ pid }) => processUse(pid)));
    const processes = this.watched.flatMap(({ name }, index) => {
      const use = uses[index] ?? null;
      const before = this.before[index] ?? null;
      if (use === null || before === null) return [];
      return [{ name, cpuSeconds: use.cpuSeconds - before, memoryBytes: use.memoryBytes }];
    });
    const own = processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, driverCpuSeconds);
    const otherCores =
      busyAfter === null || this.busyBefore === null || seconds === 0
        ? null
        : Math.max(0, (busyAfter - this.busyBefore - own) / seconds);
    return { processes, otherCores, loadAverage: this.loadAverage };
  }
}
