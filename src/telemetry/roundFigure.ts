/** A measured time in milliseconds, or a rate per second, to the tenth that is known of it. */
export function roundFigure(value: number): number;
export function roundFigure(value: number | null): number | null;
export function roundFigure(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
