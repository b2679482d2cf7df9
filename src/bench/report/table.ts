import type { BenchReport, CaseReport, SideReport } from '../BenchReport.js';
import type { Run } from '../figures.js';
import { medianOf } from '../statistics.js';

interface Column {
  head: string;
  cell: (side: SideReport) => string;
}

function middle(side: SideReport, of: (run: Run) => number | null, digits = 0): string {
  const value = medianOf(side.runs.map(of));
  return value === null ? '-' : value.toFixed(digits);
}

function ms(value: number | undefined): string {
  if (value === undefined) return '-';
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function sum(side: SideReport, of: (run: Run) => number): string {
  return String(side.runs.reduce((total, run) => total + of(run), 0));
}

/** CPU and memory of each process of a side; several of one name are added up. */
function processes(side: SideReport): string {
  const names = [...new Set(side.runs.flatMap((run) => run.processes.map(({ name }) => name)))];
  const uses = names.map((name) => {
    const own = (run: Run) => run.processes.filter((process) => process.name === name);
    const cores = middle(
      side,
      (run) => own(run).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) / run.figures.seconds,
      2,
    );
    const memory = middle(side, (run) => own(run).reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) / 2 ** 20);
    return `${name} ${cores} cores ${memory} MiB`;
  });
  return uses.join(', ') || '-';
}

function occupancy(side: SideReport): string {
  const busy = middle(side, (run) => run.occupancy?.busy ?? null, 1);
  const slots = side.runs.find((run) => run.occupancy?.slots != null)?.occupancy?.slots;
  return busy === '-' || slots === undefined ? busy : `${busy}/${slots}`;
}

const columns: readonly Column[] = [
  { head: '', cell: ({ name }) => name },
  { head: 'requests', cell: (side) => sum(side, ({ figures }) => figures.requests) },
  { head: 'errors', cell: (side) => sum(side, ({ figures }) => figures.errors) },
  { head: 'tokens', cell: (side) => sum(side, ({ figures }) => figures.completionTokens) },
  { head: 'tok/s', cell: (side) => middle(side, ({ figures }) => figures.tokensPerSecond, 1) },
  { head: 'stream tok/s', cell: (side) => middle(side, ({ figures }) => figures.streamTokensPerSecond, 1) },
  { head: 'decode tok/s', cell: (side) => middle(side, ({ figures }) => figures.decodeTokensPerSecond, 1) },
  { head: 'req/s', cell: (side) => middle(side, ({ figures }) => figures.requestsPerSecond, 2) },
  { head: 'first ms p50', cell: (side) => ms(side.firstTokenMs?.p50) },
  { head: 'p95', cell: (side) => ms(side.firstTokenMs?.p95) },
  { head: 'p99', cell: (side) => ms(side.firstTokenMs?.p99) },
  { head: 'between ms p50', cell: (side) => ms(side.betweenTokensMs?.p50) },
  { head: 'p95', cell: (side) => ms(side.betweenTokensMs?.p95) },
  { head: 'p99', cell: (side) => ms(side.betweenTokensMs?.p99) },
  { head: 'missed', cell: (side) => middle(side, ({ figures }) => figures.missed) },
  { head: 'busy', cell: occupancy },
  { head: 'API µs/token', cell: (side) => middle(side, ({ apiMicrosPerToken }) => apiMicrosPerToken) },
  { head: 'others', cell: (side) => middle(side, ({ otherCores }) => otherCores, 2) },
  { head: 'load', cell: (side) => middle(side, ({ loadAverage }) => loadAverage, 1) },
  { head: 'processes', cell: processes },
];

function align(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === row.length - 1
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function caseTable({ name, sides, ratios }: CaseReport): string {
  // A column that says nothing in this case is left out.
  const shown = columns.filter(({ cell }, index) => index === 0 || sides.some((side) => cell(side) !== '-'));
  const rows = [shown.map(({ head }) => head), ...sides.map((side) => shown.map(({ cell }) => cell(side)))];
  const [ours, theirs] = sides;
  const compared = ratios.map(
    ({ label, median, least, most, better }) =>
      `  ${label}: ${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)}; ${better} is better)`,
  );
  const heading =
    compared.length === 0 ? [] : [`${ours?.name} / ${theirs?.name}, median of ${ratios[0]?.pairs} turns:`];
  return [name, align(rows), ...heading, ...compared, ...errors(sides), ...unequal(sides)].join('\n');
}

function errors(sides: readonly SideReport[]): string[] {
  return sides.flatMap(({ name, runs }) => {
    const codes = runs.flatMap(({ errorCodes }) => Object.entries(errorCodes));
    if (codes.length === 0) return [];
    const counts = new Map<string, number>();
    for (const [code, count] of codes) counts.set(code, (counts.get(code) ?? 0) + count);
    return [`errors of ${name}: ${[...counts].map(([code, count]) => `${code} ${count}`).join(', ')}`];
  });
}

/** A comparison is only one when both did the same work. */
function unequal(sides: readonly SideReport[]): string[] {
  const [ours, theirs] = sides.map(({ runs }) => ({
    prompt: runs.reduce((total, { figures }) => total + figures.promptTokens, 0),
    completion: runs.reduce((total, { figures }) => total + figures.completionTokens, 0),
  }));
  if (ours === undefined || theirs === undefined || theirs.completion === 0 || ours.completion === 0) return [];
  const lines = [];
  for (const what of ['prompt', 'completion'] as const) {
    const difference = Math.abs(ours[what] / theirs[what] - 1);
    if (difference > 0.02) lines.push(`note: ${what} tokens differ, ${ours[what]} against ${theirs[what]}`);
  }
  return lines;
}

/** The report for people: one table for each case, the ratios under it. */
export function formatReport({ machine, settings, cases }: BenchReport): string {
  const { cpu, cores, memoryBytes, node } = machine;
  const versions = [...new Set(cases.flatMap(({ sides }) => sides.map(({ version }) => version)))];
  const head = [
    `${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, Node.js ${node}`,
    `${settings.model}, ${settings.slots} slots, ${settings.threads ?? 'all'} threads, over ${settings.transport}; medians of ${settings.runs} runs, in turns`,
    versions.join('; '),
  ];
  return `${[head.join('\n'), ...cases.map(caseTable)].join('\n\n')}\n`;
}
