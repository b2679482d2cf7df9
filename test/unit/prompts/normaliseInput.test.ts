import { describe, expect, test } from 'vitest';
import { initialConfig } from '../../../src/config/Config.js';
import { normaliseInput } from '../../../src/prompts/normaliseInput.js';
import type { PromptInput } from '../../../src/prompts/Prompt.js';
import { hashInput } from '../../../src/prompts/records.js';

const biased = (token: number) => ({ token, bias: 1 });
const user = { role: 'user', content: 'Hi' } as const;

describe('a prompt input', () => {
  test('gets what it leaves out from Config', () => {
    const { sampling, messages, priority } = normaliseInput({ prompt: 'Hi' }, initialConfig);
    expect(sampling).toMatchObject({ maxTokens: 100, temperature: 0.7, stop: [], repeatPenalty: 1, logitBias: [] });
    expect(messages).toEqual([user]);
    expect(priority).toBe('NORMAL');
  });

  test('has a seed of its own when none is given', () => {
    const seeds = Array.from({ length: 20 }, () => normaliseInput({ prompt: 'Hi' }, initialConfig).sampling.seed);
    expect(new Set(seeds).size).toBeGreaterThan(15);
  });

  test('puts the system text first', () => {
    const { messages } = normaliseInput({ prompt: 'Hi', system: 'Be brief.' }, initialConfig);
    expect(messages).toEqual([{ role: 'system', content: 'Be brief.' }, user]);
  });

  test.each<[string, PromptInput]>([
    ['prompt', {}],
    ['prompt', { prompt: 'Hi', messages: [user] }],
    ['prompt', { prompt: '' }],
    ['prompt', { prompt: ' \n' }],
    ['prompt', { prompt: 'a\0b' }],
    ['messages', { messages: [] }],
    ['messages', { messages: [{ role: 'user', content: '' }] }],
    ['system', { messages: [{ role: 'system', content: 'a' }, user], system: 'b' }],
    ['maxTokens', { prompt: 'Hi', maxTokens: 0 }],
    ['maxTokens', { prompt: 'Hi', maxTokens: -1 }],
    ['maxTokens', { prompt: 'Hi', maxTokens: 1.5 }],
    ['maxTokens', { prompt: 'Hi', maxTokens: 2 ** 31 }],
    ['temperature', { prompt: 'Hi', temperature: 2.1 }],
    ['temperature', { prompt: 'Hi', temperature: Number.NaN }],
    ['topP', { prompt: 'Hi', topP: -0.1 }],
    ['topK', { prompt: 'Hi', topK: -1 }],
    ['minP', { prompt: 'Hi', minP: 2 }],
    ['seed', { prompt: 'Hi', seed: -1 }],
    ['repeatPenalty', { prompt: 'Hi', repeatPenalty: 0 }],
    ['deadlineMs', { prompt: 'Hi', deadlineMs: 0 }],
    ['presencePenalty', { prompt: 'Hi', presencePenalty: 2.1 }],
    ['frequencyPenalty', { prompt: 'Hi', frequencyPenalty: -2.1 }],
    ['logitBias[0].token', { prompt: 'Hi', logitBias: [{ token: -1, bias: 1 }] }],
    ['logitBias[0].bias', { prompt: 'Hi', logitBias: [{ token: 1, bias: 101 }] }],
    ['logitBias[1].token', { prompt: 'Hi', logitBias: [biased(1), biased(1)] }],
    ['logitBias', { prompt: 'Hi', logitBias: Array.from({ length: 1025 }, (_, token) => biased(token)) }],
    ['stop[1]', { prompt: 'Hi', stop: ['a', ''] }],
    ['stop', { prompt: 'Hi', stop: Array.from({ length: 17 }, () => 'x') }],
  ])('with a wrong %s is refused by name: %j', (field, input) => {
    expect(() => normaliseInput(input, initialConfig)).toThrowError(
      expect.objectContaining({ code: 'invalid_request', details: expect.objectContaining({ field }) }),
    );
  });

  test('half a surrogate pair becomes U+FFFD', () => {
    expect(normaliseInput({ prompt: 'a\uD83E!' }, initialConfig).input).toBe('a\uFFFD!');
  });
});

describe('the hash that idempotency compares', () => {
  test('does not depend on the order of fields, on nulls or on the key itself', () => {
    const one = hashInput({ prompt: 'a', seed: 1, idempotencyKey: 'k', stop: null });
    expect(hashInput({ seed: 1, prompt: 'a' })).toBe(one);
    expect(hashInput({ seed: 2, prompt: 'a' })).not.toBe(one);
  });
});
