import type { SpanContext } from '@opentelemetry/api';
import type { Counter, Registry } from 'prom-client';
import type { EngineProgress } from '../engine/Engine.js';
import { isFinished, type Prompt, type PromptMode } from '../prompts/Prompt.js';
import type { PromptObserver } from '../prompts/PromptObserver.js';
import { type PromptInstruments, type PromptOutcome, promptInstruments } from './instruments/prompts.js';
import { type Percentiles, RecentValues } from './RecentValues.js';
import { isRefusal } from './refusals.js';
import type { PromptStages, Tracing } from './tracing/Tracing.js';

/** How long prompts took lately; null until one did. */
export interface Latencies {
  /** From arrival to the first token. */
  timeToFirstTokenMs: Percentiles | null;
  /** Between two tokens. */
  interTokenMs: Percentiles | null;
  /** From arrival to the end of completed prompts. */
  totalMs: Percentiles | null;
}

/** What is known of a prompt on its way; times in ms of `performance.now()`. */
interface Journey {
  labels: { model: string };
  mode: PromptMode;
  arrived: number;
  admitted?: number;
  started?: number;
  firstToken?: number;
  lastToken?: number;
  tokens: number;
  finished?: EngineProgress['finished'];
  /** Called at the end. */
  waiting?: (() => void)[];
  /** The span of the request that asked for it; null when that request has none. */
  parent?: SpanContext | null;
  stages?: PromptStages;
}

const outcomes: Record<NonNullable<Prompt['finishReason']>, PromptOutcome> = {
  STOP: 'stop',
  LENGTH: 'length',
  CANCELLED: 'cancelled',
  ERROR: 'error',
};

export interface PromptTelemetryOptions {
  registry: Registry;
  tracing: Tracing | undefined;
  rejections: Counter<'code'>;
  /** The process of a model's engine, for spans. */
  enginePid: (modelId: string) => number | undefined;
}

/** Measures every prompt and makes its spans. */
export class PromptTelemetry implements PromptObserver {
  private readonly instruments: PromptInstruments;
  private readonly models = new Set<string>();
  private readonly journeys = new WeakMap<Prompt, Journey>();
  private readonly recent = { first: new RecentValues(), between: new RecentValues(), total: new RecentValues() };

  constructor(private readonly options: PromptTelemetryOptions) {
    this.instruments = promptInstruments(options.registry);
  }

  arrived(prompt: Prompt, mode: PromptMode): void {
    this.meet(prompt.modelId);
    this.journeys.set(prompt, { labels: { model: prompt.modelId }, mode, arrived: performance.now(), tokens: 0 });
  }

  admitted(prompt: Prompt): void {
    const journey = this.journeys.get(prompt);
    if (journey !== undefined) journey.admitted = performance.now();
  }

  advanced(prompt: Prompt, { started, completionTokens, finished }: EngineProgress): void {
    const journey = this.journeys.get(prompt);
    if (journey === undefined) return;
    const now = performance.now();
    if (started === true) {
      journey.started = now;
      // The engine may have begun anew.
      journey.tokens = 0;
      delete journey.lastToken;
    }
    if (finished !== undefined) journey.finished = finished;
    if (completionTokens <= journey.tokens) return;
    let fresh = completionTokens - journey.tokens;
    this.instruments.completionTokens.add(journey.labels, fresh);
    journey.tokens = completionTokens;
    if (journey.lastToken === undefined) {
      fresh--;
      if (journey.firstToken === undefined) {
        this.instruments.timeToFirstToken.observe(journey.labels, (now - journey.arrived) / 1000);
        this.recent.first.add(now - journey.arrived, now);
      }
      journey.firstToken = now;
    }
    // Tokens that are told together came one after the other.
    const between = (now - (journey.lastToken ?? now)) / fresh;
    for (let token = 0; token < fresh; token++) {
      this.instruments.interToken.add(journey.labels, between / 1000);
      this.recent.between.add(between, now);
    }
    journey.lastToken = now;
  }

  ended(prompt: Prompt): void {
    const journey = this.journeys.get(prompt);
    if (journey === undefined) return;
    const { labels } = journey;
    const { instruments } = this;
    const now = performance.now();
    instruments.prompts.inc({ ...labels, outcome: outcomes[prompt.finishReason ?? 'ERROR'] });
    if (prompt.error !== null && journey.admitted === undefined) this.countRefusal(prompt.error.code);
    if (prompt.usage !== null) {
      const { promptTokens, cachedTokens, completionTokens } = prompt.usage;
      instruments.promptTokens.inc(labels, promptTokens);
      instruments.prefixCacheHits.inc(labels, cachedTokens);
      instruments.promptLength.observe(labels, promptTokens);
      instruments.completionLength.observe(labels, completionTokens);
    }
    const prefilling = prefillStart(journey, now);
    if (prefilling !== undefined && journey.admitted !== undefined) {
      instruments.queue.observe(labels, (prefilling - journey.admitted) / 1000);
    }
    if (prompt.status === 'COMPLETED') {
      instruments.duration.observe(labels, (now - journey.arrived) / 1000);
      this.recent.total.add(now - journey.arrived, now);
      const { finished } = journey;
      if (finished !== undefined && journey.firstToken !== undefined) {
        instruments.prefill.observe(labels, finished.prefillMs / 1000);
        instruments.decode.observe(labels, finished.decodeMs / 1000);
      }
    }
    if (this.options.tracing !== undefined) this.traceEnd(prompt, journey, { prefilling, ended: now });
    for (const resolve of journey.waiting ?? []) resolve();
  }

  /** Settles when all of these have ended; those that were refused have. */
  async haveEnded(prompts: readonly Prompt[]): Promise<void> {
    for (const prompt of prompts) {
      const journey = this.journeys.get(prompt);
      if (journey === undefined || isFinished(prompt.status)) continue;
      await new Promise<void>((resolve) => {
        journey.waiting = [...(journey.waiting ?? []), resolve];
      });
    }
  }

  /** Says which request asked for a prompt, so that its spans stand under that one's; the first to say so counts. */
  belongsTo(prompt: Prompt, parent: SpanContext | undefined): void {
    const journey = this.journeys.get(prompt);
    if (journey === undefined || journey.parent !== undefined) return;
    journey.parent = parent ?? null;
    this.emit(prompt, journey);
  }

  latencies(): Latencies {
    const { first, between, total } = this.recent;
    return {
      timeToFirstTokenMs: first.percentiles(),
      interTokenMs: between.percentiles(),
      totalMs: total.percentiles(),
    };
  }

  /** Of one that was accepted before it could be admitted; what is refused at once is counted with its request. */
  private countRefusal(code: string): void {
    if (isRefusal(code)) this.options.rejections.inc({ code });
  }

  /** A counter that begins with 1 looks to Prometheus as if nothing had happened: all of a model's begin with 0. */
  private meet(model: string): void {
    if (this.models.has(model)) return;
    this.models.add(model);
    for (const outcome of Object.values(outcomes)) this.instruments.prompts.inc({ model, outcome }, 0);
    this.instruments.prefixCacheHits.inc({ model }, 0);
  }

  private traceEnd(
    prompt: Prompt,
    journey: Journey,
    { prefilling, ended }: { prefilling: number | undefined; ended: number },
  ): void {
    journey.stages = {
      arrived: journey.arrived,
      admitted: journey.admitted,
      prefilling,
      decoding: journey.firstToken,
      ended,
      streamed: journey.mode === 'followed',
      enginePid: this.options.enginePid(prompt.modelId),
    };
    // After a restart of the server nobody is left who asked for it.
    if (prompt.attempt > 1) journey.parent ??= null;
    this.emit(prompt, journey);
  }

  /** Makes the spans as soon as both the end of the prompt and its request are known. */
  private emit(prompt: Prompt, { stages, parent }: Journey): void {
    if (stages === undefined || parent === undefined) return;
    this.options.tracing?.promptEnded(prompt, stages, parent ?? undefined);
  }
}

/**
 * When prefill began. The engine tells of it only with the end of its first step, but then says how long prefill took.
 * Undefined when it never began.
 */
function prefillStart({ admitted = 0, started, firstToken, finished }: Journey, ended: number): number | undefined {
  if (finished !== undefined && (firstToken !== undefined || finished.prefillMs > 0)) {
    return Math.max(admitted, (firstToken ?? ended) - finished.prefillMs);
  }
  return started;
}
