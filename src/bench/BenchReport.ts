import type { Run } from './figures.js';
import type { Ratio, Spread } from './statistics.js';
import type { Workload, WorkloadOptions } from './workloads.js';

export interface SideReport {
  name: string;
  version: string;
  runs: Run[];
  /** Over all requests of all runs. */
  firstTokenMs: Spread | null;
  betweenTokensMs: Spread | null;
}

export interface RatioReport extends Ratio {
  measure: string;
  label: string;
  better: 'more' | 'less';
}

export interface CaseReport {
  name: string;
  workload: Workload;
  options: WorkloadOptions;
  /** The first is what is measured; what follows is what it is compared with. */
  sides: SideReport[];
  /** The first side by the second, run by run. */
  ratios: RatioReport[];
}

/** Everything that a bench found. */
export interface BenchReport {
  startedAt: string;
  machine: { cpu: string; cores: number; memoryBytes: number; platform: string; node: string };
  settings: { model: string; slots: number; threads: number | null; transport: string; runs: number };
  cases: CaseReport[];
}
