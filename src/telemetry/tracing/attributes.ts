import type { Attributes } from '@opentelemetry/api';
import type { Prompt } from '../../prompts/Prompt.js';

// Names of https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/, which are still in development there: its own
// advice is to write them out instead of importing them.

/** What is said of every span about a model. */
export function modelAttributes(modelId: string): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'llamahome',
    'gen_ai.request.model': modelId,
    'gen_ai.response.model': modelId,
  };
}

const finishReasons = { STOP: 'stop', LENGTH: 'length', CANCELLED: 'cancelled', ERROR: 'error' } as const;

/** A Prompt that has ended, as attributes; with what was asked and answered only when `content` says so. */
export function promptAttributes(
  prompt: Prompt,
  { streamed, content }: { streamed: boolean; content: boolean },
): Attributes {
  const { sampling, usage, timings, finishReason, error } = prompt;
  return defined({
    ...modelAttributes(prompt.modelId),
    'gen_ai.output.type': 'text',
    'gen_ai.request.max_tokens': sampling.maxTokens,
    'gen_ai.request.temperature': sampling.temperature,
    'gen_ai.request.top_p': sampling.topP,
    'gen_ai.request.top_k': sampling.topK,
    'gen_ai.request.seed': sampling.seed,
    'gen_ai.request.stream': streamed || undefined,
    'gen_ai.response.id': prompt.id,
    'gen_ai.response.finish_reasons': finishReason === null ? undefined : [finishReasons[finishReason]],
    'gen_ai.response.time_to_first_chunk':
      timings.timeToFirstTokenMs === null ? undefined : timings.timeToFirstTokenMs / 1000,
    'gen_ai.usage.input_tokens': usage?.promptTokens,
    'gen_ai.usage.cache_read.input_tokens': usage?.cachedTokens,
    'gen_ai.usage.output_tokens': usage?.completionTokens,
    'error.type': error?.code,
    'llamahome.prompt.attempt': prompt.attempt,
    'llamahome.prompt.priority': prompt.priority.toLowerCase(),
    'llamahome.batch.id': prompt.batchId ?? undefined,
    ...(content ? contentAttributes(prompt) : {}),
  });
}

function contentAttributes({ messages, text, finishReason, sampling }: Prompt): Attributes {
  const parts = (content: string) => [{ type: 'text', content }];
  const finish = finishReason === null ? {} : { finish_reason: finishReasons[finishReason] };
  return {
    'gen_ai.request.stop_sequences': sampling.stop,
    'gen_ai.input.messages': JSON.stringify(messages.map(({ role, content }) => ({ role, parts: parts(content) }))),
    'gen_ai.output.messages': JSON.stringify([{ role: 'assistant', parts: parts(text), ...finish }]),
  };
}

function defined(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
