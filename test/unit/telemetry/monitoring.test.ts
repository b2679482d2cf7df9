import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  AdvancedMetrics,
  MetricsCollector,
  PerformanceMonitor,
  ResourceMonitor,
} from '../../../src/telemetry/monitoring.js';

/** The value of one line of the text format. */
async function reading(registry: Registry, line: string): Promise<number | undefined> {
  const found = (await registry.metrics()).split('\n').find((text) => text.startsWith(`${line} `));
  return found === undefined ? undefined : Number(found.slice(line.length + 1));
}

describe('MetricsCollector', () => {
  it('counts requests and their seconds', async () => {
    const registry = new Registry();
    const collector = new MetricsCollector({ registry });
    collector.recordRequest({ endpoint: '/api/v1/process', duration: 0.123, status: 200, method: 'POST' });
    collector.recordRequest({ endpoint: '/api/v1/process', duration: 0.2, status: 200, method: 'POST' });
    const labels = 'route="/api/v1/process",method="POST"';
    expect(await reading(registry, `llamahome_http_requests_total{${labels},status="200"}`)).toBe(2);
    expect(await reading(registry, `llamahome_http_request_duration_seconds_sum{${labels}}`)).toBeCloseTo(0.323);
    expect(await collector.metrics()).toBe(await registry.metrics());
    expect(collector.contentType).toContain('text/plain');
  });

  it('keeps labels few whatever callers send', async () => {
    const registry = new Registry();
    const collector = new MetricsCollector({ registry, maxEndpoints: 2 });
    for (let id = 0; id < 50; id++) {
      collector.recordRequest({ endpoint: `/users/${id}`, duration: 0, status: 'success', method: `VERB${id}` });
    }
    const routes = (await registry.metrics()).match(/^llamahome_http_requests_total\{.*/gm);
    expect(routes).toHaveLength(3);
    expect(
      await reading(registry, 'llamahome_http_requests_total{route="other",method="other",status="success"}'),
    ).toBe(48);
  });

  it('refuses a duration that is none', () => {
    const collector = new MetricsCollector({ registry: new Registry() });
    for (const duration of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(() => collector.recordRequest({ endpoint: '/', duration, status: 200 })).toThrow(/duration/);
    }
  });

  it('shares one registry with others of its kind', async () => {
    const registry = new Registry();
    for (const _ of [1, 2])
      new MetricsCollector({ registry }).recordRequest({ endpoint: '/', duration: 1, status: 200 });
    expect(await reading(registry, 'llamahome_http_requests_total{route="/",method="GET",status="200"}')).toBe(2);
  });
});

describe('AdvancedMetrics', () => {
  it('counts prompts with their tokens and times, and logs when wanted', async () => {
    const registry = new Registry();
    const lines: Record<string, unknown>[] = [];
    const logger = pino({}, { write: (line) => lines.push(JSON.parse(line)) });
    const metrics = new AdvancedMetrics({ registry, enableTracing: true, detailedLogging: true, logger });
    metrics.recordPrompt({
      model: 'llama',
      outcome: 'stop',
      promptTokens: 12,
      completionTokens: 40,
      cachedTokens: 5,
      duration: 1.7,
      timeToFirstToken: 0.2,
      queue: 0.05,
    });
    metrics.recordRequest({ endpoint: '/chat', duration: 0.5, status: 503 });
    expect(await reading(registry, 'llamahome_prompts_total{model="llama",outcome="stop"}')).toBe(1);
    expect(await reading(registry, 'llamahome_completion_tokens_total{model="llama"}')).toBe(40);
    expect(await reading(registry, 'llamahome_prefix_cache_hits_total{model="llama"}')).toBe(5);
    expect(await reading(registry, 'llamahome_time_to_first_token_seconds_sum{model="llama"}')).toBe(0.2);
    expect(lines).toMatchObject([
      { msg: 'prompt', model: 'llama', completionTokens: 40 },
      { msg: 'request', endpoint: '/chat', durationMs: 500, status: 503 },
    ]);
  });

  it('is quiet when not asked to log', () => {
    const lines: string[] = [];
    const metrics = new AdvancedMetrics({
      registry: new Registry(),
      logger: pino({}, { write: (line) => lines.push(line) }),
    });
    metrics.recordRequest({ endpoint: '/', duration: 0, status: 200 });
    expect(lines).toEqual([]);
  });
});

describe('PerformanceMonitor', () => {
  const count = (registry: Registry, operation: string, outcome: string) =>
    reading(registry, `llamahome_operation_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`);

  it('measures work that returns, resolves, throws and rejects, and passes on what it gives', async () => {
    const registry = new Registry();
    const monitor = new PerformanceMonitor({ registry });
    expect(monitor.trackOperation('plain', () => 7)).toBe(7);
    expect(await monitor.trackOperation('promise', async () => 'text')).toBe('text');
    expect(() =>
      monitor.trackOperation('plain', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    await expect(monitor.trackOperation('promise', () => Promise.reject(new Error('never')))).rejects.toThrow('never');
    for (const operation of ['plain', 'promise']) {
      expect(await count(registry, operation, 'ok')).toBe(1);
      expect(await count(registry, operation, 'error')).toBe(1);
    }
  });

  it('measures the rest of a block with `using`, once', async () => {
    const registry = new Registry();
    const monitor = new PerformanceMonitor({ registry });
    {
      using operation = monitor.trackOperation('block');
      expect(operation.end()).toBeGreaterThanOrEqual(0);
    }
    {
      using operation = monitor.trackOperation('block');
      operation.fail();
    }
    expect(await count(registry, 'block', 'ok')).toBe(1);
    expect(await count(registry, 'block', 'error')).toBe(1);
  });
});

describe('ResourceMonitor', () => {
  it('reads processor, memory and event loop of this process', async () => {
    const monitor = new ResourceMonitor();
    const resources = await monitor.read();
    expect(resources.memoryBytes).toBeGreaterThan(10e6);
    expect(resources.cpuPercent).toBeGreaterThanOrEqual(0);
    expect(resources.cpuPercent).toBeLessThanOrEqual(100);
    expect(resources.eventLoopDelayMs).toBeGreaterThanOrEqual(0);
    monitor.close();
  });

  it('counts what works beside it, and does without what does not answer', async () => {
    const gone = { info: { gpuMemoryBytes: 0 }, resources: async () => null };
    const silent = { info: { gpuMemoryBytes: 0 }, resources: () => new Promise<null>(() => {}) };
    const engine = { info: { gpuMemoryBytes: 5 }, resources: async () => ({ memoryBytes: 1e12, cpuSeconds: 3 }) };
    const monitor = new ResourceMonitor(() => [gone, silent, engine]);
    const { memoryBytes, gpuMemoryBytes } = await monitor.read();
    expect(memoryBytes).toBeGreaterThan(1e12);
    expect(gpuMemoryBytes).toBe(5);
    monitor.close();
  });

  it('tracks what it is asked to', async () => {
    const registry = new Registry();
    const monitor = new ResourceMonitor();
    {
      using _tracking = monitor.trackResources({ interval: 60, metrics: ['memory'], registry });
      await monitor.read();
    }
    expect(await reading(registry, 'llamahome_memory_bytes{process="server"}')).toBeGreaterThan(10e6);
    expect(await reading(registry, 'llamahome_cpu_seconds_total{process="server"}')).toBeUndefined();
    monitor.close();
  });

  it('says which interval and metrics there are', () => {
    const monitor = new ResourceMonitor();
    expect(() => monitor.trackResources({ interval: 0 })).toThrow(RangeError);
    const metrics = JSON.parse('["cpu", "disk"]');
    expect(() => monitor.trackResources({ metrics })).toThrow(/disk/);
    monitor.close();
  });
});
