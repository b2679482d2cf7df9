/** Events per second over the last few seconds, without keeping each event. */
export class RateWindow {
  private readonly marks: { at: number; count: number }[] = [];

  /** @param windowMs how far back it looks */
  constructor(private readonly windowMs = 5000) {}

  add(now: number, count: number): void {
    if (count === 0) return;
    const last = this.marks.at(-1);
    // One mark per tenth of a second is exact enough and bounds memory.
    if (last !== undefined && now - last.at < 100) last.count += count;
    else this.marks.push({ at: now, count });
    this.forget(now);
  }

  /** Null when nothing happened within the window. */
  perSecond(now: number): number | null {
    this.forget(now);
    const [first] = this.marks;
    if (first === undefined) return null;
    const seconds = Math.max(now - first.at, 100) / 1000;
    return this.marks.reduce((sum, { count }) => sum + count, 0) / seconds;
  }

  private forget(now: number): void {
    while (this.marks[0] !== undefined && now - this.marks[0].at > this.windowMs) this.marks.shift();
  }
}
