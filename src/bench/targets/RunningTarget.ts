import type { Target } from '../Job.js';
import type { Watched } from '../machine/ResourceMeter.js';

/** A server that is there to be measured. */
export interface RunningTarget {
  target: Target;
  /** What it calls itself, for the report. */
  version: string;
  /** Its processes, as far as they are on this machine. */
  processes: Watched[];
  /** Starts to watch how many sequences are in use; null where the server does not tell. */
  watchBatch?: () => Promise<BatchWatch>;
  stop(): Promise<void>;
}

export interface BatchWatch {
  /** Null when nothing was decoded meanwhile, or the server stopped telling. */
  stop(): Promise<Occupancy | null>;
}

export interface Occupancy {
  /** Mean number of busy sequences while there were any. */
  busy: number;
  /** How many there are; null when the server does not say. */
  slots: number | null;
}
