import type { Registry } from 'prom-client';
import type { Engine, EngineStep } from '../engine/Engine.js';
import type { PromptLoad } from '../prompts/PromptRunner.js';
import {
  type EngineInstruments,
  type EngineReading,
  type EngineSources,
  engineInstruments,
} from './instruments/engines.js';

export interface EngineTelemetryOptions extends Omit<EngineSources, 'engines'> {
  registry: Registry;
  /** The engines that run now, by model. */
  engines: () => ReadonlyMap<string, Engine>;
}

/** Measures the engines. */
export class EngineTelemetry {
  private readonly instruments: EngineInstruments;
  private readonly labels = new WeakMap<Engine, { model: string }>();
  private readonly lastStep = new WeakMap<Engine, EngineStep>();

  constructor(private readonly options: EngineTelemetryOptions) {
    this.instruments = engineInstruments(options.registry, {
      ...options,
      engines: () => this.readings(),
      load: () => options.load().map((load) => this.withStaged(load)),
    });
  }

  /** Listens to an engine from its start to its end. */
  watch(engine: Engine): void {
    engine.onStep = (step) => this.step(engine, step);
    void engine.closed.then(({ expected }) => {
      if (!expected) this.instruments.restarts.inc(this.labelsOf(engine));
    });
  }

  private step(engine: Engine, step: EngineStep): void {
    this.lastStep.set(engine, step);
    if (step.sequences === 0) return;
    const labels = this.labelsOf(engine);
    this.instruments.stepSequences.add(labels, step.sequences);
    this.instruments.stepTokens.add(labels, step.evaluated);
    this.instruments.stepDuration.add(labels, step.stepMs / 1000);
  }

  private readings(): EngineReading[] {
    return [...this.options.engines()].map(([model, engine]) => {
      this.labelsOf(engine);
      const { slots, contextLength, memoryBytes, gpuMemoryBytes } = engine.info;
      const held = this.lastStep.get(engine)?.heldTokens ?? 0;
      const kvUsage = held / (slots * contextLength);
      return { model, slots, busy: engine.stats().busy, kvUsage, memoryBytes, gpuMemoryBytes };
    });
  }

  /** What the engine has but gave no sequence yet waits still. */
  private withStaged({ model, running, waiting }: PromptLoad): PromptLoad {
    const staged = Math.min(running, this.options.engines().get(model)?.stats().staged ?? 0);
    return { model, running: running - staged, waiting: waiting + staged };
  }

  /** An engine learns whose it is only after its start. */
  private labelsOf(engine: Engine): { model: string } {
    const known = this.labels.get(engine);
    if (known !== undefined) return known;
    for (const [model, running] of this.options.engines()) {
      if (running !== engine) continue;
      const labels = { model };
      this.labels.set(engine, labels);
      // A counter that begins with 1 looks to Prometheus as if nothing had happened.
      this.instruments.restarts.inc(labels, 0);
      return labels;
    }
    return { model: 'unknown' };
  }
}
