import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';
import { codedError, type Outcome } from '../execution/codedError.js';
import { ResultStream } from '../subscribe/ResultStream.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

function outcomeOf({ data }: Pick<ExecutionResult, 'data'>): Outcome {
  if (data === undefined) return 'refused';
  return data === null ? 'failed' : 'partial';
}

function withCodes<Result extends ExecutionResult>(result: Result, context: Partial<GuardedContext>): Result {
  if (result.errors === undefined || result.errors.length === 0) return result;
  return { ...result, errors: result.errors.map((error) => codedError(error, context, outcomeOf(result))) };
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
          // A stream ends with its error as a last result, instead of breaking the connection that it shares.
          const lastResult = (error: unknown) => ({ errors: [codedError(error, contextValue, 'partial')] });
          const toResult = (event: ExecutionResult) => withCodes(event, contextValue);
          setResult(ResultStream.through(result, { toResult, lastResult }));
        },
      };
    },
    // What was thrown before or beside these phases, over HTTP.
    onResultProcess({ result, serverContext, setResult }) {
      if (!isAsyncIterable(result) && !Array.isArray(result)) setResult(withCodes(result, serverContext));
    },
  };
}
