import { expect, test } from 'vitest';
import type { BenchReport } from '../../../src/bench/BenchReport.js';
import { figuresOf, runOf } from '../../../src/bench/figures.js';
import { drawBars, drawReport } from '../../../src/bench/report/svg.js';
import { formatReport } from '../../../src/bench/report/table.js';
import { ratiosOf } from '../../../src/bench/runCase.js';
import { defaultOptions } from '../../../src/bench/workloads.js';

function run(seconds: number, completionTokens: number, error: string | null = null) {
  const record = {
    background: false,
    sentAt: 0,
    firstAt: 100 * seconds,
    lastAt: 500,
    endedAt: 500,
    gaps: [10],
    promptTokens: 50,
    cachedTokens: 0,
    completionTokens,
    error,
  };
  const processes = [{ name: 'server', cpuSeconds: 0.01, memoryBytes: 100 * 2 ** 20 }];
  const result = { wallMs: seconds * 1000, records: [record], driverCpuSeconds: 0 };
  return runOf(result, { processes, otherCores: 0.1, loadAverage: 0.5 }, { busy: 1, slots: 16 });
}

function report(theirTokens = 100, error: string | null = null): BenchReport {
  const turns = [
    [run(1, 100, error), run(2, theirTokens)],
    [run(1, 100), run(4, theirTokens)],
    [run(1, 100), run(3, theirTokens)],
  ];
  const side = (name: string, index: number) => {
    const runs = turns.flatMap((turn) => turn[index] ?? []);
    const spread = figuresOf({ wallMs: 1, records: [], driverCpuSeconds: 0 }).firstTokenMs;
    return { name, version: `${name} 1`, runs, firstTokenMs: spread, betweenTokensMs: null };
  };
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    machine: { cpu: 'Some CPU', cores: 2, memoryBytes: 8 * 2 ** 30, platform: 'linux', node: 'v20' },
    settings: { model: 'm.gguf', slots: 16, threads: null, transport: 'ws', runs: 3 },
    cases: [
      {
        name: 'single',
        workload: 'single',
        options: defaultOptions,
        sides: [side('LlamaHome', 0), side('peer', 1)],
        ratios: ratiosOf(turns),
      },
    ],
  };
}

test('the table has a line for each side and the ratios with their range', () => {
  const text = formatReport(report());
  expect(text).toContain('Some CPU, 2 cores, 8 GiB');
  expect(text).toMatch(/LlamaHome .* 100\.0 /);
  expect(text).toContain('LlamaHome / peer, median of 3 turns:');
  expect(text).toContain('tokens/s: 3.00 (2.00 to 4.00; more is better)');
  expect(text).toContain('first token p50: 0.33 (0.25 to 0.50; less is better)');
  expect(text).not.toContain('note:');
});

test('the table says when the two sides did not do the same work', () => {
  expect(formatReport(report(90))).toContain('note: completion tokens differ, 300 against 270');
});

test('the table tells errors by their code', () => {
  expect(formatReport(report(100, 'OVERLOADED'))).toContain('errors of LlamaHome: OVERLOADED 1');
});

test('the plot has a bar for each side of each case, and markup in names is only text there', () => {
  const picture = drawReport(report());
  expect(picture).toMatch(/^<svg [^>]+>/);
  expect(picture.match(/<rect /g)).toHaveLength(1 + 4);
  const strange = drawBars('<script>"&', [{ title: 'a<b', unit: 'x', bars: [{ label: '&', value: 1 }] }]);
  expect(strange).toContain('&lt;script&gt;&quot;&amp;');
  expect(strange).not.toContain('<script');
});

test('a plot of nothing, and of bars of no length, is still a plot', () => {
  expect(drawBars('none', [])).toContain('</svg>');
  expect(drawBars('zero', [{ title: 't', unit: 'u', bars: [{ label: 'l', value: 0 }] }])).not.toContain('NaN');
});
