import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startTestServer } from '../../support/startTestServer.js';
import { Collector } from './collector.js';

describe('with no OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('nothing is sent to anybody', async () => {
    const quiet = await Collector.listen();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const untraced = await startTestServer({
      env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${quiet.url}/v1/traces`, OTEL_BSP_SCHEDULE_DELAY: '50' },
    });
    const response = await untraced.rest('/process', {
      json: { prompt: 'a', max_tokens: 3 },
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    expect(response.status).toBe(200);
    expect(await untraced.stop()).toBe(0);
    expect(quiet.spans).toEqual([]);
    expect(untraced.log).not.toContain(traceId);
    await quiet.close();
  });
});

describe('a collector that is slow', () => {
  it('slows nobody, and does not keep the server from ending', async () => {
    // Takes everything in and never answers.
    const asked: string[] = [];
    const silent = createServer((request) => asked.push(request.url ?? '')).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    await using patient = await startTestServer({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_BSP_MAX_QUEUE_SIZE: '100',
        OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '50',
      },
    });
    await patient.rest('/process', { json: { prompt: 'a', max_tokens: 3 } });
    await patient.until(
      'the first export',
      async () => asked,
      (urls) => urls.includes('/v1/traces'),
    );
    // More spans than its queue takes, while it waits for the collector.
    for (let round = 0; round < 8; round++) {
      const answers = await Promise.all(Array.from({ length: 30 }, () => fetch(`${patient.url}/healthz`)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      await Promise.all(answers.map((answer) => answer.text()));
    }
    const answer = await patient.rest('/process', { json: { prompt: 'b', max_tokens: 3 } });
    expect([answer.status, (await answer.json()).usage.completion_tokens]).toEqual([200, 3]);
    const begun = performance.now();
    expect(await patient.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(8000);
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a collector that is not there', () => {
  it('is told in the log and stops nothing', async () => {
    const gone = await Collector.listen();
    await gone.close();
    await using lonely = await startTestServer({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: gone.url, OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
    });
    const response = await lonely.rest('/process', { json: { prompt: 'a', max_tokens: 3 } });
    expect(response.status).toBe(200);
    await lonely.until(
      'the warning',
      async () => lonely.log,
      (log) => log.includes('traces could not be sent'),
    );
    expect(await lonely.stop()).toBe(0);
  });
});
