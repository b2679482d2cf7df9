import { spawnSync } from 'node:child_process';
import type { TestServer } from '../../support/startTestServer.js';

/** One reading of `/metrics`. */
export class Metrics {
  constructor(readonly text: string) {}

  /** The sum of all series of a name whose labels include those given; 0 when there is none. */
  sum(name: string, labels: Record<string, string> = {}): number {
    let total = 0;
    for (const line of this.text.split('\n')) {
      const [, found, list = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (found !== name) continue;
      if (Object.entries(labels).every(([label, wanted]) => list.includes(`${label}="${wanted}"`)))
        total += Number(value);
    }
    return total;
  }

  /** The names of all families. */
  get names(): string[] {
    return [...this.text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name);
  }

  /** The different values that a label has among the series of a name. */
  values(name: string, label: string): string[] {
    const lines = this.text.split('\n').filter((line) => line.startsWith(`${name}{`));
    const values = lines.flatMap((line) => new RegExp(`[{,]${label}="((?:[^"\\\\]|\\\\.)*)"`).exec(line)?.[1] ?? []);
    return [...new Set(values)];
  }

  /** The labels that the series of a name have; undefined when there is no such series. */
  labels(name: string): Set<string> | undefined {
    const lines = this.text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
    if (lines.length === 0) return undefined;
    return new Set(lines.flatMap((line) => [...line.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label)));
  }

  /** How many series there are of a name. */
  series(name: string): number {
    return this.text.split('\n').filter((line) => line.startsWith(`${name}{`)).length;
  }
}

/** Reads `/metrics` as the administrator. */
export async function readMetrics(server: TestServer): Promise<Metrics> {
  const response = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } });
  if (response.status !== 200) throw new Error(`/metrics answers ${response.status}`);
  return new Metrics(await response.text());
}

/** Whether Prometheus' own tool is on this machine. */
export const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Runs promtool; gives what it says and its exit status. */
export function promtool(args: string[], input?: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    encoding: 'utf8',
    ...(input === undefined ? {} : { input }),
  });
  return { status, output: stdout + stderr };
}
