import { setTimeout as delay } from 'node:timers/promises';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Logger } from 'pino';
import { version } from '../../version.js';
import { Tracing } from './Tracing.js';

export interface TracingOptions {
  /** Base address of the collector's OTLP over HTTP, like `http://localhost:4318`. */
  endpoint: string;
  /** Whether prompts and texts go into spans. */
  traceContent: boolean;
  logger: Logger;
}

/** How long the last spans may take to be sent. */
const lastSpansMs = 3000;
/** A collector that can't be reached is told at most this often. */
const warnEveryMs = 60_000;

/**
 * Starts tracing with the OpenTelemetry SDK. Import this file only when tracing is on: the SDK takes memory and time to load. What
 * else the SDK takes from its `OTEL_*` variables (headers, sampler, service name, batching) holds here too.
 */
export function startTracing({ endpoint, traceContent, logger }: TracingOptions): Tracing {
  const ofEnvironment = process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  const exporter = new OTLPTraceExporter(
    ofEnvironment === undefined ? { url: `${endpoint.replace(/\/+$/, '')}/v1/traces` } : {},
  );
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'llamahome', [ATTR_SERVICE_VERSION]: version }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(telling(exporter, logger))],
  });
  return new Tracing(provider.getTracer('llamahome', version), {
    traceContent,
    shutdown: async () => {
      const sent = provider
        .shutdown()
        .catch((error: unknown) => logger.debug({ err: error }, 'the last traces were not sent'));
      await Promise.race([sent, delay(lastSpansMs, undefined, { ref: false })]);
    },
  });
}

/** An exporter that says in the log when spans do not arrive; otherwise the SDK drops them without a word. */
function telling(exporter: SpanExporter, logger: Logger): SpanExporter {
  let lastWarning = Number.NEGATIVE_INFINITY;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const now = performance.now();
        if (result.error !== undefined && now - lastWarning >= warnEveryMs) {
          lastWarning = now;
          logger.warn(
            { reason: result.error.message, spans: spans.length },
            'traces could not be sent to the collector',
          );
        }
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}
