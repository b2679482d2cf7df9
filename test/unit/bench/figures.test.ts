import { expect, test } from 'vitest';
import { countErrors, figuresOf, runOf } from '../../../src/bench/figures.js';
import type { JobResult, PromptRecord } from '../../../src/bench/Job.js';

function record(own: Partial<PromptRecord> = {}): PromptRecord {
  return {
    background: false,
    sentAt: 0,
    firstAt: 100,
    lastAt: 200,
    endedAt: 210,
    gaps: [50, 50],
    promptTokens: 10,
    cachedTokens: 4,
    completionTokens: 3,
    error: null,
    ...own,
  };
}

function result(records: PromptRecord[], own: Partial<JobResult> = {}): JobResult {
  return { wallMs: 1000, records, driverCpuSeconds: 0.1, ...own };
}

const resources = { processes: [], otherCores: 0, loadAverage: 0 };

test('throughput counts all tokens over the whole run, a stream only its own time', () => {
  const figures = figuresOf(result([record(), record({ sentAt: 50, firstAt: 300, lastAt: 500 })]));
  expect(figures).toMatchObject({ requests: 2, errors: 0, promptTokens: 20, cachedTokens: 8, completionTokens: 6 });
  expect(figures.tokensPerSecond).toBe(6);
  expect(figures.requestsPerSecond).toBe(2);
  // 2 tokens after the first in 100 ms and in 200 ms.
  expect(figures.streamTokensPerSecond).toBe(15);
  expect(figures.firstTokenMs?.p50).toBe(175);
  expect(figures.betweenTokensMs?.p99).toBe(50);
  expect(figures.allStartedMs).toBe(300);
});

test('the load beside what is measured has its own figure and no part in the latencies', () => {
  const figures = figuresOf(result([record({ background: true, firstAt: 4000 }), record()]));
  expect(figures.backgroundFirstTokenMs).toBe(4000);
  expect(figures.firstTokenMs?.p99).toBe(100);
});

test('a failed prompt is an error, and its code is counted', () => {
  const failed = record({ error: 'OVERLOADED', firstAt: null, lastAt: null, gaps: [], completionTokens: 0 });
  const outcome = result([record(), failed, failed]);
  expect(figuresOf(outcome)).toMatchObject({ requests: 3, errors: 2, requestsPerSecond: 1 });
  expect(figuresOf(outcome).allStartedMs).toBeNull();
  expect(countErrors(outcome)).toEqual({ OVERLOADED: 2 });
});

test('answers that come whole have a throughput and no latencies between tokens', () => {
  const figures = figuresOf(result([record({ firstAt: null, lastAt: null, gaps: [] })]));
  expect(figures.tokensPerSecond).toBe(3);
  expect(figures.firstTokenMs).toBeNull();
  expect(figures.streamTokensPerSecond).toBeNull();
});

test('queries count requests and no tokens', () => {
  const figures = figuresOf(result([], { answered: 500 }));
  expect(figures).toMatchObject({ requests: 500, requestsPerSecond: 500, tokensPerSecond: null });
});

test('the cost of a token is the time of the API process alone', () => {
  const processes = [
    { name: 'server', cpuSeconds: 0.0003, memoryBytes: 1 },
    { name: 'engine', cpuSeconds: 2, memoryBytes: 1 },
  ];
  expect(runOf(result([record()]), { ...resources, processes }, null).apiMicrosPerToken).toBeCloseTo(100, 6);
  expect(runOf(result([record()]), resources, null).apiMicrosPerToken).toBeNull();
});
