import type { Attributes } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { type Counter, Registry } from 'prom-client';
import type { Engine } from '../engine/Engine.js';
import type { PromptLoad } from '../prompts/PromptRunner.js';
import { version } from '../version.js';
import { BoundedNames } from './BoundedNames.js';
import { EngineTelemetry } from './EngineTelemetry.js';
import { graphqlInstruments, rejectionCounter } from './instruments/requests.js';
import { buildInstruments } from './instruments/resources.js';
import { MetricsCollector } from './MetricsCollector.js';
import { ObservedRequest, type RequestFacts } from './ObservedRequest.js';
import { PerformanceMonitor } from './PerformanceMonitor.js';
import { type Latencies, PromptTelemetry } from './PromptTelemetry.js';
import type { ResourceMonitor } from './ResourceMonitor.js';
import type { Tracing } from './tracing/Tracing.js';

export interface TelemetryOptions {
  logger: Logger;
  /** The collector's address; no tracing without one. */
  otlpEndpoint: string | undefined;
  /** Whether prompts and texts go into traces. */
  traceContent: boolean;
  resources: ResourceMonitor;
  /** The engines that run now, by model. */
  engines: () => ReadonlyMap<string, Engine>;
  /** How many prompts of each model run and wait. */
  load: () => PromptLoad[];
  /** How many follow a prompt that has not ended. */
  followers: () => number;
  /** Prompts that may wait for each model. */
  queueLimit: number;
  /** Names of operations that are always told apart. */
  knownOperations: readonly string[];
}

/** A request as it comes in, with what its trace begins with. */
export interface IncomingRequest extends RequestFacts {
  /** The caller's header of that name. */
  traceparent?: string | null | undefined;
  /** Where it comes from. */
  address?: string | undefined;
}

/** Clients choose the names of their operations: so many are told apart beside the known ones. */
const mostOperationNames = 100;
/** Seconds between two readings of processor, memory and event loop. */
const resourceInterval = 5;

/** Metrics, traces and the log of requests, of one server. */
export class Telemetry {
  readonly registry: Registry;
  /** Give it to those who run prompts. */
  readonly prompts: PromptTelemetry;
  private readonly engines: EngineTelemetry;
  private readonly http: MetricsCollector;
  private readonly performance: PerformanceMonitor;
  private readonly graphql: ReturnType<typeof graphqlInstruments>;
  private readonly rejections: Counter<'code'>;
  private readonly operationNames: BoundedNames;
  private readonly startedAt = performance.now();
  private sockets = 0;

  private constructor(
    private readonly options: TelemetryOptions,
    private readonly tracing: Tracing | undefined,
  ) {
    const registry = new Registry();
    this.registry = registry;
    this.rejections = rejectionCounter(registry);
    this.prompts = new PromptTelemetry({
      registry,
      tracing,
      rejections: this.rejections,
      enginePid: (model) => options.engines().get(model)?.pid,
    });
    this.operationNames = new BoundedNames(mostOperationNames, options.knownOperations);
    this.engines = new EngineTelemetry({ ...options, registry });
    this.http = new MetricsCollector({ registry });
    this.performance = new PerformanceMonitor({ registry });
    this.graphql = graphqlInstruments(registry, () => this.sockets);
    buildInstruments(registry, { version, startedAt: new Date() });
    options.resources.trackResources({ interval: resourceInterval, registry });
  }

  /** Loads what tracing needs only when it is on. */
  static async start(options: TelemetryOptions): Promise<Telemetry> {
    const { otlpEndpoint: endpoint, traceContent, logger } = options;
    if (endpoint === undefined) return new Telemetry(options, undefined);
    const { startTracing } = await import('./tracing/startTracing.js');
    return new Telemetry(options, startTracing({ endpoint, traceContent, logger }));
  }

  /** Since the server started, which may be later than the process that it lives in. */
  get uptimeMs(): number {
    return performance.now() - this.startedAt;
  }

  /** Begins to observe a request; end it when its answer has been sent. */
  request({ traceparent, address, ...facts }: IncomingRequest): ObservedRequest {
    return new ObservedRequest(facts, {
      logger: this.options.logger,
      http: this.http,
      graphql: this.graphql,
      rejections: this.rejections,
      performance: this.performance,
      prompts: this.prompts,
      operationNames: this.operationNames,
      trace: this.tracing?.startRequest('request', traceparent, spanAttributes(facts, address)),
    });
  }

  /** Counts a socket as open; call what it returns when it is closed. */
  socketOpened(): () => void {
    this.sockets++;
    return () => {
      this.sockets--;
    };
  }

  /** Measures an engine that has just been started. */
  watchEngine(engine: Engine): void {
    this.engines.watch(engine);
  }

  /** How long prompts took in the last minutes. */
  latencies(): Latencies {
    return this.prompts.latencies();
  }

  /** All metrics in Prometheus' text format, and the type that it goes by. */
  async metrics(): Promise<{ text: string; contentType: string }> {
    return { text: await this.registry.metrics(), contentType: this.registry.contentType };
  }

  /** Sends the last traces. */
  async close(): Promise<void> {
    await this.tracing?.close();
  }
}

function spanAttributes(
  { requestId, transport, method, route }: RequestFacts,
  address: string | undefined,
): Attributes {
  return {
    'llamahome.request.id': requestId,
    'network.protocol.name': transport === 'ws' ? 'websocket' : 'http',
    ...(method === undefined || route === undefined ? {} : { 'http.request.method': method, 'http.route': route }),
    ...(address === undefined ? {} : { 'client.address': address }),
  };
}
