import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';
import type { AccessService } from '../../access/AccessService.js';
import type { Principal } from '../../access/Principal.js';
import type { LlamaHomeError } from '../../errors/index.js';
import { abortable } from '../execution/abortable.js';
import { rootFieldsOf } from '../execution/rootFields.js';
import { toGraphQLError } from '../execution/toGraphQLError.js';
import type { GuardPlugin } from './GuardPlugin.js';

/** The one query that waits for something that lasts: its model may have to be loaded. */
const waitingQuery = 'estimate';

interface Caller {
  principal: Principal;
  /** Aborted when the caller has gone by itself. */
  signal: AbortSignal;
}

/** The stream, until the caller's token runs out or its key is revoked; it then ends with that error as a last result. */
function untilRevoked(
  results: AsyncIterable<ExecutionResult>,
  access: Pick<AccessService, 'watch'>,
  { principal, signal }: Caller,
): AsyncIterableIterator<ExecutionResult> {
  const source = results[Symbol.asyncIterator]();
  const end = new AbortController();
  let refusal: LlamaHomeError | undefined;
  const stopWatching = access.watch(principal, (error) => {
    refusal = error;
    end.abort();
  });
  const leave = () => {
    stopWatching();
    signal.removeEventListener('abort', leave);
  };
  signal.addEventListener('abort', leave, { once: true });
  const events = abortable<ExecutionResult>(
    {
      next: () => source.next(),
      async return() {
        await source.return?.();
        return { done: true, value: undefined };
      },
    },
    { signal: end.signal, onLeave: leave },
  );
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await events.next();
      if (!step.done) return step;
      leave();
      if (refusal === undefined) return step;
      const errors = [toGraphQLError(refusal)];
      refusal = undefined;
      return { done: false, value: { errors } };
    },
    return: () => events.return(),
  };
}

/**
 * Runs an operation until the caller's token runs out or its key is revoked: then that error is the answer, at once, and
 * the resolvers find that nobody waits any more.
 */
async function unlessRevoked<Result>(
  run: (signal: AbortSignal) => Promise<Result>,
  access: Pick<AccessService, 'watch'>,
  { principal, signal }: Caller,
): Promise<Result | ExecutionResult> {
  const end = new AbortController();
  const leave = () => end.abort();
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  let stopWatching = () => {};
  const revoked = new Promise<ExecutionResult>((resolve) => {
    stopWatching = access.watch(principal, (error) => {
      leave();
      resolve({ errors: [toGraphQLError(error)] });
    });
  });
  try {
    return await Promise.race([run(end.signal), revoked]);
  } finally {
    stopWatching();
    signal.removeEventListener('abort', leave);
  }
}

/**
 * Ends what runs and streams over HTTP and REST with the caller's right to it. What a socket has open ends with the
 * socket, which is closed for the same reason. It has to come last, for it to end what all the others see.
 */
export function useRevocation(access: Pick<AccessService, 'watch'>): GuardPlugin {
  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { principal, signal, transport } = args.contextValue;
      if (!rootFieldsOf(args).some(({ type, name }) => type === 'Mutation' || name === waitingQuery)) return;
      // Nothing can happen to the right of a local administrator.
      const isLasting = principal?.expiresAt === undefined && principal?.keyId === undefined;
      if (transport === 'ws' || principal === undefined || isLasting) return;
      setExecuteFn((executed) =>
        unlessRevoked(
          async (end) => executeFn({ ...executed, contextValue: { ...executed.contextValue, signal: end } }),
          access,
          { principal, signal },
        ),
      );
    },
    onSubscribe() {
      return {
        onSubscribeResult({ result, args: { contextValue }, setResult }) {
          const { principal, signal, transport } = contextValue;
          if (transport === 'ws' || principal === undefined || !isAsyncIterable(result)) return;
          setResult(untilRevoked(result, access, { principal, signal }));
        },
      };
    },
  };
}
