import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RunningTarget } from './RunningTarget.js';

const entry = fileURLToPath(new URL('../../../dist/bench/targets/bareYogaProcess.js', import.meta.url));
const { version }: { version: string } = createRequire(import.meta.url)('graphql-yoga/package.json');

/** A bare graphql-yoga server with the field `hello`. */
export async function startBareYoga(): Promise<RunningTarget> {
  const child = fork(entry, [], { execArgv: [] });
  const [port] = await once(child, 'message');
  return {
    target: { kind: 'graphql', url: `http://127.0.0.1:${port}` },
    version: `graphql-yoga ${version}`,
    processes: [{ name: 'yoga', pid: child.pid ?? 0 }],
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
