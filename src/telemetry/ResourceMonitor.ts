import { availableParallelism } from 'node:os';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { type Registry, register } from 'prom-client';
import { type ResourceInstruments, resourceInstruments } from './instruments/resources.js';

/** What the server and its engines take of this machine. */
export interface Resources {
  /** Processor time since the last reading, 100 when all cores are busy. */
  cpuPercent: number;
  /** Of this process and the engines together. */
  memoryBytes: number;
  /** Of the models that are loaded. */
  gpuMemoryBytes: number;
  /** 99th percentile since the last reading. */
  eventLoopDelayMs: number;
}

/** What can be tracked; `cpu` and `memory` count this process and its engines apart. */
export type ResourceKind = 'cpu' | 'memory' | 'gpu' | 'eventLoop';

export interface TrackResourcesOptions {
  /** Seconds between two readings, 60 when left out. */
  interval?: number;
  /** All when left out. */
  metrics?: readonly ResourceKind[];
  /** Where the metrics are kept; prom-client's default registry when left out. */
  registry?: Registry;
}

/** Ends with `stop()`, or at the end of a block that declared it with `using`. */
export interface ResourceTracking extends Disposable {
  stop(): void;
}

/** A process that does part of the work, as the engines do. */
export interface WatchedProcess {
  readonly info: { readonly gpuMemoryBytes: number };
  /** Resident bytes and processor seconds since it started; null when they can't be read. */
  resources(): Promise<{ memoryBytes: number; cpuSeconds: number } | null>;
}

/** One reading, by process. */
interface Reading {
  serverCpuSeconds: number;
  engineCpuSeconds: number;
  serverMemoryBytes: number;
  engineMemoryBytes: number;
  gpuMemoryBytes: number;
  eventLoopDelayMs: number;
}

/** Readings closer together than this share one: rates over shorter times say little. */
const freshMs = 250;
/** Each tick wakes the process, about 0.1 ms of it: every 10 ms they cost more than all else of an idle server together. */
const resolutionMs = 200;
/** An engine that does not answer within this time is left out of a reading. */
const answerMs = 1000;
const kinds: readonly ResourceKind[] = ['cpu', 'memory', 'gpu', 'eventLoop'];

/**
 * Reads what this process and its engine processes take.
 *
 * @example
 * const monitor = new ResourceMonitor();
 * monitor.trackResources({ interval: 60, metrics: ['cpu', 'memory'] });
 * console.log(await monitor.read());
 */
export class ResourceMonitor {
  private readonly delay: IntervalHistogram;
  private last: { at: number; cpuSeconds: number };
  private reading: Promise<Resources> | undefined;
  private readonly lastOfEngine = new WeakMap<WatchedProcess, number>();
  private readonly listeners = new Set<(reading: Reading) => void>();
  private readonly trackings = new Set<ResourceTracking>();

  /** @param engines the engines that run now; none when left out */
  constructor(private readonly engines: () => Iterable<WatchedProcess> = () => []) {
    this.delay = monitorEventLoopDelay({ resolution: resolutionMs });
    this.delay.enable();
    this.last = { at: performance.now(), cpuSeconds: ownCpuSeconds() };
  }

  /** The present figures, at most 250 ms old; rates are over the time since the reading before. */
  read(): Promise<Resources> {
    if (this.reading === undefined || performance.now() - this.last.at >= freshMs) this.reading = this.measure();
    return this.reading;
  }

  /**
   * Keeps metrics of what is taken: `llamahome_cpu_seconds_total`, `llamahome_memory_bytes`, `llamahome_gpu_memory_bytes` and
   * `llamahome_event_loop_delay_seconds`. It keeps no process alive.
   * @throws RangeError when the interval is below 0.1 s or above a day, or a metric is not known
   */
  trackResources({
    interval = 60,
    metrics = kinds,
    registry = register,
  }: TrackResourcesOptions = {}): ResourceTracking {
    if (!(interval >= 0.1 && interval <= 86_400)) throw new RangeError('interval must be 0.1 to 86400 seconds.');
    const unknown = metrics.find((kind) => !kinds.includes(kind));
    if (unknown !== undefined) throw new RangeError(`metrics may hold ${kinds.join(', ')}, not ${unknown}.`);
    const instruments = resourceInstruments(registry);
    const listener = (reading: Reading) => record(reading, metrics, instruments);
    this.listeners.add(listener);
    const timer = setInterval(() => void this.read(), interval * 1000).unref();
    void this.read();
    const stop = () => {
      clearInterval(timer);
      this.listeners.delete(listener);
      this.trackings.delete(tracking);
    };
    const tracking = { stop, [Symbol.dispose]: stop };
    this.trackings.add(tracking);
    return tracking;
  }

  /** Ends all tracking. */
  close(): void {
    for (const tracking of this.trackings) tracking.stop();
    this.delay.disable();
  }

  private async measure(): Promise<Resources> {
    const now = performance.now();
    const own = ownCpuSeconds();
    const elapsed = Math.max(1, now - this.last.at) / 1000;
    const reading: Reading = {
      serverCpuSeconds: own - this.last.cpuSeconds,
      engineCpuSeconds: 0,
      serverMemoryBytes: process.memoryUsage.rss(),
      engineMemoryBytes: 0,
      gpuMemoryBytes: 0,
      // The histogram holds the time between two ticks, so an idle loop shows the resolution itself.
      eventLoopDelayMs: Math.max(0, this.delay.percentile(99) / 1e6 - resolutionMs),
    };
    this.last = { at: now, cpuSeconds: own };
    this.delay.reset();
    await Promise.all([...this.engines()].map((engine) => this.addEngine(engine, reading)));
    for (const listener of this.listeners) listener(reading);
    const cpuSeconds = reading.serverCpuSeconds + reading.engineCpuSeconds;
    return {
      cpuPercent: round(Math.min(100, (cpuSeconds / elapsed / availableParallelism()) * 100)),
      memoryBytes: reading.serverMemoryBytes + reading.engineMemoryBytes,
      gpuMemoryBytes: reading.gpuMemoryBytes,
      eventLoopDelayMs: round(reading.eventLoopDelayMs),
    };
  }

  private async addEngine(engine: WatchedProcess, reading: Reading): Promise<void> {
    reading.gpuMemoryBytes += engine.info.gpuMemoryBytes;
    const taken = await within(answerMs, engine.resources());
    if (taken === null) return;
    reading.engineMemoryBytes += taken.memoryBytes;
    // What an engine took before it was first seen belongs to no interval.
    reading.engineCpuSeconds += taken.cpuSeconds - (this.lastOfEngine.get(engine) ?? taken.cpuSeconds);
    this.lastOfEngine.set(engine, taken.cpuSeconds);
  }
}

function record(reading: Reading, metrics: readonly ResourceKind[], instruments: ResourceInstruments): void {
  const { cpu, memory, gpuMemory, eventLoopDelay } = instruments;
  if (metrics.includes('cpu')) {
    cpu.inc({ process: 'server' }, reading.serverCpuSeconds);
    cpu.inc({ process: 'engine' }, Math.max(0, reading.engineCpuSeconds));
  }
  if (metrics.includes('memory')) {
    memory.set({ process: 'server' }, reading.serverMemoryBytes);
    memory.set({ process: 'engine' }, reading.engineMemoryBytes);
  }
  if (metrics.includes('gpu')) gpuMemory.set(reading.gpuMemoryBytes);
  if (metrics.includes('eventLoop')) eventLoopDelay.observe(reading.eventLoopDelayMs / 1000);
}

/** What a promise gives, or null when that takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null).unref();
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ownCpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
