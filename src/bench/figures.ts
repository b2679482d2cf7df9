import type { JobResult } from './Job.js';
import type { ResourceFigures } from './machine/ResourceMeter.js';
import { median, type Spread, spread } from './statistics.js';
import type { Occupancy } from './targets/RunningTarget.js';

/** What a run comes to. Null is what this workload does not measure. */
export interface Figures {
  requests: number;
  errors: number;
  seconds: number;
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** All completion tokens by the duration of the run. */
  tokensPerSecond: number | null;
  /** Median over the streams, from their first to their last chunk. */
  streamTokensPerSecond: number | null;
  requestsPerSecond: number | null;
  /** While nothing but decoding went on, as the engine tells it. */
  decodeTokensPerSecond: number | null;
  firstTokenMs: Spread | null;
  /** Between chunks, which may hold several tokens. */
  betweenTokensMs: Spread | null;
  /** Until the first token of the load that ran beside what was measured. */
  backgroundFirstTokenMs: number | null;
  /** Until the last of all prompts had its first token. */
  allStartedMs: number | null;
  /** Followers that did not get every chunk. */
  missed: number | null;
  /** Chunks that all followers got together. */
  followedChunks: number | null;
}

/** One run of one side, as measured. */
export interface Run extends ResourceFigures {
  figures: Figures;
  occupancy: Occupancy | null;
  /** Processor time of the API's process for each completion token, in µs; null when its process is not known. */
  apiMicrosPerToken: number | null;
  /** How often each error came. */
  errorCodes: Record<string, number>;
}

/** Latencies of a run, to be pooled with those of other runs. */
export interface Latencies {
  firstTokenMs: number[];
  betweenTokensMs: number[];
}

/** Waits of the measured prompts: until the first chunk, and between chunks. */
export function latenciesOf({ records }: JobResult): Latencies {
  const measured = records.filter(({ background }) => !background);
  return {
    firstTokenMs: measured.flatMap(({ firstAt, sentAt }) => (firstAt === null ? [] : [firstAt - sentAt])),
    betweenTokensMs: measured.flatMap(({ gaps }) => gaps),
  };
}

export function figuresOf(result: JobResult): Figures {
  const { records, wallMs, answered, followers } = result;
  const seconds = wallMs / 1000;
  const sum = (key: 'promptTokens' | 'cachedTokens' | 'completionTokens') =>
    records.reduce((total, record) => total + record[key], 0);
  const completed = records.filter(({ error }) => error === null);
  const completionTokens = sum('completionTokens');
  const latencies = latenciesOf(result);
  const streamRates = completed.flatMap(({ firstAt, lastAt, completionTokens: tokens }) =>
    firstAt === null || lastAt === null || lastAt <= firstAt ? [] : [((tokens - 1) * 1000) / (lastAt - firstAt)],
  );
  const started = records.flatMap(({ firstAt }) => (firstAt === null ? [] : [firstAt]));
  const background = records.find((record) => record.background && record.firstAt !== null);
  const begun = Math.min(...records.map(({ sentAt }) => sentAt));
  return {
    requests: answered ?? records.length,
    errors: records.length - completed.length,
    seconds,
    promptTokens: sum('promptTokens'),
    cachedTokens: sum('cachedTokens'),
    completionTokens,
    tokensPerSecond: completionTokens === 0 ? null : completionTokens / seconds,
    streamTokensPerSecond: median(streamRates),
    requestsPerSecond: answered === undefined && records.length === 0 ? null : (answered ?? completed.length) / seconds,
    decodeTokensPerSecond: followers?.decodeTokensPerSecond ?? null,
    firstTokenMs: spread(latencies.firstTokenMs),
    betweenTokensMs: spread(latencies.betweenTokensMs),
    backgroundFirstTokenMs: background?.firstAt == null ? null : background.firstAt - background.sentAt,
    allStartedMs: started.length < 2 || started.length < records.length ? null : Math.max(...started) - begun,
    missed: followers?.missed ?? null,
    followedChunks: followers?.chunks ?? null,
  };
}

export function countErrors({ records }: JobResult): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { error } of records) if (error !== null) counts[error] = (counts[error] ?? 0) + 1;
  return counts;
}

export function runOf(result: JobResult, resources: ResourceFigures, occupancy: Occupancy | null): Run {
  const figures = figuresOf(result);
  const api = resources.processes.find(({ name }) => name === 'server');
  const apiMicrosPerToken =
    api === undefined || figures.completionTokens === 0 ? null : (api.cpuSeconds * 1e6) / figures.completionTokens;
  return { figures, occupancy, apiMicrosPerToken, errorCodes: countErrors(result), ...resources };
}
