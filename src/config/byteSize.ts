const units: Record<string, number> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Bytes of a text like "10GB", "512 MiB" or "1.5TB"; GB is 10^9 and GiB 2^30. Undefined when it is none. */
export function parseByteSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([kmgt]?i?b)$/i.exec(text.trim()) ?? [];
  const factor = units[unit?.toLowerCase() ?? ''];
  return number === undefined || factor === undefined ? undefined : Math.round(Number(number) * factor);
}

/** Bytes as people read them: 98362432 is "98 MB", 1060000000 is "1.1 GB". */
export function formatByteSize(bytes: number): string {
  for (const unit of ['TB', 'GB', 'MB', 'KB']) {
    const value = bytes / (units[unit.toLowerCase()] ?? 1);
    if (value >= 0.9995) return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
  }
  return `${bytes} B`;
}
