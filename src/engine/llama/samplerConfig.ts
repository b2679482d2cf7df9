import type { LogitBias, SamplingParameters } from '../sampling.js';

/** What the library's sampler takes. */
export interface SamplerConfig {
  temperature: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed: number;
  repeatPenalty?: number;
  repeatPenaltyMaxTokens?: number;
  repeatPenaltyTokens?: Uint32Array;
  repeatPenaltyPresencePenalty?: number;
  repeatPenaltyFrequencyPenalty?: number;
  tokenBiasKeys?: Uint32Array;
  tokenBiasValues?: Float32Array;
}

/** Tokens that a repeat penalty looks back on. */
export const repeatWindow = 64;

export function samplerConfig(
  sampling: SamplingParameters,
  prompt: readonly number[],
  contextLength: number,
): SamplerConfig {
  const { temperature, topK, topP, minP, seed, logitBias } = sampling;
  return {
    ...{ temperature, topP, minP, seed },
    // 0 would sort the whole vocabulary once more.
    ...(topK > 0 ? { topK } : {}),
    ...penaltiesOf(sampling, prompt, contextLength),
    ...biasesOf(logitBias),
  };
}

/**
 * llama.cpp counts all three penalties over one window: with a repeat penalty the last tokens, prompt included,
 * without one the whole answer.
 */
function penaltiesOf(
  { repeatPenalty, presencePenalty, frequencyPenalty }: SamplingParameters,
  prompt: readonly number[],
  contextLength: number,
) {
  if (repeatPenalty === 1 && presencePenalty === 0 && frequencyPenalty === 0) return {};
  const repeats = repeatPenalty !== 1;
  return {
    repeatPenalty,
    repeatPenaltyPresencePenalty: presencePenalty,
    repeatPenaltyFrequencyPenalty: frequencyPenalty,
    repeatPenaltyMaxTokens: repeats ? repeatWindow : contextLength,
    repeatPenaltyTokens: Uint32Array.from(repeats ? prompt.slice(-repeatWindow) : []),
  };
}

export function biasesOf(logitBias: readonly LogitBias[]) {
  if (logitBias.length === 0) return {};
  return {
    tokenBiasKeys: Uint32Array.from(logitBias, ({ token }) => token),
    tokenBiasValues: Float32Array.from(logitBias, ({ bias }) => bias),
  };
}
