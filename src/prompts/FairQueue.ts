import type { Priority } from './parameters.js';

/** A prompt that waits for a sequence. */
export interface Waiting {
  readonly id: string;
  readonly ownerId: string;
  readonly priority: Priority;
  /** Prompts of this owner that may run at once. */
  readonly ownerLimit: number;
  /** Its batch and how many of it may run at once. */
  readonly batch: { id: string; limit: number } | null;
}

const rank: Record<Priority, number> = { HIGH: 0, NORMAL: 1, LOW: 2 };

/**
 * Who runs next when more wait than can be decoded: the owner that has least running, the one served longest ago
 * among equals, so that nobody's eighty prompts keep another's single one waiting; of one owner's prompts the one of
 * the highest priority, then the oldest. Owner and batch limits hold over everything taken and not yet released.
 */
export class FairQueue<T extends Waiting> {
  private readonly waiting = new Map<string, T[]>();
  private readonly runningOfBatch = new Map<string, number>();
  private readonly servedAt = new Map<string, number>();
  private served = 0;
  size = 0;

  /** @param running prompts of each owner that run now, shared by the queues of all models */
  constructor(private readonly running = new Map<string, number>()) {}

  push(item: T): void {
    const line = this.waiting.get(item.ownerId) ?? [];
    const behind = line.findIndex(({ priority }) => rank[priority] > rank[item.priority]);
    line.splice(behind < 0 ? line.length : behind, 0, item);
    this.waiting.set(item.ownerId, line);
    this.size++;
  }

  /** Takes the next one that may run now; `release` it when it has ended. */
  take(): T | undefined {
    let best: { ownerId: string; item: T; running: number; servedAt: number } | undefined;
    for (const [ownerId, line] of this.waiting) {
      const running = this.running.get(ownerId) ?? 0;
      const servedAt = this.servedAt.get(ownerId) ?? -1;
      if (best !== undefined && (running > best.running || (running === best.running && servedAt >= best.servedAt))) {
        continue;
      }
      const item = line.find((candidate) => running < candidate.ownerLimit && this.batchHasRoom(candidate));
      if (item !== undefined) best = { ownerId, item, running, servedAt };
    }
    if (best === undefined) return undefined;
    this.remove(best.item.id, best.ownerId);
    this.servedAt.set(best.ownerId, this.served++);
    this.running.set(best.ownerId, best.running + 1);
    const { batch } = best.item;
    if (batch !== null) this.runningOfBatch.set(batch.id, (this.runningOfBatch.get(batch.id) ?? 0) + 1);
    return best.item;
  }

  /** Frees what a taken prompt held. */
  release({ ownerId, batch }: Waiting): void {
    lower(this.running, ownerId);
    if (batch !== null) lower(this.runningOfBatch, batch.id);
    if (!this.running.has(ownerId) && !this.waiting.has(ownerId)) this.servedAt.delete(ownerId);
  }

  /** Takes a waiting prompt out, wherever it stands; false when it does not wait. */
  remove(id: string, ownerId: string): boolean {
    const line = this.waiting.get(ownerId);
    const index = line?.findIndex((item) => item.id === id) ?? -1;
    if (line === undefined || index < 0) return false;
    line.splice(index, 1);
    if (line.length === 0) this.waiting.delete(ownerId);
    this.size--;
    return true;
  }

  /** All that wait, taken out. */
  clear(): T[] {
    const all = [...this.waiting.values()].flat();
    this.waiting.clear();
    this.size = 0;
    return all;
  }

  /** How many are likely to be taken before this one; owners take turns. Null when it does not wait. */
  position(id: string, ownerId: string): number | null {
    const own = this.waiting.get(ownerId)?.findIndex((item) => item.id === id) ?? -1;
    if (own < 0) return null;
    let before = own;
    for (const [owner, line] of this.waiting) {
      if (owner === ownerId) continue;
      const served = (this.servedAt.get(owner) ?? -1) < (this.servedAt.get(ownerId) ?? -1) ? own + 1 : own;
      before += Math.min(line.length, served);
    }
    return before;
  }

  private batchHasRoom({ batch }: T): boolean {
    return batch === null || (this.runningOfBatch.get(batch.id) ?? 0) < batch.limit;
  }
}

function lower(counts: Map<string, number>, key: string): void {
  const count = (counts.get(key) ?? 1) - 1;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
