import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processPrompt } from '../../support/documents.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { hasPromtool, type Metrics, promtool, readMetrics } from './prometheus.js';

const folder = fileURLToPath(new URL('../../../dashboards/', import.meta.url));
const read = (file: string) => readFileSync(`${folder}${file}`, 'utf8');

let server: TestServer;
let metrics: Metrics;
beforeAll(async () => {
  server = await startTestServer();
  await server.data(processPrompt, { input: { prompt: 'one', maxTokens: 3 } });
  await server.rest('/process', { json: { prompt: 'two', max_tokens: 100_000 } });
  metrics = await readMetrics(server);
});
afterAll(() => server.stop());

/** The families that a text of expressions names. */
function namesIn(text: string): string[] {
  const names = text.match(/\bllamahome_\w+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

/** What Prometheus itself adds to what it scrapes. */
const ofPrometheus = ['instance', 'job'];

/** What an expression asks for that is not in what was scraped; nothing when all of it is. */
function missingIn(expression: string): string[] {
  const missing: string[] = [];
  const known = new Set(ofPrometheus);
  for (const [, name = '', matchers = ''] of expression.matchAll(/\b(llamahome_\w+)(?:\{([^}]*)\})?/g)) {
    const labels = metrics.labels(name);
    if (labels === undefined) missing.push(name);
    for (const label of labels ?? []) known.add(label);
    for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)\s*[=!]~?\s*"([^"]*)"/g)) {
      if (!labels?.has(label) && !ofPrometheus.includes(label)) missing.push(`${name}{${label}}`);
      const isFixed = !value.startsWith('$') && !ofPrometheus.includes(label);
      if (isFixed && !metrics.values(name, label).includes(value)) missing.push(`${name}{${label}="${value}"}`);
    }
  }
  for (const label of groupedBy(expression)) if (!known.has(label)) missing.push(`by (${label})`);
  return missing;
}

/** Every label that an expression groups or joins by. */
function groupedBy(expression: string): string[] {
  const groups = [...expression.matchAll(/\b(?:by|on|ignoring|without|group_left|group_right)\s*\(([^)]*)\)/g)];
  return groups
    .flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    .filter((label) => label !== '');
}

/** The labels that a text wants to show, and its expression does not leave. */
function notLeft(expression: string, text: string, form: RegExp): string[] {
  const plain = /\b(llamahome_\w+)/.exec(expression)?.[1] ?? '';
  const grouped = groupedBy(expression);
  const left = grouped.length > 0 ? grouped : [...(metrics.labels(plain) ?? [])];
  return [...text.matchAll(form)]
    .map(([, label = '']) => label)
    .filter((label) => ![...left, ...ofPrometheus].includes(label));
}

interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat?: string }[] }[];
  templating: { list: { name: string; definition?: string }[] };
  annotations: { list: { expr: string }[] };
}

describe('the dashboard', () => {
  it('asks for series and labels that are there', () => {
    const { panels, templating, annotations }: Dashboard = JSON.parse(read('grafana.json'));
    const targets = panels.flatMap(({ targets = [] }) => targets);
    expect(targets.length).toBeGreaterThan(40);
    for (const { expr, legendFormat = '' } of targets) {
      expect([expr, missingIn(expr)]).toEqual([expr, []]);
      expect([expr, notLeft(expr, legendFormat, /\{\{\s*(\w+)\s*\}\}/g)]).toEqual([expr, []]);
    }
    for (const { expr } of annotations.list) expect([expr, missingIn(expr)]).toEqual([expr, []]);
    for (const { definition } of templating.list) {
      const [, name = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
      if (definition === undefined) continue;
      expect([definition, [...(metrics.labels(name) ?? []), ...ofPrometheus]]).toEqual([
        definition,
        expect.arrayContaining([label]),
      ]);
    }
    const variables = new Set(templating.list.map(({ name }) => name).concat('__rate_interval'));
    const used = [...JSON.stringify(targets).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    expect(used.filter((name) => !variables.has(name))).toEqual([]);
  });

  it('shows only what the server measures, and nearly all of it', () => {
    const shown = namesIn(read('grafana.json'));
    expect(metrics.names).toEqual(expect.arrayContaining(shown));
    expect(metrics.names.filter((name) => !shown.includes(name))).toEqual(['llamahome_operation_duration_seconds']);
  });

  it('has panels that do not overlap', () => {
    const { panels }: { panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[] } =
      JSON.parse(read('grafana.json'));
    const cells = new Set<string>();
    for (const { gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x} ${y}`)).toBe(false);
          cells.add(`${x} ${y}`);
        }
      }
    }
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });
});

describe('the description of the metrics', () => {
  it('names each of them, with the labels that it has', () => {
    expect(namesIn(read('README.md')).toSorted()).toEqual(metrics.names.toSorted());
    const rows = [...read('README.md').matchAll(/^\| (`llamahome_[^|]*) \|([^|]*)\|/gm)];
    for (const [, names = '', labels = ''] of rows) {
      const told = labels.split(',').map((label) => label.trim());
      const series = namesIn(names).flatMap((name) => [name, `${name}_count`]);
      const found = new Set(series.flatMap((name) => [...(metrics.labels(name) ?? [])]));
      expect([names, [...found].toSorted()]).toEqual([names, told.filter((label) => label !== '').toSorted()]);
    }
  });
});

describe('the alert rules', () => {
  it('ask for series and labels that are there', () => {
    const rules = read('alerts.yaml')
      .split(/^\s+- alert: /m)
      .slice(1);
    expect(rules.length).toBeGreaterThan(5);
    for (const rule of rules) {
      const [name = ''] = rule.split('\n');
      const expression = /expr:(?: \|)?([\s\S]*?)\n\s+(?:for|labels):/.exec(rule)?.[1] ?? '';
      expect(expression).toMatch(/llamahome/);
      expect([name, missingIn(expression)]).toEqual([name, []]);
      expect([name, notLeft(expression, rule, /\$labels\.(\w+)/g)]).toEqual([name, []]);
    }
  });

  it('ask only for what the server measures', () => {
    expect(metrics.names).toEqual(expect.arrayContaining(namesIn(read('alerts.yaml'))));
  });

  it.runIf(hasPromtool)('are accepted by promtool and raise what they should', () => {
    expect(promtool(['check', 'rules', `${folder}alerts.yaml`])).toMatchObject({ status: 0 });
    expect(promtool(['test', 'rules', `${folder}alerts.test.yaml`])).toMatchObject({ status: 0 });
  });
});
