import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { Counter, Registry } from 'prom-client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { initialConfig } from '../../../src/config/Config.js';
import { normaliseInput } from '../../../src/prompts/normaliseInput.js';
import { newRecord } from '../../../src/prompts/records.js';
import { PromptTelemetry } from '../../../src/telemetry/PromptTelemetry.js';
import { Tracing } from '../../../src/telemetry/tracing/Tracing.js';

afterEach(() => void vi.restoreAllMocks());

const ms = ([seconds, nanos]: ReadableSpan['startTime']) => seconds * 1e3 + nanos / 1e6;

describe('the times of spans', () => {
  it.each([
    ['as it started with', 0],
    ['that was set an hour forward, or went on while the machine slept', 3_600_000],
    ['that was set back', -60_000],
  ])('are those of a clock %s, and nest', async (_what, shift) => {
    const now = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + shift);
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const tracing = new Tracing(provider.getTracer('test'), { traceContent: false, shutdown: async () => undefined });
    const registry = new Registry();
    const rejections = new Counter({ name: 'rejections', help: 'of the test', labelNames: ['code'], registers: [] });
    const telemetry = new PromptTelemetry({ registry, tracing, rejections, enginePid: () => 1 });

    const request = tracing.startRequest('request', undefined, {});
    const endPhase = request.phase('execute');
    const record = newRecord(
      {
        ownerId: 'ann',
        ownerTier: 'basic',
        modelId: 'demo',
        warnings: [],
        mode: 'followed',
        batchId: null,
        idempotencyKey: null,
        inputHash: null,
      },
      normaliseInput({ prompt: 'hi' }, initialConfig),
    );
    telemetry.arrived(record, record.mode);
    telemetry.belongsTo(record, request.spanContext);
    telemetry.admitted(record);
    telemetry.advanced(record, { id: record.id, started: true, text: '', completionTokens: 0 });
    telemetry.advanced(record, { id: record.id, text: 'a', completionTokens: 1 });
    record.status = 'COMPLETED';
    record.finishReason = 'STOP';
    telemetry.ended(record);
    endPhase();
    request.end('request', {}, { at: performance.now(), errorCode: undefined });

    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['request', 'execute', 'chat demo', 'admission', 'queue', 'prefill', 'decode']),
    );
    for (const span of spans) {
      expect(Math.abs(ms(span.startTime) - Date.now())).toBeLessThan(1000);
      const parent = spans.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);
      if (parent === undefined) continue;
      expect([span.name, ms(span.startTime) - ms(parent.startTime) >= -0.001]).toEqual([span.name, true]);
      expect([span.name, ms(parent.endTime) - ms(span.endTime) >= -0.001]).toEqual([span.name, true]);
    }
    await provider.shutdown();
  });
});
