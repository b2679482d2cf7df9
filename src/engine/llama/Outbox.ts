import type { EngineProgress, EngineStep } from '../Engine.js';
import type { StepReport } from '../protocol.js';

/**
 * How often what is not urgent is told, in milliseconds: more than 60 times a second is more than a reader can see, and
 * each telling takes time from the processor that decodes.
 */
const tellEveryMs = 16;
/**
 * Where the model runs on the very processor that tells, readers are told less often the more they are: telling eight
 * of them after every step takes 2 % of two cores from their decoding.
 */
const sharedTellEveryMs = { perReader: 8, most: 64 };

/** What steps bring, on its way to the server: short steps are told together. */
export class Outbox {
  private steps: EngineStep[] = [];
  private readonly progress = new Map<string, EngineProgress>();
  /** Whose news may not wait. */
  private readonly urgent = new Set<string>();
  private toldAt = Number.NEGATIVE_INFINITY;

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

  /** Tells what is due, unless that is nearer to the end of the next step. Call it while a step is under way. */
  tell(now: number, nextStepMs: number): void {
    if (now - this.toldAt + nextStepMs / 2 >= this.dueAfterMs) this.tellAll(now);
    else if (this.urgent.size > 0) this.send(this.take(this.urgent));
  }

  private get dueAfterMs(): number {
    const { perReader, most } = sharedTellEveryMs;
    if (!this.sharesProcessor) return tellEveryMs;
    return Math.max(tellEveryMs, Math.min(most, perReader * this.progress.size));
  }

  tellAll(now: number): void {
    if (this.steps.length === 0) return;
    this.send(this.take(this.progress.keys()));
    this.toldAt = now;
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
  return { ...before, ...next, text: before.text + next.text };
}
