import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { LlamaServer } from '../../../src/embed/index.js';
import { processPrompt, readServer } from '../../support/documents.js';
import { startTestServer } from '../../support/startTestServer.js';
import { first, over } from '../../support/streams.js';
import { readMetrics } from './prometheus.js';

it('the server tells what it and its engines take, as a query, a subscription and metrics', async () => {
  await using server = await startTestServer();
  await server.data(processPrompt, { input: { prompt: 'load', maxTokens: 2 } });
  const { server: read } = await server.data(readServer, {});
  const client = server.ws();
  const document =
    'subscription { serverStatus { resources { cpuPercent memoryBytes gpuMemoryBytes eventLoopDelayMs } } }';
  const { serverStatus } = await first(
    over<{ serverStatus: { resources: typeof read.resources } }, Record<string, never>>(client, document),
  );
  for (const { cpuPercent, memoryBytes, gpuMemoryBytes, eventLoopDelayMs } of [
    read.resources,
    serverStatus.resources,
  ]) {
    expect(cpuPercent).toBeGreaterThanOrEqual(0);
    expect(cpuPercent).toBeLessThanOrEqual(100);
    expect(memoryBytes).toBeGreaterThan(50e6);
    expect(gpuMemoryBytes).toBe(0);
    expect(eventLoopDelayMs).toBeGreaterThanOrEqual(0);
  }
  const before = await readMetrics(server);
  const of = (process: string) => ({ process });
  for (const process of ['server', 'engine']) {
    expect([process, before.sum('llamahome_memory_bytes', of(process)) > 20e6]).toEqual([process, true]);
  }
  const together = before.sum('llamahome_memory_bytes');
  expect(Math.abs(together - serverStatus.resources.memoryBytes) / together).toBeLessThan(0.2);
  expect(before.sum('llamahome_gpu_memory_bytes')).toBe(0);
  expect(before.sum('llamahome_event_loop_delay_seconds_count')).toBeGreaterThan(0);
  await server.until(
    'processor time of both',
    async () => {
      await server.data(processPrompt, { input: { prompt: 'work', maxTokens: 100 } });
      await server.data(readServer, {});
      return readMetrics(server);
    },
    (after) =>
      ['server', 'engine'].every(
        (process) =>
          after.sum('llamahome_cpu_seconds_total', of(process)) >
          before.sum('llamahome_cpu_seconds_total', of(process)),
      ),
  );
  await client.dispose();
});

it('an embedded server tells its own time, not that of the program it lives in', async () => {
  const home = await mkdtemp(join(tmpdir(), 'llamahome-test-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const begun = performance.now();
  await using llama = new LlamaServer({ home, model: 'demo', threads: 1, slots: 1, gpu: false });
  const { token } = await llama.createToken({ userId: 'ann', scopes: ['metrics:read'], expiresIn: 60 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ server { uptimeMs } }' });
  const answer = await llama.handler(new Request('http://localhost/graphql', { method: 'POST', headers, body }));
  const { data } = await answer.json();
  expect(data.server.uptimeMs).toBeGreaterThanOrEqual(0);
  expect(data.server.uptimeMs).toBeLessThanOrEqual(performance.now() - begun + 1);
});
