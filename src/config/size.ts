const units: [name: string, bytes: number][] = [
  ['TB', 1e12],
  ['GB', 1e9],
  ['MB', 1e6],
  ['KB', 1e3],
];

/** Bytes of a text like "10GB", "1.5 TB" or "512mb"; a GB is 10^9 bytes. Undefined when it is no such text. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,6})?) ?([KMGT]B)$/.exec(text.trim().toUpperCase()) ?? [];
  const bytes = units.find(([name]) => name === unit)?.[1];
  return number === undefined || bytes === undefined ? undefined : Math.round(Number(number) * bytes);
}

/** Bytes in the largest unit that fits, with at most one digit after the point: 8000000000 is "8GB". */
export function formatSize(bytes: number): string {
  const [name, size] = units.find(([, least]) => bytes >= 0.9995 * least) ?? ['KB', 1e3];
  const value = bytes / size;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)}${name}`;
}
