import { describe, expect, test } from 'vitest';
import { chooseSequence as choose, type SequenceState } from '../../../../src/engine/llama/chooseSequence.js';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

const worthCopying = 32;
const chooseSequence = (prompt: number[], sequences: SequenceState[]) => choose(prompt, sequences, worthCopying);

function idle(slot: number, tokens: number[], lastUsed = 0): SequenceState {
  return { slot, tokens, promised: tokens, usable: Infinity, free: true, lastUsed };
}

function busy(slot: number, tokens: number[], promised = tokens): SequenceState {
  return { slot, tokens, promised, usable: Infinity, free: false, lastUsed: 0 };
}

describe('the sequence for a new prompt', () => {
  test('is the free one with the longest common prefix', () => {
    const choice = chooseSequence(range(0, 100), [idle(0, range(0, 10)), idle(1, range(0, 60)), idle(2, [])]);
    expect(choice).toEqual({ slot: 1, keep: 60, copyFrom: undefined });
  });

  test('is the one unused longest among equals', () => {
    const choice = chooseSequence([1, 2, 3], [idle(0, [9], 7), idle(1, [8], 3), idle(2, [7], 5)]);
    expect(choice?.slot).toBe(1);
  });

  test('always leaves the last token to be evaluated, since its logits are needed', () => {
    expect(chooseSequence([1, 2, 3], [idle(0, [1, 2, 3, 4])])?.keep).toBe(2);
  });

  test('does not exist while all are in use', () => {
    expect(chooseSequence([1], [busy(0, [1]), busy(1, [2])])).toBeUndefined();
  });

  test('copies from a busy one that holds or will hold a longer prefix', () => {
    const prompt = [...range(0, 500), 7777];
    const choice = chooseSequence(prompt, [busy(0, range(0, 64), range(0, 510)), idle(1, range(0, 20))]);
    expect(choice).toEqual({ slot: 1, keep: 20, copyFrom: { slot: 0, length: 500 } });
  });

  test('does not copy for a few tokens', () => {
    const choice = chooseSequence(range(0, 100), [busy(0, range(0, 40)), idle(1, range(0, 20))]);
    expect(choice?.copyFrom).toBeUndefined();
  });

  test('takes over no more of another one than it may', () => {
    const prompt = [...range(0, 500), 7777];
    const foreign = { ...idle(0, range(0, 400)), usable: 40 };
    expect(chooseSequence(prompt, [foreign])).toEqual({ slot: 0, keep: 40, copyFrom: undefined });
    expect(chooseSequence(prompt, [foreign, idle(1, range(0, 60))])?.slot).toBe(1);
    expect(chooseSequence(prompt, [foreign, idle(1, [], -1)])).toEqual({
      slot: 1,
      keep: 0,
      copyFrom: { slot: 0, length: 40 },
    });
    const running = { ...busy(0, range(0, 64), range(0, 510)), usable: 40 };
    expect(chooseSequence(prompt, [running, idle(1, [])])?.copyFrom).toEqual({ slot: 0, length: 40 });
    expect(chooseSequence(prompt, [{ ...running, usable: 0 }, idle(1, [])])?.copyFrom).toBeUndefined();
  });

  test('stands beside what runs, even when one further off holds more', () => {
    const prompt = [...range(0, 500), 7777];
    const choice = chooseSequence(prompt, [busy(0, [1]), busy(1, [2]), idle(2, []), idle(3, range(0, 400))]);
    expect(choice).toEqual({ slot: 2, keep: 0, copyFrom: { slot: 3, length: 400 } });
  });

  test('fills the gap between those that run', () => {
    expect(chooseSequence([1], [busy(0, [9]), idle(1, []), busy(2, [9]), idle(3, [])])?.slot).toBe(1);
  });
});
