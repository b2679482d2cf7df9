import { GraphQLError } from 'graphql';
import type { LlamaHomeError } from '../errors/index.js';
import { errorAnswer } from './answers.js';
import { jsonResponse } from './RestRequest.js';
import { respell } from './respell.js';

/** The HTTP headers that belong to an error, whichever face tells it. */
export function headersOf({ status, details }: LlamaHomeError): Record<string, string> {
  const retryAfter = details?.retry_after;
  return {
    ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
  };
}

/** An error as REST tells it, with its status and headers; one of an operation in the words of REST. */
export function errorResponse(error: LlamaHomeError, headers: Record<string, string> = {}): Response {
  const told = error.cause instanceof GraphQLError ? respell(error) : error;
  return jsonResponse({ error: errorAnswer(told) }, error.status, { ...headersOf(error), ...headers });
}
