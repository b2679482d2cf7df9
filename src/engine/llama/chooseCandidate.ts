import type { SamplingParameters } from '../sampling.js';
import type { Candidate } from './native.js';

/** How often, and whether at all, tokens stand in what a penalty looks back on. */
export type TokenCounts = ReadonlyMap<number, number>;

/** The logits after llama.cpp's penalties: `llama_sampler_penalties_apply`, in the same order. Likeliest first. */
export function penalised(
  candidates: readonly Candidate[],
  counts: TokenCounts,
  { repeatPenalty, frequencyPenalty, presencePenalty }: SamplingParameters,
): Candidate[] {
  return candidates
    .map(({ token, logit }) => {
      const count = counts.get(token) ?? 0;
      if (count === 0) return { token, logit };
      const repeated = logit <= 0 ? logit * repeatPenalty : logit / repeatPenalty;
      return { token, logit: repeated - count * frequencyPenalty - presencePenalty };
    })
    .sort((a, b) => b.logit - a.logit);
}

/**
 * One of the candidates, by llama.cpp's chain of samplers: topK, topP, minP, temperature.
 * @param candidates likeliest first, one at least
 * @param random in [0, 1)
 */
export function chooseCandidate(
  candidates: readonly Candidate[],
  { temperature, topK, topP, minP }: Pick<SamplingParameters, 'temperature' | 'topK' | 'topP' | 'minP'>,
  random: number,
): number {
  const [first] = candidates;
  if (first === undefined) throw new Error('there is no candidate to choose');
  if (temperature === 0) return first.token;
  const kept = topK > 0 ? candidates.slice(0, topK) : candidates;
  const weights = kept.map(({ logit }) => Math.exp(logit - first.logit));
  const total = sum(weights);
  let count = 0;
  for (let reached = 0; count < weights.length; count++) {
    const weight = weights[count] ?? 0;
    // The likeliest stays, whatever is asked.
    if (count > 0 && (weight < minP || (topP < 1 && reached >= topP * total))) break;
    reached += weight;
  }
  const scaled = kept.slice(0, count).map(({ logit }) => Math.exp((logit - first.logit) / temperature));
  let left = random * sum(scaled);
  for (const [index, weight] of scaled.entries()) {
    left -= weight;
    if (left < 0) return kept[index]?.token ?? first.token;
  }
  return kept[count - 1]?.token ?? first.token;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
