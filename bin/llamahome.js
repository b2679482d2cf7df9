#!/usr/bin/env -S node --no-memory-reducer --min-semi-space-size=8
import { existsSync } from 'node:fs';

const program = new URL('../dist/cli/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('LlamaHome is not built yet. Write: npm ci && npm run build\n');
  process.exitCode = 1;
}
