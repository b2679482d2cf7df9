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
  metrics = await readMetrics(server);
});
afterAll(() => server.stop());

/** The families that a text of expressions names. */
function namesIn(text: string): string[] {
  const names = text.match(/\bllamahome_\w+/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

describe('the dashboard', () => {
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

describe('the alert rules', () => {
  it('ask only for what the server measures', () => {
    expect(metrics.names).toEqual(expect.arrayContaining(namesIn(read('alerts.yaml'))));
  });

  it.runIf(hasPromtool)('are accepted by promtool and raise what they should', () => {
    expect(promtool(['check', 'rules', `${folder}alerts.yaml`])).toMatchObject({ status: 0 });
    expect(promtool(['test', 'rules', `${folder}alerts.test.yaml`])).toMatchObject({ status: 0 });
  });
});
