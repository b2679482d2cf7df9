import type { EngineRequest } from '../Engine.js';
import type { Draft } from './Draft.js';
import type { Sampler } from './native.js';
import type { TextStream } from './TextStream.js';

/** A request that has a sequence. */
export interface Running {
  request: EngineRequest;
  arrival: number;
  sampler: Sampler;
  stream: TextStream;
  /** Waiting for another sequence to evaluate a common prefix, to be copied then. */
  waitsFor: { slot: number; arrival: number; length: number } | undefined;
  cachedTokens: number;
  completionTokens: number;
  /** The token sampled last, to be evaluated in the next step; undefined in prefill. */
  next: number | undefined;
  /** Guesses what comes next; made while few requests decode. */
  draft: Draft | undefined;
  startedAt: number | undefined;
  decodingAt: number | undefined;
}

/** One sequence of the context with the tokens whose state it holds. */
export interface Slot {
  slot: number;
  tokens: number[];
  running: Running | undefined;
  /** Step in which it was used last; -1 when another one holds all that it does. */
  lastUsed: number;
}
