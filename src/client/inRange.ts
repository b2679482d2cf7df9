/** Checks an option that is a number. @throws RangeError */
export function inRange(name: string, value: number, { least = 0, whole = false } = {}): number {
  if (typeof value === 'number' && value >= least && (whole ? Number.isInteger(value) : Number.isFinite(value)))
    return value;
  throw new RangeError(
    `${name} must be ${whole ? 'a whole number' : 'a number'} of at least ${least}, not ${String(value)}.`,
  );
}
