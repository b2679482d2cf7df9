import { existsSync, readFileSync } from 'node:fs';

export interface Sample {
  name: string;
  schema: unknown;
  tests: { valid: boolean; data: unknown }[];
}

const root = new URL('../../../../../', import.meta.url);
const shared = ['../shared/data/json-schemas.jsonl', '../../shared/data/json-schemas.jsonl'].map(
  (path) => new URL(path, root),
);
const found = shared.find((path) => existsSync(path));

/** The whole sample was found, and not only the few schemas that come with the tests. */
export const isWholeSample = found !== undefined;

/** Schemas of MaskBench with valid and invalid instances. */
export function samples(): Sample[] {
  const file = found ?? new URL('../fixtures/schemas.jsonl', import.meta.url);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Sample => JSON.parse(line));
}
