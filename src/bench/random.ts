/** A whole number from 0 to `below - 1`. */
export function pickIndex(random: () => number, below: number): number {
  return Math.floor(random() * below);
}

/**
 * Times in milliseconds at which `count` prompts arrive at a mean rate, as a Poisson process: the waits between them are
 * exponentially distributed. The first comes at 0.
 */
export function poissonArrivals(random: () => number, count: number, perSecond: number): number[] {
  let at = 0;
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) at += (-Math.log(1 - random()) / perSecond) * 1000;
    return at;
  });
}
