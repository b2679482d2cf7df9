import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { Prompt } from '../prompts/Prompt.js';
import type { BoundedNames } from './BoundedNames.js';
import type { graphqlInstruments } from './instruments/requests.js';
import type { MetricsCollector } from './MetricsCollector.js';
import type { PerformanceMonitor } from './PerformanceMonitor.js';
import type { PromptTelemetry } from './PromptTelemetry.js';
import { isRefusal } from './refusals.js';
import { roundFigure } from './roundFigure.js';
import type { RequestTrace } from './tracing/Tracing.js';

/** What is known of a request when it comes in. */
export interface RequestFacts {
  requestId: string;
  transport: 'http' | 'ws' | 'rest';
  /** HTTP method; none over WebSocket. */
  method?: string;
  /** The path without ids in it; none over WebSocket. */
  route?: string;
}

/** A GraphQL operation, once it is known. */
export interface ObservedOperation {
  type: 'query' | 'mutation' | 'subscription';
  /** As the client calls it. */
  name: string | null;
  /** Its first root field. */
  field: string;
}

/** What a request needs to leave its traces. */
export interface ObservedRequestOptions {
  logger: Logger;
  http: MetricsCollector;
  graphql: ReturnType<typeof graphqlInstruments>;
  rejections: Counter<'code'>;
  performance: PerformanceMonitor;
  prompts: PromptTelemetry;
  operationNames: BoundedNames;
  trace: RequestTrace | undefined;
}

/** Asked again and again by machines and pages: told only at level `debug` when nothing is wrong. */
const quietRoutes = ['/', '/favicon.ico', '/healthz', '/readyz', '/metrics', '/status'];

/** One request from its arrival to the end of its answer: its line in the log, its metrics, its trace. */
export class ObservedRequest {
  private readonly begun = performance.now();
  private readonly prompts: Prompt[] = [];
  /** Of its prompts, those that end with it. */
  private readonly own: Prompt[] = [];
  private readonly codes = new Set<string>();
  private readonly open = new Set<() => void>();
  private operation: ObservedOperation | undefined;
  private hasEnded = false;
  /** Who is calling, once that is known. */
  principal: string | undefined;

  constructor(
    private readonly facts: RequestFacts,
    private readonly options: ObservedRequestOptions,
  ) {}

  /** Notes which operation it runs; only of callers who are known, because the name becomes a label. */
  runs(operation: ObservedOperation): void {
    this.operation = operation;
  }

  /** Notes a prompt that it asked for; `runsOn` when that does not end with the request. */
  ran(prompt: Prompt, { runsOn = false } = {}): void {
    this.prompts.push(prompt);
    if (!runsOn) this.own.push(prompt);
    this.options.prompts.belongsTo(prompt, this.options.trace?.spanContext);
    // Part of a batch, refused by itself.
    if (prompt.error !== null && prompt.usage === null) this.countRefusal(prompt.error.code);
  }

  /** Catalogue ids of the models that run its prompts; those that were refused have none. */
  get models(): string[] {
    const accepted = this.prompts.filter(({ error, usage }) => error === null || usage !== null);
    return [...new Set(accepted.map(({ modelId }) => modelId))];
  }

  /** Notes an error that was told, by its code in either case. */
  failed(code: string): void {
    const lower = code.toLowerCase();
    if (this.codes.has(lower)) return;
    this.codes.add(lower);
    this.countRefusal(lower);
  }

  /** Begins a part of the work; call what it returns at the end, with an error code when it failed. */
  phase(name: 'parse' | 'validate' | 'execute'): (errorCode?: string) => void {
    const measured = this.options.performance.trackOperation(`graphql.${name}`);
    const traced = this.options.trace?.phase(name, name === 'execute' ? this.graphqlAttributes() : {});
    const end = (errorCode?: string) => {
      if (!this.open.delete(end)) return;
      measured.end(errorCode === undefined ? 'ok' : 'error');
      traced?.(errorCode);
    };
    this.open.add(end);
    return end;
  }

  /** The answer has been sent, or nobody takes it any more. Only the first call counts. `status` is that of HTTP. */
  end(status?: number): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const end of this.open) end();
    const endedAt = performance.now();
    const durationMs = endedAt - this.begun;
    // When the caller has left, its prompts end one step later, and only then it is known how.
    void this.options.prompts.haveEnded(this.own).then(() => {
      this.count(status, durationMs / 1000);
      this.log(status, durationMs);
      this.endTrace(status, endedAt);
    });
  }

  private countRefusal(code: string): void {
    if (isRefusal(code)) this.options.rejections.inc({ code });
  }

  /** Of its first error, or of the one prompt that it ran. */
  private get code(): string | undefined {
    const [code] = this.codes;
    const [prompt] = this.own;
    if (code !== undefined || prompt === undefined || this.own.length > 1) return code;
    return prompt.error?.code ?? (prompt.status === 'CANCELLED' ? 'cancelled' : undefined);
  }

  private count(status: number | undefined, duration: number): void {
    const { http, graphql, operationNames } = this.options;
    const { route, method, transport } = this.facts;
    if (route !== undefined) http.recordRequest({ endpoint: route, method, duration, status: status ?? 0 });
    if (this.operation === undefined && transport !== 'ws') return;
    const { type, name, field } = this.operation ?? { type: 'unknown', name: 'unknown', field: 'unknown' };
    const operation = name === null ? 'anonymous' : operationNames.label(name);
    graphql.operations.inc({ type, operation, transport, code: this.code ?? 'ok' });
    graphql.duration.observe({ type, field }, duration);
  }

  private log(status: number | undefined, durationMs: number): void {
    const { logger, trace } = this.options;
    const { requestId, transport, method, route } = this.facts;
    const isQuiet = this.operation === undefined && (status ?? 500) < 400 && quietRoutes.includes(route ?? '');
    const level = isQuiet ? 'debug' : 'info';
    if (!logger.isLevelEnabled(level)) return;
    logger[level](
      {
        requestId,
        transport,
        method,
        route,
        principal: this.principal,
        operation: this.operation?.name?.slice(0, 100),
        field: this.operation?.field,
        status,
        code: this.code,
        durationMs: roundFigure(durationMs),
        ...this.promptFields(),
        traceId: trace?.traceId,
      },
      'request',
    );
  }

  /** Sums over its prompts; the slowest queue and the fastest first token. */
  private promptFields(): Record<string, number> {
    const { prompts } = this;
    if (prompts.length === 0) return {};
    const sum = (read: (prompt: Prompt) => number | undefined) =>
      prompts.reduce((total, prompt) => total + (read(prompt) ?? 0), 0);
    const queues = prompts.flatMap(({ timings }) => timings.queueMs ?? []);
    const firsts = prompts.flatMap(({ timings }) => timings.timeToFirstTokenMs ?? []);
    return {
      prompts: prompts.length,
      promptTokens: sum(({ usage }) => usage?.promptTokens),
      cachedTokens: sum(({ usage }) => usage?.cachedTokens),
      completionTokens: sum(({ usage }) => usage?.completionTokens),
      ...(queues.length === 0 ? {} : { queueMs: roundFigure(Math.max(...queues)) }),
      ...(firsts.length === 0 ? {} : { timeToFirstTokenMs: roundFigure(Math.min(...firsts)) }),
    };
  }

  private graphqlAttributes(): Record<string, string> {
    if (this.operation === undefined) return {};
    const { type, name } = this.operation;
    return { 'graphql.operation.type': type, ...(name === null ? {} : { 'graphql.operation.name': name }) };
  }

  private endTrace(status: number | undefined, endedAt: number): void {
    const { trace, operationNames } = this.options;
    if (trace === undefined) return;
    const { method, route } = this.facts;
    const operation =
      this.operation && `${this.operation.type} ${operationNames.label(this.operation.name ?? this.operation.field)}`;
    const name = route === undefined ? (operation ?? 'operation') : `${method} ${route}`;
    trace.end(
      name,
      {
        ...this.graphqlAttributes(),
        ...(this.principal === undefined ? {} : { 'user.id': this.principal }),
        ...(status === undefined ? {} : { 'http.response.status_code': status }),
      },
      { at: endedAt, errorCode: this.code ?? (status !== undefined && status >= 500 ? String(status) : undefined) },
    );
  }
}
