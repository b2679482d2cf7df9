import { type Counter, type Histogram, type Registry, register } from 'prom-client';
import { BoundedNames } from './BoundedNames.js';
import { httpInstruments } from './instruments/requests.js';

export interface MetricsCollectorOptions {
  /** Where the metrics are kept; prom-client's default registry when left out. */
  registry?: Registry;
  /** Endpoints that are counted by name, 200 when left out; further ones are counted as `other`. */
  maxEndpoints?: number;
}

/** One answered request. */
export interface RecordedRequest {
  /** Route or path without ids, like `/api/v1/process`. */
  endpoint: string;
  /** Seconds. */
  duration: number;
  /** HTTP status, or a word of your own like `success`. */
  status: number | string;
  /** `GET` when left out. */
  method?: string | undefined;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const mostStatuses = 100;

/**
 * Counts requests and their durations for Prometheus, as `llamahome_http_requests_total` and
 * `llamahome_http_request_duration_seconds`: the instruments of the LlamaHome server, for any Node service.
 *
 * @example
 * const collector = new MetricsCollector();
 * collector.recordRequest({ endpoint: '/api/v1/process', duration: 0.123, status: 200 });
 * response.setHeader('content-type', collector.contentType).end(await collector.metrics());
 */
export class MetricsCollector {
  readonly registry: Registry;
  private readonly requests: Counter<'route' | 'method' | 'status'>;
  private readonly duration: Histogram<'route' | 'method'>;
  private readonly endpoints: BoundedNames;
  private readonly statuses = new BoundedNames(mostStatuses);

  constructor({ registry = register, maxEndpoints = 200 }: MetricsCollectorOptions = {}) {
    this.registry = registry;
    this.endpoints = new BoundedNames(maxEndpoints);
    const { requests, duration } = httpInstruments(registry);
    this.requests = requests;
    this.duration = duration;
  }

  /** @throws TypeError when the duration is not a number of seconds from 0 */
  recordRequest({ endpoint, duration, status, method = 'GET' }: RecordedRequest): void {
    if (!Number.isFinite(duration) || duration < 0) throw new TypeError('duration must be a number of seconds from 0.');
    const route = this.endpoints.label(endpoint);
    const known = methods.includes(method) ? method : 'other';
    this.requests.inc({ route, method: known, status: this.statuses.label(String(status)) });
    this.duration.observe({ route, method: known }, duration);
  }

  /** The content type of `metrics()`. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** All metrics of the registry in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
