import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Tier } from '../access/Principal.js';
import type { NormalisedInput } from './normaliseInput.js';
import type { Prompt, PromptMode, Usage } from './Prompt.js';
import type { PromptRecord } from './PromptRepository.js';

export interface NewPrompt {
  ownerId: string;
  ownerTier: Tier;
  modelId: string;
  warnings: readonly string[];
  mode: PromptMode;
  batchId: string | null;
  idempotencyKey: string | null;
  inputHash: string | null;
}

/** A Prompt as it is stored first: QUEUED, nothing generated. */
export function newRecord(
  prompt: NewPrompt,
  { input, messages, sampling, priority, deadlineMs }: NormalisedInput,
): PromptRecord {
  const createdAt = new Date();
  return {
    ...prompt,
    id: `prm_${uuidv7()}`,
    status: 'QUEUED',
    input,
    messages,
    sampling,
    priority,
    text: '',
    logprobs: sampling.logprobs === null ? null : [],
    usage: null,
    timings: { queueMs: null, timeToFirstTokenMs: null, decodeMs: null, tokensPerSecond: null },
    finishReason: null,
    error: null,
    attempt: 1,
    createdAt,
    finishedAt: null,
    deadlineAt: deadlineMs === null ? null : new Date(createdAt.getTime() + deadlineMs),
  };
}

/** Equal for equal inputs, whatever the order of their fields; absent and null are the same, but not in a schema. */
export function hashInput(input: object): string {
  const canonical = JSON.stringify(input, (key, value: unknown) => {
    if (key === 'idempotencyKey' || value === null) return undefined;
    return key === 'jsonSchema' ? JSON.stringify(value, sorted) : sorted(key, value);
  });
  return createHash('sha256').update(canonical).digest('hex');
}

/** For JSON.stringify: objects with their fields in one order. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Sums the usage of several prompts; one that never ran counts nothing. */
export function totalUsage(prompts: readonly Prompt[]): Usage {
  const total: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, totalTokens: 0 };
  for (const { usage } of prompts) {
    if (usage === null) continue;
    total.promptTokens += usage.promptTokens;
    total.cachedTokens += usage.cachedTokens;
    total.completionTokens += usage.completionTokens;
    total.totalTokens += usage.totalTokens;
  }
  return total;
}
