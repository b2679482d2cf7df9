import { describe, expect, test } from 'vitest';
import {
  APIError,
  AuthenticationError,
  ConnectionError,
  ContextLengthError,
  InvalidRequestError,
  PermissionError,
  RateLimitError,
} from '../../../src/client/error.js';
import { catalogue, readErrorBody, readGraphQLError, toAPIError } from '../../../src/client/toAPIError.js';
import { type ErrorCode, errorCatalogue, isRetryable } from '../../../src/errors/index.js';

const codes = Object.keys(errorCatalogue) as ErrorCode[];

describe('the errors of the client', () => {
  test('know every code of the server, its status, and whether it may be tried again', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...codes].sort());
    for (const code of codes) {
      const error = toAPIError({ code, message: 'm', details: {} });
      expect([error.status, error.retryable]).toEqual([errorCatalogue[code], isRetryable(code)]);
      expect(error).toBeInstanceOf(APIError);
      expect(error.constructor).not.toBe(APIError);
      expect(error.name).toBe(error.constructor.name);
    }
  });

  test('are the same from GraphQL and REST', () => {
    const rest = readErrorBody({ code: 'rate_limit_exceeded', message: 'slow down', details: { retry_after: 1.234 } });
    const graphql = readGraphQLError([
      { message: 'slow down', extensions: { code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: 1.234 } } },
    ]);
    for (const told of [rest, graphql]) {
      const error = told && toAPIError(told, undefined, 'r1');
      expect(error).toBeInstanceOf(RateLimitError);
      expect(error).toMatchObject({ code: 'rate_limit_exceeded', status: 429, retryAfter: 1.234, requestId: 'r1' });
    }
  });

  test('give what their family tells', () => {
    const details = { prompt_tokens: 30, max_tokens: 90, context_length: 100 };
    const context = toAPIError({ code: 'context_length_exceeded', message: '', details });
    expect(context).toBeInstanceOf(InvalidRequestError);
    expect(context).toBeInstanceOf(ContextLengthError);
    expect(context).toMatchObject({ promptTokens: 30, maxTokens: 90, contextLength: 100 });
    const permission = toAPIError({
      code: 'PERMISSION_DENIED',
      message: '',
      details: { required_scope: 'keys:manage' },
    });
    expect(permission).toBeInstanceOf(PermissionError);
    expect(permission).toMatchObject({ requiredScope: 'keys:manage' });
    expect(toAPIError({ code: 'invalid_request', message: '', details: { field: 'seed' } })).toMatchObject({
      field: 'seed',
    });
  });

  test('say that waiting for a model helps only where the server names a time', () => {
    const unavailable = (details: Record<string, unknown>) =>
      toAPIError({ code: 'model_unavailable', message: '', details });
    const pull = 'npx llamahome pull qwen2.5-3b-instruct';
    expect(unavailable({ model: 'm', state: 'available', pull })).toMatchObject({
      retryable: false,
      retryAfter: undefined,
      modelState: 'available',
      pull,
    });
    expect(unavailable({ model: 'm', state: 'failed' }).retryable).toBe(false);
    expect(unavailable({ model: 'm', state: 'downloading', retry_after: 5 })).toMatchObject({
      retryable: true,
      retryAfter: 5,
      modelState: 'downloading',
    });
    expect(unavailable({ model: 'm', retry_after: 5 }).retryable).toBe(true);
  });

  test('a key that was refused among many that failed is not tried again', () => {
    const details = { retry_after: 42, reason: 'failed_log_ins' };
    expect(toAPIError({ code: 'rate_limit_exceeded', message: '', details })).toMatchObject({ retryable: false });
  });

  test('a code that is new to this client is a plain APIError with the status it came with', () => {
    const error = toAPIError({ code: 'brand_new', message: 'x', details: {} }, 418);
    expect([error.constructor, error.code, error.status, error.retryable]).toEqual([APIError, 'brand_new', 418, false]);
  });

  test('can be made by hand, and stored', () => {
    expect(new APIError('it broke')).toMatchObject({
      code: 'internal_error',
      status: 500,
      details: {},
      requestId: undefined,
    });
    expect(new RateLimitError('slow down', undefined, undefined, { retry_after: 2 }).retryAfter).toBe(2);
    expect(new AuthenticationError('who?')).toMatchObject({ code: 'authentication_required', status: 401 });
    expect(new ConnectionError('gone')).toMatchObject({ code: 'connection_failed', status: 0, retryable: true });
    expect(JSON.parse(JSON.stringify(new APIError('it broke', 'conflict', 409, { a: 1 }, 'r')))).toEqual({
      name: 'APIError',
      message: 'it broke',
      code: 'conflict',
      status: 409,
      details: { a: 1 },
      requestId: 'r',
    });
  });
});
