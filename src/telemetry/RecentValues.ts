/** Where the middle and the slow end of recent values lie. */
export interface Percentiles {
  p50: number;
  p95: number;
}

/** The latest values of something, for percentiles over the last minutes; memory is bounded. */
export class RecentValues {
  private readonly values: Float64Array;
  private readonly times: Float64Array;
  private added = 0;

  /**
   * @param most values that are kept
   * @param windowMs older ones count no more
   */
  constructor(
    private readonly most = 512,
    private readonly windowMs = 5 * 60 * 1000,
  ) {
    this.values = new Float64Array(most);
    this.times = new Float64Array(most);
  }

  add(value: number, now = performance.now()): void {
    const index = this.added++ % this.most;
    this.values[index] = value;
    this.times[index] = now;
  }

  /** By nearest rank; null when there is no value within the window. */
  percentiles(now = performance.now()): Percentiles | null {
    const kept = this.values
      .subarray(0, Math.min(this.added, this.most))
      .filter((_, index) => now - (this.times[index] ?? 0) <= this.windowMs)
      .sort();
    const at = (share: number) => kept[Math.max(0, Math.ceil(share * kept.length) - 1)] ?? 0;
    return kept.length === 0 ? null : { p50: at(0.5), p95: at(0.95) };
  }
}
