import type { Registry } from 'prom-client';
import { deferredCounter, deferredHistogram } from './deferred.js';
import { counter, histogram, tokenBuckets } from './define.js';

/** How a prompt can end: what the model or the caller decided, or `error`. */
export type PromptOutcome = 'stop' | 'length' | 'cancelled' | 'error';

const model = ['model'] as const;

/**
 * What is measured of each prompt. Definitions are those that vLLM documents for its production metrics:
 * https://docs.vllm.ai/en/stable/usage/metrics/. Times are those of the server's clock; arrival is when a prompt's input has been checked.
 */
export function promptInstruments(registry: Registry) {
  return {
    timeToFirstToken: histogram(registry, {
      name: 'time_to_first_token_seconds',
      help: 'From arrival of a prompt to its first generated token.',
      labels: model,
    }),
    interToken: deferredHistogram(registry, {
      name: 'inter_token_latency_seconds',
      help: 'Between two generated tokens of a prompt that follow each other.',
      labels: model,
    }),
    duration: histogram(registry, {
      name: 'prompt_duration_seconds',
      help: 'From arrival of a prompt to its end, of those that were completed.',
      labels: model,
    }),
    queue: histogram(registry, {
      name: 'prompt_queue_seconds',
      help: 'From admission of a prompt to the start of its prefill.',
      labels: model,
    }),
    prefill: histogram(registry, {
      name: 'prompt_prefill_seconds',
      help: 'From the start of prefill to the first generated token.',
      labels: model,
    }),
    decode: histogram(registry, {
      name: 'prompt_decode_seconds',
      help: 'From the first generated token to the last.',
      labels: model,
    }),
    promptLength: histogram(registry, {
      name: 'prompt_length_tokens',
      help: 'Tokens of each prompt that was run.',
      labels: model,
      buckets: tokenBuckets,
    }),
    completionLength: histogram(registry, {
      name: 'completion_length_tokens',
      help: 'Generated tokens of each prompt that was run.',
      labels: model,
      buckets: tokenBuckets,
    }),
    promptTokens: counter(registry, {
      name: 'prompt_tokens_total',
      help: 'Tokens of all prompts that were run, reused ones included.',
      labels: model,
    }),
    completionTokens: deferredCounter(registry, {
      name: 'completion_tokens_total',
      help: 'Tokens generated.',
      labels: model,
    }),
    prefixCacheHits: counter(registry, {
      name: 'prefix_cache_hits_total',
      help: 'Of prompt_tokens_total, those whose state a sequence held already, so that they were not evaluated again.',
      labels: model,
    }),
    prompts: counter(registry, {
      name: 'prompts_total',
      help: 'Prompts that have ended, by outcome: stop, length, cancelled or error.',
      labels: ['model', 'outcome'],
    }),
  };
}

export type PromptInstruments = ReturnType<typeof promptInstruments>;
