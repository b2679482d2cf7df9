/** Both clocks may differ by so many milliseconds before it counts: that of the machine is read in whole ones. */
const tolerance = 2;

let origin = performance.timeOrigin;

/**
 * A moment of `performance.now()` in milliseconds of Unix time, with their fractions. All spans go by it, so that they nest; it
 * follows the machine's clock when that is set, or has gone on while the machine slept.
 */
export function unixMs(time: number): number {
  const drift = Date.now() - (origin + performance.now());
  if (Math.abs(drift) > tolerance) origin += drift;
  return origin + time;
}
