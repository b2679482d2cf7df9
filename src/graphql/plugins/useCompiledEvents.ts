import { isAsyncIterable } from '@envelop/core';
import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { compileEvents } from '../subscribe/compileEvents.js';
import { ResultStream } from '../subscribe/ResultStream.js';
import type { GuardPlugin } from './GuardPlugin.js';

/** Runs a subscription as GraphQL does; its events are mapped by what was compiled of it, where that can be. */
async function subscribe(args: ExecutionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const events = await createSourceEventStream(args).catch((error: unknown) => ({
    // A resolver that gave no stream: as any failure of a resolver it is told by useErrors.
    errors: [new GraphQLError('The subscription did not start.', { originalError: asError(error) })],
  }));
  if (!isAsyncIterable(events)) return events;
  const compiled = compileEvents(args);
  const toResult = (event: unknown) => compiled?.(event) ?? execute({ ...args, rootValue: event });
  return new ResultStream(events[Symbol.asyncIterator](), toResult);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** An event of a stream comes with every token: the executor would work out anew for each what never changes. */
export function useCompiledEvents(): GuardPlugin {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe);
    },
  };
}
