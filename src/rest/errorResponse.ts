import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { errorHeaders } from '../errors/errorHeaders.js';
import { LlamaHomeError } from '../errors/index.js';
import type { OperationContext } from '../graphql/context.js';
import { jsonResponse } from '../http/jsonResponse.js';
import { errorAnswer } from './answers.js';
import { respell } from './respell.js';

/** Whatever was thrown where no operation runs: a fault of our own is logged, and told with the request's id. */
function asAnswerable(
  error: unknown,
  { logger, requestId, signal }: { logger: Logger; requestId: string; signal: AbortSignal },
): LlamaHomeError {
  const isOfOperation = error instanceof LlamaHomeError && error.cause instanceof GraphQLError;
  if (error instanceof LlamaHomeError && (isOfOperation || error.code !== 'internal_error')) return error;
  if (!signal.aborted) logger.error({ err: error, requestId }, 'a request failed');
  const { message, details } =
    error instanceof LlamaHomeError ? error : { message: 'Something went wrong on the server.', details: undefined };
  return new LlamaHomeError('internal_error', message, { ...details, request_id: requestId });
}

/** An error as REST tells it, with its status and headers; one of an operation in the words of REST. */
export function errorResponse(error: LlamaHomeError): Response {
  const respelled = error.cause instanceof GraphQLError ? respell(error) : error;
  return jsonResponse({ error: errorAnswer(respelled) }, error.status, errorHeaders(error));
}

/** Whatever was thrown, as REST tells it: noted, and when nobody meant to throw it, logged and told without its text. */
export function failureResponse(
  error: unknown,
  { services, requestId, signal, observed }: Pick<OperationContext, 'services' | 'requestId' | 'signal' | 'observed'>,
): Response {
  observed?.failed(error instanceof LlamaHomeError ? error.code : 'internal_error');
  return errorResponse(asAnswerable(error, { logger: services.logger, requestId, signal }));
}
