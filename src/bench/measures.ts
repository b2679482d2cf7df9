import type { Run } from './figures.js';

/** One number of a run that two sides can be compared by. */
export interface Measure {
  id: string;
  label: string;
  better: 'more' | 'less';
  of: (run: Run) => number | null;
}

export const measures: readonly Measure[] = [
  { id: 'tokensPerSecond', label: 'tokens/s', better: 'more', of: ({ figures }) => figures.tokensPerSecond },
  {
    id: 'streamTokensPerSecond',
    label: 'tokens/s of a stream',
    better: 'more',
    of: ({ figures }) => figures.streamTokensPerSecond,
  },
  {
    id: 'decodeTokensPerSecond',
    label: 'decoded tokens/s',
    better: 'more',
    of: ({ figures }) => figures.decodeTokensPerSecond,
  },
  { id: 'requestsPerSecond', label: 'requests/s', better: 'more', of: ({ figures }) => figures.requestsPerSecond },
  {
    id: 'firstTokenMsP50',
    label: 'first token p50',
    better: 'less',
    of: ({ figures }) => figures.firstTokenMs?.p50 ?? null,
  },
  {
    id: 'firstTokenMsP99',
    label: 'first token p99',
    better: 'less',
    of: ({ figures }) => figures.firstTokenMs?.p99 ?? null,
  },
  { id: 'allStartedMs', label: 'all started', better: 'less', of: ({ figures }) => figures.allStartedMs },
  {
    id: 'betweenTokensMsP50',
    label: 'between tokens p50',
    better: 'less',
    of: ({ figures }) => figures.betweenTokensMs?.p50 ?? null,
  },
  {
    id: 'betweenTokensMsP99',
    label: 'between tokens p99',
    better: 'less',
    of: ({ figures }) => figures.betweenTokensMs?.p99 ?? null,
  },
  {
    id: 'cpuMsPerToken',
    label: 'CPU time per token',
    better: 'less',
    of: ({ processes, figures: { completionTokens } }) =>
      processes.length === 0 || completionTokens === 0
        ? null
        : processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds * 1000, 0) / completionTokens,
  },
  {
    id: 'backgroundFirstTokenMs',
    label: 'first token of the long prompt',
    better: 'less',
    of: ({ figures }) => figures.backgroundFirstTokenMs,
  },
];
