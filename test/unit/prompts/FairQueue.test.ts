import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FairQueue, type Waiting } from '../../../src/prompts/FairQueue.js';

let made = 0;
function waiting(ownerId: string, more: Partial<Waiting> = {}): Waiting {
  return { id: `${ownerId}${made++}`, ownerId, priority: 'NORMAL', ownerLimit: 100, batch: null, ...more };
}

function takeAll(queue: FairQueue<Waiting>): Waiting[] {
  const taken: Waiting[] = [];
  for (let item = queue.take(); item !== undefined; item = queue.take()) taken.push(item);
  return taken;
}

describe('the queue of waiting prompts', () => {
  test('one prompt of somebody else does not wait behind eighty', () => {
    const queue = new FairQueue<Waiting>();
    for (let index = 0; index < 80; index++) queue.push(waiting('many'));
    for (let index = 0; index < 4; index++) queue.take();
    queue.push(waiting('one'));
    expect(queue.take()?.ownerId).toBe('one');
  });

  test('owners take turns', () => {
    const queue = new FairQueue<Waiting>();
    for (const owner of ['a', 'a', 'a', 'b', 'b', 'c']) queue.push(waiting(owner));
    expect(takeAll(queue).map(({ ownerId }) => ownerId)).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
  });

  test('priority counts among the prompts of one owner, then age', () => {
    const queue = new FairQueue<Waiting>();
    const low = waiting('a', { priority: 'LOW' });
    const first = waiting('a');
    const second = waiting('a');
    const high = waiting('a', { priority: 'HIGH' });
    for (const item of [low, first, second, high]) queue.push(item);
    expect(takeAll(queue)).toEqual([high, first, second, low]);
  });

  test('an owner has at most its limit running, over all queues', () => {
    const running = new Map<string, number>();
    const queue = new FairQueue<Waiting>(running);
    const other = new FairQueue<Waiting>(running);
    const item = waiting('a', { ownerLimit: 2 });
    other.push(item);
    other.take();
    queue.push(waiting('a', { ownerLimit: 2 }));
    queue.push(waiting('a', { ownerLimit: 2 }));
    expect(takeAll(queue)).toHaveLength(1);
    other.release(item);
    expect(takeAll(queue)).toHaveLength(1);
  });

  test('a batch has at most its limit running, and others pass it', () => {
    const queue = new FairQueue<Waiting>();
    const batch = { id: 'b', limit: 1 };
    queue.push(waiting('a', { batch }));
    queue.push(waiting('a', { batch }));
    const single = waiting('a');
    queue.push(single);
    const taken = takeAll(queue);
    expect(taken).toHaveLength(2);
    expect(taken[1]).toBe(single);
  });

  test('nobody starves and nothing is lost, whatever comes and goes', () => {
    const operations = fc.array(
      fc.tuple(fc.constantFrom('push', 'take', 'release', 'remove'), fc.constantFrom('a', 'b', 'c')),
    );
    fc.assert(
      fc.property(operations, (list) => {
        const queue = new FairQueue<Waiting>();
        const pushed: Waiting[] = [];
        const running: Waiting[] = [];
        let gone = 0;
        for (const [operation, owner] of list) {
          if (operation === 'push') {
            const item = waiting(owner, { ownerLimit: 2 });
            pushed.push(item);
            queue.push(item);
          } else if (operation === 'take') {
            const item = queue.take();
            if (item !== undefined) running.push(item);
          } else if (operation === 'release') {
            const item = running.pop();
            if (item !== undefined) {
              queue.release(item);
              gone++;
            }
          } else {
            const item = pushed.find(({ ownerId }) => ownerId === owner);
            if (item !== undefined && queue.remove(item.id, owner)) gone++;
          }
          expect(queue.size + running.length + gone).toBe(pushed.length);
        }
        while (queue.size > 0 || running.length > 0) {
          running.push(...takeAll(queue));
          const item = running.pop();
          expect(item).toBeDefined();
          if (item !== undefined) queue.release(item);
        }
      }),
    );
  });

  test('tells the place of a prompt in the order in which they are taken', () => {
    const queue = new FairQueue<Waiting>();
    const items = ['a', 'a', 'a', 'b', 'b'].map((owner) => waiting(owner));
    for (const item of items) queue.push(item);
    const places = new Map(items.map((item) => [item.id, queue.position(item.id, item.ownerId)]));
    const order = takeAll(queue).map(({ id }) => id);
    expect(places.get(order[0] ?? '')).toBe(0);
    expect(queue.position(order[0] ?? '', 'a')).toBeNull();
  });
});
