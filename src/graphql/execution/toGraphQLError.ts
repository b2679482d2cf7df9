import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { LlamaHomeError } from '../../errors/index.js';
import type { OperationContext } from '../context.js';

/** Any error as GraphQL tells it: one that services throw with its code, another as `INTERNAL_ERROR`, logged and told without its text. */
export function toGraphQLError(
  error: unknown,
  context?: Pick<OperationContext, 'services' | 'requestId'>,
): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof LlamaHomeError) {
    return new GraphQLError(error.message, {
      extensions: { code: error.code.toUpperCase(), details: error.details ?? {} },
      originalError: error,
    });
  }
  context?.services.logger.error({ err: error, requestId: context.requestId }, 'an operation failed');
  return new GraphQLError('Something went wrong on the server.', {
    extensions: { code: 'INTERNAL_ERROR', details: { request_id: context?.requestId } },
  });
}

/** Errors as they go out: without what was meant for HTTP. */
export function formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
  return errors.map((error) => {
    const { extensions, ...rest } = error.toJSON();
    if (extensions === undefined) return rest;
    const { http: _http, ...told } = extensions;
    return { ...rest, extensions: told };
  });
}
