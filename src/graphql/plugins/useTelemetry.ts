import { isAsyncIterable } from '@envelop/core';
import { type ExecutionResult, getOperationAST } from 'graphql';
import type { ObservedRequest } from '../../telemetry/ObservedRequest.js';
import type { OperationArgs } from '../execution/OperationArgs.js';
import { rootFieldsOf } from '../execution/rootFields.js';
import { ResultStream } from '../subscribe/ResultStream.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

type Args = OperationArgs & { contextValue: GuardedContext };

function codeOf(error: { extensions: Record<string, unknown> } | undefined): string | undefined {
  return error === undefined ? undefined : String(error.extensions.code ?? 'internal_error').toLowerCase();
}

/** Notes the errors of a result; gives the first one's code. */
function note(observed: ObservedRequest, { errors = [] }: Pick<ExecutionResult, 'errors'>): string | undefined {
  for (const error of errors) observed.failed(codeOf(error) ?? '');
  return codeOf(errors[0]);
}

/** Begins to observe the execution of an operation whose caller is known. */
function begin(args: Args): { observed: ObservedRequest; end: (code?: string) => void } | undefined {
  const { observed, principal } = args.contextValue;
  const operation = getOperationAST(args.document, args.operationName);
  if (observed === undefined || operation == null) return undefined;
  observed.principal = principal?.userId;
  const [field] = rootFieldsOf(args);
  observed.runs({
    type: operation.operation,
    name: operation.name?.value ?? null,
    field: field?.name ?? 'unknown',
  });
  return { observed, end: observed.phase('execute') };
}

/**
 * Tells the ObservedRequest of the context what is done for it: parsing, validation and execution, which operation it is, who is
 * calling, and every error by its code. It has to come right behind useErrors, before whatever may refuse.
 */
export function useTelemetry(): GuardPlugin {
  return {
    onParse({ context }) {
      const end = context.observed?.phase('parse');
      return ({ result }) => end?.(result instanceof Error ? 'invalid_request' : undefined);
    },
    onValidate({ context }) {
      const end = context.observed?.phase('validate');
      return ({ result }) => end?.(codeOf(result[0]));
    },
    onExecute({ args }) {
      const begun = begin(args);
      if (begun === undefined) return undefined;
      const { observed, end } = begun;
      return {
        onExecuteDone({ result }) {
          if (isAsyncIterable(result)) return { onEnd: () => end() };
          end(note(observed, result));
          return undefined;
        },
      };
    },
    onSubscribe({ args }) {
      const begun = begin(args);
      if (begun === undefined) return undefined;
      const { observed, end } = begun;
      return {
        onSubscribeResult({ result, setResult }) {
          if (!isAsyncIterable(result)) return end(note(observed, result));
          const toResult = (event: ExecutionResult) => {
            if (event.errors !== undefined) note(observed, event);
            return event;
          };
          setResult(ResultStream.through(result, { toResult, onEnd: () => end() }));
        },
      };
    },
    // What was refused before or beside these phases, over HTTP.
    onResultProcess({ result, serverContext }) {
      const { observed } = serverContext;
      if (observed !== undefined && !isAsyncIterable(result) && !Array.isArray(result)) note(observed, result);
    },
  };
}
