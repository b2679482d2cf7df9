import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { StartError } from '../../server/StartError.js';

export interface StartedProgram {
  child: ChildProcess;
  pid: number;
  stop(): Promise<void>;
}

const timeoutMs = 60_000;
const graceMs = 15_000;

/**
 * Starts a program and hands over each line that it writes, until `isReady` holds for one.
 * @throws Error with its last words when it ends before that, or is not ready within a minute
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  isReady: (line: string) => boolean,
): Promise<StartedProgram> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const { signal, pid = 0 } = { signal: AbortSignal.timeout(timeoutMs), pid: child.pid };
  try {
    await new Promise<void>((resolve, reject) => {
      const take = (line: string) => {
        said.push(line);
        if (said.length > 20) said.shift();
        if (isReady(line)) resolve();
      };
      createInterface({ input: child.stdout }).on('line', take);
      createInterface({ input: child.stderr }).on('line', take);
      const fail = (why: string) => reject(new StartError(`${command} ${why}: ${said.slice(-5).join(' / ')}`));
      child.once('error', (error) => fail(`can not be started (${error.message})`));
      child.once('exit', (code) => fail(`ended with ${code}`));
      signal.addEventListener('abort', () => fail('was not ready within a minute'));
    });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return {
    child,
    pid,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
    },
  };
}
