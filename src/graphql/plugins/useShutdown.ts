import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';
import { abortable } from '../execution/abortable.js';
import { rootFieldsOf } from '../execution/rootFields.js';
import type { GuardPlugin } from './GuardPlugin.js';

/** They end by themselves, with how it went with their prompt. */
const endingFields: readonly (string | undefined)[] = ['stream', 'promptEvents'];

/**
 * Completes the event streams over HTTP that have no end of their own, when the server goes away: a client is told so,
 * and not cut off. Sockets are closed with a code that says it.
 */
export function useShutdown(shutdown: AbortSignal): GuardPlugin {
  return {
    onSubscribe() {
      return {
        onSubscribeResult({ result, args, setResult }) {
          const [field] = rootFieldsOf(args);
          if (args.contextValue.transport !== 'http' || endingFields.includes(field?.name)) return;
          if (!isAsyncIterable<ExecutionResult>(result)) return;
          const source = result[Symbol.asyncIterator]();
          const events = {
            next: () => source.next(),
            async return() {
              await source.return?.();
              return { done: true as const, value: undefined };
            },
          };
          setResult(abortable<ExecutionResult>(events, { signal: shutdown }));
        },
      };
    },
  };
}
