import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Logger, pino } from 'pino';
import { type PromptInstruments, type PromptOutcome, promptInstruments } from './instruments/prompts.js';
import { MetricsCollector, type MetricsCollectorOptions, type RecordedRequest } from './MetricsCollector.js';
import { modelAttributes } from './tracing/attributes.js';

export interface AdvancedMetricsOptions extends MetricsCollectorOptions {
  /** Also makes a span of each record, with the tracer that your service has registered in @opentelemetry/api. Off when left out. */
  enableTracing?: boolean;
  /** Also logs each record. Off when left out. */
  detailedLogging?: boolean;
  /** Where to log; standard output in pino's format when left out. */
  logger?: Pick<Logger, 'info'>;
}

/** One prompt that has ended; times in seconds, what is not known is left out. */
export interface RecordedPrompt {
  model: string;
  outcome: PromptOutcome;
  promptTokens: number;
  completionTokens: number;
  /** Of promptTokens, reused ones. */
  cachedTokens?: number;
  /** From arrival to the end. */
  duration: number;
  /** From arrival to the first token. */
  timeToFirstToken?: number;
  /** From admission to the start of prefill. */
  queue?: number;
}

/**
 * What MetricsCollector does, and prompts with their tokens and times, each record as a span and a log line too when wanted.
 *
 * @example
 * const metrics = new AdvancedMetrics({ enableTracing: true, detailedLogging: true });
 * metrics.recordPrompt({ model: 'llama', outcome: 'stop', promptTokens: 12, completionTokens: 40, duration: 1.7 });
 */
export class AdvancedMetrics extends MetricsCollector {
  private readonly prompts: PromptInstruments;
  private readonly tracing: boolean;
  private readonly logger: Pick<Logger, 'info'> | undefined;

  constructor({ enableTracing = false, detailedLogging = false, logger, ...options }: AdvancedMetricsOptions = {}) {
    super(options);
    this.prompts = promptInstruments(this.registry);
    this.tracing = enableTracing;
    this.logger = detailedLogging ? (logger ?? pino()) : undefined;
  }

  override recordRequest(request: RecordedRequest): void {
    super.recordRequest(request);
    const { endpoint, duration, status, method = 'GET' } = request;
    const failed = typeof status === 'number' && status >= 500;
    this.span(`${method} ${endpoint}`, duration, failed, {
      'http.route': endpoint,
      'http.request.method': method,
      ...(typeof status === 'number' ? { 'http.response.status_code': status } : {}),
    });
    this.logger?.info({ method, endpoint, status, durationMs: duration * 1000 }, 'request');
  }

  /** Counts a prompt that has ended. */
  recordPrompt(prompt: RecordedPrompt): void {
    const { model, outcome, promptTokens, completionTokens, cachedTokens = 0 } = prompt;
    const { duration, timeToFirstToken, queue } = prompt;
    const labels = { model };
    this.prompts.prompts.inc({ model, outcome });
    this.prompts.promptTokens.inc(labels, promptTokens);
    this.prompts.completionTokens.add(labels, completionTokens);
    this.prompts.prefixCacheHits.inc(labels, cachedTokens);
    this.prompts.promptLength.observe(labels, promptTokens);
    this.prompts.completionLength.observe(labels, completionTokens);
    if (outcome === 'stop' || outcome === 'length') this.prompts.duration.observe(labels, duration);
    if (timeToFirstToken !== undefined) this.prompts.timeToFirstToken.observe(labels, timeToFirstToken);
    if (queue !== undefined) this.prompts.queue.observe(labels, queue);
    this.span(`chat ${model}`, duration, outcome === 'error', {
      ...modelAttributes(model),
      'gen_ai.usage.input_tokens': promptTokens,
      'gen_ai.usage.output_tokens': completionTokens,
    });
    this.logger?.info({ ...prompt }, 'prompt');
  }

  /** A span that has just ended. */
  private span(name: string, seconds: number, failed: boolean, attributes: Record<string, string | number>): void {
    if (!this.tracing) return;
    const now = Date.now();
    const startTime = now - seconds * 1000;
    const span = trace.getTracer('llamahome').startSpan(name, { kind: SpanKind.INTERNAL, startTime, attributes });
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(now);
  }
}
