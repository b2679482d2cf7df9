import type { BenchPrompt } from './prompts.js';

export const transports = ['ws', 'sse', 'rest'] as const;
export type TransportName = (typeof transports)[number];

/** Where a job goes. */
export type Target =
  | { kind: 'llamahome'; url: string; key: string | null; transport: TransportName }
  /** Any server with `/v1/chat/completions`. `model` is what it calls the model. */
  | { kind: 'openai'; url: string; key: string | null; model: string }
  /** A GraphQL server of which nothing but `/graphql` is known. */
  | { kind: 'graphql'; url: string };

export interface ScheduledPrompt extends BenchPrompt {
  /** When to send it, in ms from the start; absent: as soon as a client is free. */
  atMs?: number;
  /** Belongs to the load, not to what is measured. */
  background?: boolean;
}

/** One run for the driver process: everything is decided before it starts. */
export type Job =
  | { kind: 'prompts'; clients: number; prompts: ScheduledPrompt[] }
  | { kind: 'batch'; prompts: BenchPrompt[]; oneByOne: boolean }
  | { kind: 'followers'; prompt: BenchPrompt; followers: number }
  | { kind: 'queries'; query: string; clients: number; seconds: number };

/** What one prompt met with; times are ms on the driver's clock. */
export interface PromptRecord {
  background: boolean;
  sentAt: number;
  /** Arrival of the first chunk with text; null when the answer came whole or not at all. */
  firstAt: number | null;
  /** Arrival of the last chunk with text. */
  lastAt: number | null;
  endedAt: number;
  /** ms between chunks; a chunk may hold several tokens. */
  gaps: number[];
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
  /** Why it failed: an error code where there is one. */
  error: string | null;
}

export interface JobResult {
  /** From the first request to the end of the last answer, in ms. */
  wallMs: number;
  records: PromptRecord[];
  /** Answers to `queries`. */
  answered?: number;
  /** Followers whose text or numbering had a gap; what the engine said of the prompt. */
  followers?: { count: number; chunks: number; missed: number; decodeTokensPerSecond: number | null };
  /** Processor time of the driver itself in seconds. */
  driverCpuSeconds: number;
}

/** What is known once an answer is complete. */
export interface Usage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
}
