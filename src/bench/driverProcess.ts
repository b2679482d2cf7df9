/** Entry of the driver process: runs the jobs that it is sent, one at a time. Started by Driver. */
import type { Job, JobResult, Target } from './Job.js';
import { runJob } from './runJob.js';

export type ToDriver = { target: Target; job: Job };
export type FromDriver = { result: JobResult } | { failure: string };

process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('message', ({ target, job }: ToDriver) => {
  runJob(target, job).then(
    (result) => process.send?.({ result } satisfies FromDriver),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
