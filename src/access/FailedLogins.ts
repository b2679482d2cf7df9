import { isIPv6 } from 'node:net';

const windowMs = 60_000;
const allowedFailures = 60;
/** Addresses remembered at most; the least recent is forgotten first. */
const rememberedAddresses = 10_000;

/**
 * What counts as one address: a caller with IPv6 usually has a whole /64 network, and IPv4 may come dressed as IPv6.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head.split(':').filter((group) => group !== '');
  if (tail !== undefined) {
    const after = tail.split(':').filter((group) => group !== '');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** Counts failed log-ins by address, in memory that is bounded. */
export class FailedLogins {
  /** Times of the failures of the last minute, oldest first; least recent address first. */
  private readonly failures = new Map<string, number[]>();

  /**
   * Records a failure. Returns 0, or, after 60 in the last minute, the milliseconds until the next one is listened to again;
   * such a failure is not counted itself.
   */
  record(address: string, now: number): number {
    const network = networkOf(address);
    const recent = (this.failures.get(network) ?? []).filter((time) => now - time < windowMs && time <= now);
    const [oldest] = recent;
    const waitMs = recent.length >= allowedFailures && oldest !== undefined ? oldest + windowMs - now : 0;
    if (waitMs === 0) recent.push(now);
    this.failures.delete(network);
    this.failures.set(network, recent);
    this.forgetOld(now);
    return waitMs;
  }

  private forgetOld(now: number): void {
    for (const [network, times] of this.failures) {
      const isOld = now - (times.at(-1) ?? 0) >= windowMs;
      if (!isOld && this.failures.size <= rememberedAddresses) return;
      this.failures.delete(network);
    }
  }
}
