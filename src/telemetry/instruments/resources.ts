import type { Registry } from 'prom-client';
import { counter, gauge, histogram } from './define.js';

/** What is measured of the machine. `process` is `server` or `engine`, all engines together. */
export function resourceInstruments(registry: Registry) {
  return {
    cpu: counter(registry, {
      name: 'cpu_seconds_total',
      help: 'Processor time, of user and system together.',
      labels: ['process'],
    }),
    memory: gauge(registry, { name: 'memory_bytes', help: 'Resident memory.', labels: ['process'] }),
    gpuMemory: gauge(registry, { name: 'gpu_memory_bytes', help: 'Memory of loaded models on the GPU.' }),
    eventLoopDelay: histogram(registry, {
      name: 'event_loop_delay_seconds',
      help: 'How late the event loop of the server ran: the 99th percentile of each reading.',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    }),
  };
}

export type ResourceInstruments = ReturnType<typeof resourceInstruments>;

/** Facts about the process that never change. */
export function buildInstruments(
  registry: Registry,
  { version, startedAt }: { version: string; startedAt: Date },
): void {
  const labels = { version, node: process.versions.node, platform: process.platform, arch: process.arch };
  gauge(registry, {
    name: 'build_info',
    help: 'Always 1; the labels tell what runs.',
    labels: ['version', 'node', 'platform', 'arch'],
    collect: (metric) => metric.set(labels, 1),
  });
  gauge(registry, {
    name: 'start_time_seconds',
    help: 'When the server started, in Unix time.',
    collect: (metric) => metric.set(startedAt.getTime() / 1000),
  });
}
