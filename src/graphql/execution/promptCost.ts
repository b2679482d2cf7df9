import { operationLimits } from '../../access/limits.js';
import type { RootField } from './rootFields.js';

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

/** The prompts that a root field submits, as its PromptInputs, with what they share. */
function promptsOf({ type, name, values: { input } }: RootField): { prompts: unknown[]; shared: Fields } {
  if (!isObject(input)) return { prompts: [], shared: {} };
  if (type === 'Mutation' && name === 'batch')
    return { prompts: Array.isArray(input.prompts) ? input.prompts : [], shared: input };
  const isSingle =
    type === 'Mutation' ? name === 'process' || name === 'submit' : type === 'Subscription' && name === 'stream';
  return { prompts: isSingle ? [input] : [], shared: {} };
}

/** What a root field costs of the caller's allowance: the number of prompts that it submits. */
export function promptCostOf(field: RootField): number {
  return promptsOf(field).prompts.length;
}

/** Tokens that a root field may generate: `maxTokens` of each prompt, or of the batch, or of Config, up to a bound for each. */
export function generatedTokensOf(field: RootField, defaultMaxTokens: number): number {
  const { prompts, shared } = promptsOf(field);
  let sum = 0;
  for (const prompt of prompts) {
    const own = isObject(prompt) ? prompt.maxTokens : undefined;
    const wanted = [own, shared.maxTokens].find((value) => typeof value === 'number') ?? defaultMaxTokens;
    sum += Math.min(Math.max(Number(wanted), 0), operationLimits.weighedTokens);
  }
  return sum;
}
