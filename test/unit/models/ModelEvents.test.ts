import { describe, expect, test } from 'vitest';
import type { Model, ModelEvent, ModelState } from '../../../src/models/Model.js';
import { ModelEvents } from '../../../src/models/ModelEvents.js';

function event(id: string, state: ModelState, progress: number | null = null): ModelEvent {
  const model: Model = {
    id,
    name: id,
    version: '1',
    parameters: '1M',
    contextLength: 1,
    capabilities: [],
    licence: null,
    aliases: [],
    sizeBytes: 1,
    state,
    failure: null,
    tokensPerSecond: null,
    memoryRequired: 1,
    idleSince: null,
  };
  return { model, state, downloadedBytes: null, totalBytes: null, progress };
}

describe('events of models', () => {
  test('reach those who follow that model or all, in order, with the present state first', async () => {
    const events = new ModelEvents();
    const one = events.follow('a', event('a', 'AVAILABLE'));
    const all = events.follow(null);
    events.emit(event('a', 'DOWNLOADING'));
    events.emit(event('b', 'LOADING'));
    events.close();
    const states = async (follower: AsyncGenerator<ModelEvent>) => {
      const seen: string[] = [];
      for await (const { model, state } of follower) seen.push(`${model.id} ${state}`);
      return seen;
    };
    expect(await states(one)).toEqual(['a AVAILABLE', 'a DOWNLOADING']);
    expect(await states(all)).toEqual(['a DOWNLOADING', 'b LOADING']);
  });

  test('that a slow follower has not read are replaced by newer progress, and no state is lost', async () => {
    const events = new ModelEvents();
    const follower = events.follow('a');
    for (let step = 0; step <= 1000; step++) events.emit(event('a', 'DOWNLOADING', step / 1000));
    events.emit(event('a', 'INSTALLED'));
    events.close();
    const seen: unknown[] = [];
    for await (const { state, progress } of follower) seen.push([state, progress]);
    expect(seen).toEqual([
      ['DOWNLOADING', 1],
      ['INSTALLED', null],
    ]);
  });

  test('end at once for a follower that leaves while it waits', async () => {
    const events = new ModelEvents();
    const follower = events.follow(null);
    const waiting = follower.next();
    await follower.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    events.emit(event('a', 'READY'));
    expect(await follower.next()).toEqual({ done: true, value: undefined });
  });
});
