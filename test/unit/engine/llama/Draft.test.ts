import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Draft } from '../../../../src/engine/llama/Draft.js';
import { mostDrafted, mostDrafting, StepCosts } from '../../../../src/engine/llama/StepCosts.js';

function taught(prompt: number[], generated: number[]): Draft {
  const draft = new Draft(prompt);
  for (const token of generated) draft.push(token);
  return draft;
}

const song = [1, 2, 3, 4, 5, 6];
const repeated = Array.from({ length: 60 }, (_, index) => song[index % song.length] ?? 0);

describe('guessing what comes next', () => {
  test('goes on as the prompt did behind the same tokens', () => {
    expect(new Draft([7, 1, 2, 3, 4, 5, 6, 9, 1, 2, 3]).guess(3)).toEqual([4, 5, 6]);
  });

  test('follows a text that repeats itself beyond its end', () => {
    expect(new Draft(repeated).guess(8)).toEqual([1, 2, 3, 4, 5, 6, 1, 2]);
  });

  test('says nothing where nothing alike stood before', () => {
    expect(new Draft([1, 2, 3, 4, 5]).guess(4)).toEqual([]);
    expect(new Draft([1]).guess(4)).toEqual([]);
  });

  test('is trusted once a text proved predictable, and no longer when it stops being so', () => {
    expect(taught(song, repeated.slice(0, 4)).trust).toBe(0);
    const draft = taught(song, repeated);
    expect(draft.trust).toBeGreaterThan(0.9);
    for (const token of [1, 2, 3, 99, 1, 2, 3, 98, 1, 2, 3, 97]) draft.push(token);
    expect(draft.trust).toBe(0);
  });

  test('gives as many as asked for or none, all of them tokens seen before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        (tokens, most) => {
          const guess = new Draft(tokens).guess(most);
          expect([0, most]).toContain(guess.length);
          for (const token of guess) expect(tokens).toContain(token);
        },
      ),
    );
  });
});

describe('how much guessing pays', () => {
  const decoding = (evaluated: number, stepMs: number) => ({ evaluated, prefilled: 0, stepMs });

  test('not at all before anything was measured or trusted', () => {
    expect(new StepCosts().worthDrafting([1])).toBe(0);
    const costs = new StepCosts();
    costs.note(decoding(1, 7));
    expect(costs.worthDrafting([0])).toBe(0);
  });

  test('as far as the measured steps say', () => {
    const costs = new StepCosts();
    costs.note(decoding(1, 10));
    for (let tokens = 2; tokens <= mostDrafted + 1; tokens++) costs.note(decoding(tokens, 11));
    expect(costs.worthDrafting([0.95])).toBe(mostDrafted);
  });

  test('never where a step takes as much longer as it has more tokens', () => {
    const costs = new StepCosts();
    for (let tokens = 1; tokens <= 32; tokens++) costs.note(decoding(tokens, 10 * tokens));
    for (const trust of [[0.99], [0.99, 0.99], [0.99, 0, 0.99]]) expect(costs.worthDrafting(trust)).toBe(0);
  });

  test('not when one that is predictable would make the others wait', () => {
    const costs = new StepCosts();
    costs.note(decoding(3, 10));
    for (let tokens = 6; tokens <= 24; tokens += 3) costs.note(decoding(tokens, 5 * tokens));
    expect(costs.worthDrafting([0.95, 0, 0])).toBe(0);
    costs.note(decoding(2, 10));
    for (let tokens = 4; tokens <= 16; tokens += 2) costs.note(decoding(tokens, 8 + tokens));
    expect(costs.worthDrafting([0.95, 0.95])).toBeGreaterThan(0);
  });

  test('not when the step is full of tokens that are sure', () => {
    const costs = new StepCosts();
    for (let tokens = 1; tokens <= 128; tokens++) costs.note(decoding(tokens, 10));
    expect(costs.worthDrafting(Array.from({ length: mostDrafting }, () => 1))).toBeGreaterThan(0);
    expect(costs.worthDrafting(Array.from({ length: mostDrafting + 1 }, () => 1))).toBe(0);
  });
});
