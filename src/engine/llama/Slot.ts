import type { SubmittedRequest } from '../protocol.js';
import type { Draft } from './Draft.js';
import type { RequestSampler } from './RequestSampler.js';
import type { TextStream } from './TextStream.js';

/** A request that has a sequence. */
export interface SlotRequest {
  request: SubmittedRequest;
  arrival: number;
  sampler: RequestSampler;
  stream: TextStream;
  /** Waiting for another sequence to evaluate a common prefix, to be copied then. */
  waitsFor: { slot: number; arrival: number; length: number } | undefined;
  cachedTokens: number;
  completionTokens: number;
  /** The token sampled last, to be evaluated in the next step; undefined in prefill. */
  next: number | undefined;
  /** What must stand before `next` and is not evaluated yet either. */
  forced: number[];
  /** Guesses what comes next; made while few requests decode. */
  draft: Draft | undefined;
  startedAt: number | undefined;
  decodingAt: number | undefined;
}

/** Whose state it is: all of it was evaluated for this request, or is a beginning that its prompt shares. */
export interface Holder {
  /** The request's own id, not its short name. */
  id: string;
  scope: string;
}

/** One sequence of the context with the tokens whose state it holds. */
export interface Slot {
  slot: number;
  tokens: number[];
  /** The latest request that used it; undefined before the first, and when its state was forgotten. */
  holder: Holder | undefined;
  running: SlotRequest | undefined;
  /** Step in which it was used last; -1 when another one holds all that it does. */
  lastUsed: number;
}
