/** Quantiles of one measure, in its own unit. */
export interface Spread {
  p50: number;
  p95: number;
  p99: number;
}

/**
 * The p-th percentile (0 to 100) of values in any order, interpolated linearly between the two nearest ranks (type 7 of
 * Hyndman and Fan, 1996); null when there are none.
 */
export function percentile(values: readonly number[], p: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = ((sorted.length - 1) * p) / 100;
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  if (low === undefined || high === undefined) return null;
  return low + (high - low) * (rank - Math.floor(rank));
}

export function median(values: readonly number[]): number | null {
  return percentile(values, 50);
}

/** The median of those values that were measured. */
export function medianOf(values: readonly (number | null)[]): number | null {
  return median(values.filter((value) => value !== null));
}

export function spread(values: readonly number[]): Spread | null {
  const [p50, p95, p99] = [50, 95, 99].map((p) => percentile(values, p));
  return p50 == null || p95 == null || p99 == null ? null : { p50, p95, p99 };
}

/** Ours divided by theirs, run by run, as median, least and most. */
export interface Ratio {
  median: number;
  least: number;
  most: number;
  pairs: number;
}

/** Pairs in which either side is missing or theirs is 0 are left out; null when none is left. */
export function ratioOf(ours: readonly (number | null)[], theirs: readonly (number | null)[]): Ratio | null {
  const quotients = ours.flatMap((value, index) => {
    const other = theirs[index] ?? null;
    return value === null || other === null || other === 0 ? [] : [value / other];
  });
  const middle = median(quotients);
  if (middle === null) return null;
  return { median: middle, least: Math.min(...quotients), most: Math.max(...quotients), pairs: quotients.length };
}
