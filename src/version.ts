import { readFileSync } from 'node:fs';

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The version of LlamaHome, from package.json. */
export const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : 'unknown';

const engines =
  typeof manifest === 'object' && manifest !== null && 'engines' in manifest ? manifest.engines : undefined;

/** The oldest Node that it runs on, from package.json, like "20.19". */
export const leastNode =
  /\d+(?:\.\d+)*/.exec(
    typeof engines === 'object' && engines !== null && 'node' in engines ? String(engines.node) : '',
  )?.[0] ?? '0';
