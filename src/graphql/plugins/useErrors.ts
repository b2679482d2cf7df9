import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { codedError, type Outcome } from './codedError.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

function outcomeOf({ data }: Pick<ExecutionResult, 'data'>): Outcome {
  if (data === undefined) return 'refused';
  return data === null ? 'failed' : 'partial';
}

function withCodes<Result extends ExecutionResult>(result: Result, context: Partial<GuardedContext>): Result {
  if (result.errors === undefined || result.errors.length === 0) return result;
  return { ...result, errors: result.errors.map((error) => codedError(error, context, outcomeOf(result))) };
}

/** A stream that ends with its error as a last result, instead of breaking the connection that it shares. */
function withLastError(
  results: AsyncIterable<ExecutionResult>,
  tell: (error: unknown) => GraphQLError,
): AsyncIterableIterator<ExecutionResult> {
  const source = results[Symbol.asyncIterator]();
  let hasEnded = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (hasEnded) return { done: true, value: undefined };
      try {
        return await source.next();
      } catch (error) {
        hasEnded = true;
        return { done: false, value: { errors: [tell(error)] } };
      }
    },
    async return() {
      hasEnded = true;
      await source.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Gives every error its code, details and HTTP status, wherever it comes from. It has to be the first of the guard plugins. */
export function useErrors(): GuardPlugin {
  return {
    onPluginInit({ registerContextErrorHandler }) {
      registerContextErrorHandler(({ error, context, setError }) => setError(codedError(error, context, 'refused')));
    },
    onParse() {
      return ({ result, context, replaceParseResult }) => {
        if (result instanceof Error) replaceParseResult(codedError(result, context, 'refused'));
      };
    },
    onValidate() {
      return ({ result, context, setResult }) => {
        if (result.length > 0) setResult(result.map((error) => codedError(error, context, 'refused')));
      };
    },
    onExecute() {
      return {
        onExecuteDone({ result, args: { contextValue }, setResult }) {
          if (!isAsyncIterable(result)) setResult(withCodes(result, contextValue));
        },
      };
    },
    onSubscribe() {
      return {
        onSubscribeResult({ result, args: { contextValue }, setResult }) {
          if (!isAsyncIterable(result)) return setResult(withCodes(result, contextValue));
          setResult(withLastError(result, (error) => codedError(error, contextValue, 'partial')));
          return { onNext: (event) => event.setResult(withCodes(event.result, contextValue)) };
        },
      };
    },
    // What was thrown before or beside these phases, over HTTP.
    onResultProcess({ result, serverContext, setResult }) {
      if (!isAsyncIterable(result) && !Array.isArray(result)) setResult(withCodes(result, serverContext));
    },
  };
}
