import type { BenchReport, CaseReport, SideReport } from '../BenchReport.js';
import { type Measure, measures } from '../measures.js';
import { medianOf } from '../statistics.js';

export interface Bar {
  label: string;
  value: number;
  /** Least and most over the runs. */
  range?: { least: number; most: number };
}

export interface BarGroup {
  title: string;
  unit: string;
  bars: Bar[];
}

const width = 760;
const margin = 16;
const labelWidth = 190;
const valueWidth = 130;
const barHeight = 18;
const titleHeight = 30;
const groupGap = 14;
const colours = ['#2f6f9f', '#c98a2b', '#6b8e4e', '#8a5a83'];

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}"${attributes === '' ? '' : ` ${attributes}`}>${escapeXml(content)}</text>`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

function drawBar({ label, value, range }: Bar, index: number, y: number, scale: number): string {
  const left = margin + labelWidth;
  const middle = y + barHeight / 2;
  const length = Math.max(1, value * scale);
  const lines = [
    text(left - 8, middle + 4, label, 'text-anchor="end"'),
    `<rect x="${left}" y="${y + 2}" width="${length.toFixed(1)}" height="${barHeight - 4}" fill="${colours[index % colours.length]}"/>`,
  ];
  if (range !== undefined) {
    const from = (left + range.least * scale).toFixed(1);
    const to = (left + range.most * scale).toFixed(1);
    lines.push(`<line x1="${from}" y1="${middle}" x2="${to}" y2="${middle}" stroke="#222" stroke-width="1.5"/>`);
  }
  const end = left + Math.max(length, (range?.most ?? 0) * scale) + 6;
  lines.push(text(Math.round(end), middle + 4, round(value)));
  return lines.join('\n');
}

/** Horizontal bars, group under group, each group with a scale of its own; an SVG document that needs nothing else. */
export function drawBars(title: string, groups: readonly BarGroup[]): string {
  const parts: string[] = [];
  let y = margin + titleHeight;
  for (const { title: heading, unit, bars } of groups) {
    parts.push(text(margin, y + 14, `${heading} (${unit})`, 'font-weight="bold"'));
    y += titleHeight - 8;
    const most = Math.max(0, ...bars.map(({ value, range }) => Math.max(value, range?.most ?? 0)));
    const scale = most === 0 ? 0 : (width - 2 * margin - labelWidth - valueWidth) / most;
    for (const [index, bar] of bars.entries()) {
      parts.push(drawBar(bar, index, y, scale));
      y += barHeight;
    }
    y += groupGap;
  }
  const height = y + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(margin, margin + 12, title, 'font-size="15" font-weight="bold"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

/** The measure that a workload is about. */
const mainMeasure: Record<CaseReport['workload'], string[]> = {
  single: ['tokensPerSecond', 'firstTokenMsP50'],
  concurrent: ['tokensPerSecond', 'firstTokenMsP50'],
  open: ['tokensPerSecond', 'firstTokenMsP99'],
  'shared-prefix': ['allStartedMs'],
  'long-prefill': ['firstTokenMsP99'],
  batch: ['tokensPerSecond'],
  followers: ['decodeTokensPerSecond'],
  queries: ['requestsPerSecond'],
  engine: ['decodeTokensPerSecond'],
};

function barOf({ name, runs }: SideReport, { of }: Measure): Bar[] {
  const values = runs.map(of).filter((value) => value !== null);
  const value = medianOf(values);
  return value === null
    ? []
    : [{ label: name, value, range: { least: Math.min(...values), most: Math.max(...values) } }];
}

/** The report as a picture: medians as bars, with a line from the least to the most of the runs. */
export function drawReport({ cases, machine, settings }: BenchReport): string {
  const groups = cases.flatMap(({ name, workload, sides }) =>
    mainMeasure[workload].flatMap((id) => {
      const measure = measures.find((candidate) => candidate.id === id);
      const bars = measure === undefined ? [] : sides.flatMap((side) => barOf(side, measure));
      if (measure === undefined || bars.length === 0) return [];
      const unit = measure.better === 'more' ? 'more is better' : 'ms, less is better';
      return [{ title: `${name}: ${measure.label}`, unit, bars }];
    }),
  );
  return drawBars(`LlamaHome bench, medians of ${settings.runs} runs on ${machine.cores} cores`, groups);
}
