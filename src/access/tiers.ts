import { type Tier, tiers } from './Principal.js';

/** What a tier allows. */
export interface TierAllowance {
  requestsPerMinute: number;
  burst: number;
  /** Prompts running at once. */
  concurrency: number;
}

/** The allowances. Config's `max_requests_per_minute` replaces the basic tier's rate. */
export const tierAllowances: Readonly<Record<Tier, TierAllowance>> = {
  basic: { requestsPerMinute: 60, burst: 10, concurrency: 5 },
  pro: { requestsPerMinute: 300, burst: 50, concurrency: 20 },
  enterprise: { requestsPerMinute: 1000, burst: 100, concurrency: 100 },
};

/** Whether `tier` allows more than `other`. */
export function isAbove(tier: Tier, other: Tier): boolean {
  return tiers.indexOf(tier) > tiers.indexOf(other);
}
