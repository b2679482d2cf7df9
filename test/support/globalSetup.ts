import { spawnSync } from 'node:child_process';

/** Builds the program once, for all tests that run it. */
export default function setup(): void {
  if (process.env.SKIP_BUILD === undefined) spawnSync('npx', ['tsc', '-b', 'tsconfig.build.json'], { stdio: 'inherit' });
}
