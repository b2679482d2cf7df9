import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ThrottledNotifier } from '../../../src/prompts/ThrottledNotifier.js';

/** Listeners who take `ms` together each time, and count how often they were told. */
function listen(notifier: ThrottledNotifier, count: number, ms: number) {
  const heard = { times: 0 };
  const again = () => {
    for (let listener = 0; listener < count; listener++) {
      const first = listener === 0;
      notifier.once(() => {
        if (!first) return;
        heard.times++;
        const until = performance.now() + ms;
        while (performance.now() < until);
        again();
      });
    }
  };
  again();
  return heard;
}

describe('telling those who wait', () => {
  test('a few are told each time', async () => {
    const notifier = new ThrottledNotifier();
    const heard = listen(notifier, 3, 5);
    for (let time = 0; time < 4; time++) {
      notifier.notifyThrottled();
      await turn();
    }
    expect(heard.times).toBe(4);
  });

  test('a crowd that takes long is told again later, once, however much is new', async () => {
    const notifier = new ThrottledNotifier();
    const heard = listen(notifier, 1000, 10);
    notifier.notifyThrottled();
    await turn();
    const toldAt = performance.now();
    for (let time = 0; time < 4; time++) {
      notifier.notifyThrottled();
      await turn();
    }
    expect(heard.times).toBe(1);
    await expect.poll(() => heard.times, { timeout: 5000, interval: 5 }).toBe(2);
    expect(performance.now() - toldAt).toBeGreaterThan(60);
  });

  test('what nobody may wait for is told to a crowd at once, and then not once more', async () => {
    const notifier = new ThrottledNotifier();
    const heard = listen(notifier, 1000, 10);
    notifier.notifyThrottled();
    await turn();
    notifier.notifyThrottled();
    notifier.notify();
    await turn();
    expect(heard.times).toBe(2);
    notifier.notify();
    await turn();
    expect(heard.times).toBe(3);
  });
});
