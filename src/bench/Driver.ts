import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromDriver, ToDriver } from './driverProcess.js';
import type { Job, JobResult, Target } from './Job.js';

// The same place seen from src/ (tests) and from dist/: a process can only be started from what was built.
const entry = fileURLToPath(new URL('../../dist/bench/driverProcess.js', import.meta.url));

/** The process that drives servers: apart from everything else, so that no other work delays what it measures. */
export class Driver {
  private readonly child: ChildProcess;

  constructor() {
    this.child = fork(entry, [], { serialization: 'advanced', execArgv: [] });
  }

  /**
   * Runs one job; jobs must not overlap.
   * @throws Error when the target can't be reached, or the process has ended
   */
  run(target: Target, job: Job): Promise<JobResult> {
    return new Promise((resolve, reject) => {
      const onExit = () => reject(new Error('The driver process ended.'));
      this.child.once('exit', onExit);
      this.child.once('message', (message: FromDriver) => {
        this.child.off('exit', onExit);
        if ('failure' in message) reject(new Error(message.failure));
        else resolve(message.result);
      });
      // Without a callback, a channel that is closed would end this process before it has ended what it started.
      this.child.send({ target, job } satisfies ToDriver, (error) => error !== null && reject(error));
    });
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}
