import { describe, expect, it } from 'vitest';
import { LlamaHomeError } from '../../../src/errors/index.js';
import { fromErrorBody } from '../../../src/graphql/execution/Operations.js';
import { memoryText } from '../../../src/rest/answers.js';
import { errorResponse } from '../../../src/rest/errorResponse.js';
import { EventLines } from '../../../src/rest/eventLines.js';
import { formatFor } from '../../../src/rest/streamResponse.js';

describe('memoryText', () => {
  it.each([
    [8e9, '8GB'],
    [7.2e9, '7200MB'],
    [1.96e9, '2GB'],
    [2_010_000_000, '2100MB'],
    [310_400_000, '320MB'],
    [83e9, '83GB'],
    [0, '0MB'],
  ])('says %d as %s', (bytes, text) => expect(memoryText(bytes)).toBe(text));
});

describe('errorResponse', () => {
  it('tells code, status and header, in the words of REST', async () => {
    const response = errorResponse(
      fromErrorBody({
        code: 'INVALID_REQUEST',
        message: 'maxTokens must be a whole number from 1 to 9.',
        details: { field: 'maxTokens', maximum: 9 },
      }),
    );
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: {
        code: 'invalid_request',
        message: 'max_tokens must be a whole number from 1 to 9.',
        details: { field: 'max_tokens', maximum: 9 },
      },
    });
  });

  it('rounds Retry-After up', () => {
    const response = errorResponse(new LlamaHomeError('rate_limit_exceeded', 'Wait.', { retry_after: 0.417 }));
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('1');
  });
});

describe('EventLines', () => {
  const prompt = {
    id: 'prm_1',
    status: 'COMPLETED' as const,
    input: 'x',
    text: 'ab',
    json: null,
    logprobs: null,
    modelId: 'demo',
    warnings: ['Another model answered.'],
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
    timings: null,
    finishReason: 'LENGTH' as const,
    error: null,
    attempt: 2,
    queuePosition: null,
    createdAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
  };

  it('counts its lines from 0 to the last one, over another attempt too', () => {
    const lines = new EventLines();
    const values = [
      lines.of({ __typename: 'PromptStarted', cursor: 'a', attempt: 1, prompt: { id: 'prm_1' } }),
      lines.of({ __typename: 'PromptChunk', cursor: 'b', text: 'a' }),
      lines.of({ __typename: 'PromptStarted', cursor: 'c', attempt: 2, prompt: { id: 'prm_1' } }),
      lines.of({ __typename: 'PromptChunk', cursor: 'd', text: 'ab' }),
      lines.of({ __typename: 'PromptCompleted', cursor: 'e', prompt }),
    ];
    expect(values.map((line) => line?.value)).toEqual([
      undefined,
      { chunk: 'a', index: 0 },
      { chunk: '', index: 1, attempt: 2 },
      { chunk: 'ab', index: 2 },
      {
        chunk: '',
        index: 3,
        done: true,
        finish_reason: 'length',
        usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
        id: 'prm_1',
        model: 'demo',
        created: '2026-01-01T00:00:00.000Z',
        warnings: ['Another model answered.'],
      },
    ]);
    expect(values.map((line) => line?.cursor)).toEqual([undefined, 'b', 'c', 'd', 'e']);
  });

  it('ends with the error of a failed prompt', () => {
    const error = { code: 'ENGINE_FAILED', message: 'Gone.', details: null };
    expect(new EventLines().of({ __typename: 'PromptFailed', cursor: 'a', error })).toEqual({
      cursor: 'a',
      last: true,
      value: { error: { code: 'engine_failed', message: 'Gone.', details: {} } },
    });
  });
});

describe('formatFor', () => {
  it.each([
    [undefined, 'ndjson'],
    ['*/*', 'ndjson'],
    ['application/x-ndjson', 'ndjson'],
    ['text/event-stream', 'sse'],
    ['application/json, Text/Event-Stream;q=0.9', 'sse'],
  ])('reads Accept %s as %s', (accept, format) => expect(formatFor(accept)).toBe(format));
});
