import { setTimeout as delay } from 'node:timers/promises';
import { machineBusySeconds } from './procfs.js';

const lookMs = 1000;
const timeoutMs = 600_000;

/** Waits until the machine, which should be idle now, takes at most `cores` for a second; gives up after ten minutes. */
export async function waitForCalm(cores: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const before = await machineBusySeconds();
    await delay(lookMs);
    const after = await machineBusySeconds();
    if (before === null || after === null || (after - before) / (lookMs / 1000) <= cores) return;
  }
}
