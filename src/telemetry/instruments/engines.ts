import type { Registry } from 'prom-client';
import type { PromptLoad } from '../../prompts/PromptRunner.js';
import { deferredHistogram } from './deferred.js';
import { counter, gauge } from './define.js';

/** One model's engine as it stands. */
export interface EngineReading {
  model: string;
  slots: number;
  busy: number;
  /** Of the room for tokens in all sequences, the part that running prompts take. */
  kvUsage: number;
  memoryBytes: number;
  gpuMemoryBytes: number;
}

export interface EngineSources {
  engines: () => EngineReading[];
  load: () => PromptLoad[];
  followers: () => number;
  /** Prompts that may wait for each model. */
  queueLimit: number;
}

const model = ['model'] as const;

/** What is measured of the engines: each step as it happens, the rest when it is asked for. */
export function engineInstruments(registry: Registry, { engines, load, followers, queueLimit }: EngineSources) {
  const ofEngines = (name: string, help: string, read: (engine: EngineReading) => number) =>
    gauge(registry, {
      name,
      help,
      labels: model,
      collect: (metric) => {
        for (const engine of engines()) metric.set({ model: engine.model }, read(engine));
      },
    });
  const ofLoad = (name: string, help: string, read: (prompts: PromptLoad) => number) =>
    gauge(registry, {
      name,
      help,
      labels: model,
      collect: (metric) => {
        for (const prompts of load()) metric.set({ model: prompts.model }, read(prompts));
      },
    });
  ofLoad('prompts_running', 'Prompts that have a sequence.', ({ running }) => running);
  ofLoad('prompts_waiting', 'Prompts that wait for a sequence.', ({ waiting }) => waiting);
  gauge(registry, {
    name: 'queue_limit',
    help: 'Prompts that may wait for each model; the next one is refused.',
    collect: (metric) => metric.set(queueLimit),
  });
  ofEngines('slots', 'Sequences that are decoded together.', ({ slots }) => slots);
  ofEngines('slots_busy', 'Sequences in use.', ({ busy }) => busy);
  ofEngines(
    'kv_cache_usage_ratio',
    'Of the room for tokens, the part that running prompts take.',
    (engine) => engine.kvUsage,
  );
  ofEngines('model_memory_bytes', 'Memory of a loaded model and its context.', ({ memoryBytes }) => memoryBytes);
  ofEngines('model_gpu_memory_bytes', 'Of it, on the GPU.', ({ gpuMemoryBytes }) => gpuMemoryBytes);
  gauge(registry, {
    name: 'followers',
    help: 'Subscriptions and streams that follow a prompt that has not ended.',
    collect: (metric) => metric.set(followers()),
  });
  return {
    stepSequences: deferredHistogram(registry, {
      name: 'step_sequences',
      help: 'Sequences decoded together in one step.',
      labels: model,
      buckets: [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256],
    }),
    stepTokens: deferredHistogram(registry, {
      name: 'step_tokens',
      help: 'Tokens evaluated in one step, of prefill and decoding together.',
      labels: model,
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096],
    }),
    stepDuration: deferredHistogram(registry, {
      name: 'step_duration_seconds',
      help: 'Duration of one step.',
      labels: model,
    }),
    restarts: counter(registry, {
      name: 'engine_restarts_total',
      help: 'Engine processes that ended without being asked to; the next prompt starts another.',
      labels: model,
    }),
  };
}

export type EngineInstruments = ReturnType<typeof engineInstruments>;
