import { describe, expect, it } from 'vitest';
import { chooseCandidate, penalised } from '../../../../src/engine/llama/chooseCandidate.js';
import { samplingDefaults } from '../../../../src/engine/sampling.js';

/** Probabilities 0.5, 0.3, 0.15, 0.05 at temperature 1. */
const candidates = [0.5, 0.3, 0.15, 0.05].map((probability, token) => ({ token, logit: Math.log(probability) }));
const open = { temperature: 1, topK: 0, topP: 1, minP: 0 };

/** How often each token is chosen over evenly spread chances. */
function shares(sampling: typeof open): number[] {
  const counts = [0, 0, 0, 0];
  for (let step = 0; step < 1000; step++) {
    const token = chooseCandidate(candidates, sampling, (step + 0.5) / 1000);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  return counts.map((count) => count / 1000);
}

describe('chooseCandidate', () => {
  it('takes each as often as it is likely', () => expect(shares(open)).toEqual([0.5, 0.3, 0.15, 0.05]));

  it('takes the likeliest at temperature 0', () => expect(shares({ ...open, temperature: 0 })).toEqual([1, 0, 0, 0]));

  it('looks at the topK likeliest', () => expect(shares({ ...open, topK: 2 })).toEqual([0.625, 0.375, 0, 0]));

  it('looks at those that together reach topP', () =>
    expect(shares({ ...open, topP: 0.7 })).toEqual([0.625, 0.375, 0, 0]));

  it('looks at those at least minP as likely as the likeliest', () =>
    expect(shares({ ...open, minP: 0.25 })[3]).toBe(0));

  it('keeps the likeliest, whatever is asked', () =>
    expect(shares({ ...open, topP: 0, minP: 1 })).toEqual([1, 0, 0, 0]));

  it('makes a high temperature more even', () => {
    const [first = 0, , , last = 0] = shares({ ...open, temperature: 2 });
    expect(first).toBeLessThan(0.5);
    expect(last).toBeGreaterThan(0.05);
  });
});

it('penalties count how often a token stands, and repeat penalties work on either side of 0', () => {
  const sampling = { ...samplingDefaults(), maxTokens: 1, temperature: 1, seed: 1 };
  const given = [
    { token: 1, logit: 2 },
    { token: 2, logit: 1 },
    { token: 3, logit: -1 },
  ];
  const counts = new Map([
    [1, 2],
    [3, 1],
  ]);
  expect(penalised(given, counts, { ...sampling, frequencyPenalty: 0.5, presencePenalty: 0.25 })).toEqual([
    { token: 2, logit: 1 },
    { token: 1, logit: 0.75 },
    { token: 3, logit: -1.75 },
  ]);
  expect(penalised(given, counts, { ...sampling, repeatPenalty: 2 })).toEqual([
    { token: 1, logit: 1 },
    { token: 2, logit: 1 },
    { token: 3, logit: -2 },
  ]);
});
