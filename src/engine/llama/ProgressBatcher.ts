import type { EngineProgress, EngineStep } from '../Engine.js';
import type { StepReport } from '../protocol.js';

/**
 * Milliseconds between two reports of what is not urgent: a reader sees no more than 60 a second, and each report takes
 * time from the processor that decodes.
 */
const flushEveryMs = 16;
/**
 * Where the model runs on the same processor, the interval grows with the number of readers: a report to eight of them
 * after every step takes 2 % of two cores from their decoding.
 */
const sharedFlushEveryMs = { perReader: 8, most: 64 };

/** Gathers the progress of short steps into one report to the server. */
export class ProgressBatcher {
  private steps: EngineStep[] = [];
  private readonly progress = new Map<string, EngineProgress>();
  /** Ids whose progress is sent at once. */
  private readonly urgent = new Set<string>();
  private flushedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly send: (report: StepReport) => void,
    /** The model runs on the processor, not on a GPU. */
    private readonly sharesProcessor: boolean,
  ) {}

  add(progress: readonly EngineProgress[], step: EngineStep): void {
    this.steps.push(step);
    for (const next of progress) {
      const before = this.progress.get(next.id);
      this.progress.set(next.id, before === undefined ? next : merge(before, next));
      if (isUrgent(next)) this.urgent.add(next.id);
    }
  }

  /** Sends what is due, unless the end of the next step is nearer to that time. Call it while a step is under way. */
  flushIfDue(now: number, nextStepMs: number): void {
    if (now - this.flushedAt + nextStepMs / 2 >= this.dueAfterMs) this.flush(now);
    else if (this.urgent.size > 0) this.send(this.take(this.urgent));
  }

  private get dueAfterMs(): number {
    const { perReader, most } = sharedFlushEveryMs;
    if (!this.sharesProcessor) return flushEveryMs;
    return Math.max(flushEveryMs, Math.min(most, perReader * this.progress.size));
  }

  flush(now: number): void {
    if (this.steps.length === 0) return;
    this.send(this.take(this.progress.keys()));
    this.flushedAt = now;
  }

  private take(ids: Iterable<string>): StepReport {
    const progress: EngineProgress[] = [];
    for (const id of ids) {
      const next = this.progress.get(id);
      if (next !== undefined) progress.push(next);
      this.progress.delete(id);
    }
    const { steps } = this;
    this.steps = [];
    this.urgent.clear();
    return { steps, progress };
  }
}

/** The first token, and whatever is not a token. */
function isUrgent({ started, finished, failed, completionTokens }: EngineProgress): boolean {
  return started === true || finished !== undefined || failed !== undefined || completionTokens <= 1;
}

/** Two pieces of progress of one request, as one. */
export function merge(before: EngineProgress, next: EngineProgress): EngineProgress {
  const merged = { ...before, ...next, text: before.text + next.text };
  if (before.logprobs === undefined || next.logprobs === undefined) return merged;
  return { ...merged, logprobs: [...before.logprobs, ...next.logprobs] };
}
