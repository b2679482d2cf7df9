import { spawnSync } from 'node:child_process';

/** Builds the program once, for all tests that run it. What the compiler finds wrong is shown, and it still builds. */
export default function setup(): void {
  spawnSync('npx', ['tsc', '-b', 'tsconfig.build.json'], { stdio: 'inherit' });
  spawnSync(process.execPath, ['build/writeCommonJs.mjs'], { stdio: 'inherit' });
}
