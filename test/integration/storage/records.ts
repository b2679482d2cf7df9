import { v7 as uuid } from 'uuid';
import type { ApiKeyRecord } from '../../../src/access/ApiKeyRepository.js';
import { samplingDefaults } from '../../../src/engine/sampling.js';
import type { PromptRecord } from '../../../src/prompts/PromptRepository.js';

/** A prompt as it is stored first. */
export function newPrompt(fields: Partial<PromptRecord> = {}): PromptRecord {
  return {
    id: `prm_${uuid()}`,
    ownerId: 'ada',
    ownerTier: 'pro',
    batchId: null,
    status: 'QUEUED',
    input: 'What is the capital of France?',
    messages: [{ role: 'user', content: 'What is the capital of France?' }],
    sampling: { ...samplingDefaults(), maxTokens: 100, temperature: 0.7, seed: 4_294_967_295, stop: ['\n'] },
    priority: 'NORMAL',
    modelId: 'demo',
    warnings: [],
    text: '',
    logprobs: null,
    usage: null,
    timings: { queueMs: null, timeToFirstTokenMs: null, decodeMs: null, tokensPerSecond: null },
    finishReason: null,
    error: null,
    attempt: 1,
    createdAt: new Date(),
    finishedAt: null,
    mode: 'attached',
    idempotencyKey: null,
    inputHash: null,
    deadlineAt: null,
    position: 0,
    ...fields,
  };
}

/** The same prompt, completed. */
export function completed(prompt: PromptRecord, fields: Partial<PromptRecord> = {}): PromptRecord {
  return {
    ...prompt,
    status: 'COMPLETED',
    text: 'The capital of France is Paris.',
    usage: { promptTokens: 12, cachedTokens: 4, completionTokens: 7, totalTokens: 19 },
    timings: { queueMs: 1.5, timeToFirstTokenMs: 20.25, decodeMs: 90, tokensPerSecond: 77.7 },
    finishReason: 'STOP',
    finishedAt: new Date(),
    ...fields,
  };
}

export function newApiKey(fields: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  const id = uuid();
  return {
    id: `key_${id}`,
    name: 'laptop',
    prefix: 'lh_abc123',
    userId: 'ada',
    tier: 'pro',
    scopes: ['prompts:run', 'models:read'],
    createdAt: new Date(),
    lastUsedAt: null,
    revokedAt: null,
    hash: `hash of ${id}`,
    ...fields,
  };
}
