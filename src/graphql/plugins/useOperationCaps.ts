import { useRateLimiter } from '@envelop/rate-limiter';
import { type DocumentNode, Kind, OperationTypeNode } from 'graphql';
import { LlamaHomeError } from '../../errors/index.js';
import { type RootField, rootFieldsOf } from '../execution/rootFields.js';
import { SlidingWindowStore } from '../execution/SlidingWindowStore.js';
import { toGraphQLError } from '../execution/toGraphQLError.js';
import { isPermitted } from '../permissions.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

/** How often one Principal may use a mutation in a minute. They cost nothing of its allowance, and are cheap to abuse. */
export const operationCaps: Readonly<Record<string, number>> = {
  createToken: 300,
  createApiKey: 100,
  installModel: 20,
};

/** A document with nothing but these fields: the limiter counts every field that it finds, whether it will run or not. */
function documentOf(fields: readonly RootField[]): DocumentNode {
  const selections = fields.map(({ node }) => node);
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.MUTATION,
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      },
    ],
  };
}

/**
 * Caps single mutations by Principal, with @envelop/rate-limiter and `rate_limit_exceeded`. A call over the cap is not counted, so
 * `retry_after` is exact. It fits here, and not for prompts, because these are mutations of equal cost with no burst of their own.
 */
export function useOperationCaps(caps: Readonly<Record<string, number>> = operationCaps): GuardPlugin {
  const store = new SlidingWindowStore();
  const limiter = useRateLimiter({
    identifyFn: (context) => userIdOf(context),
    store,
    configByField: Object.entries(caps).map(([field, max]) => ({
      type: 'Mutation',
      field,
      max,
      window: '1m',
      uncountRejected: true,
    })),
    onRateLimitError: ({ identifier, field: { name } }) => {
      const seconds = store.retryAfterMs({ contextIdentity: identifier, fieldIdentity: name }) / 1000;
      throw new LlamaHomeError(
        'rate_limit_exceeded',
        `${name} may be used ${caps[name]} times a minute. Try again in ${seconds} s.`,
        {
          retry_after: seconds,
          field: name,
        },
      );
    },
  });

  return {
    async onExecute({ args, setResultAndStopExecution, ...payload }) {
      const { principal } = args.contextValue;
      const capped = rootFieldsOf(args).filter(
        ({ type, name }) =>
          type === 'Mutation' &&
          Object.hasOwn(caps, name) &&
          principal !== undefined &&
          isPermitted(principal, type, name),
      );
      if (capped.length === 0) return;
      try {
        await limiter.onExecute?.({
          ...payload,
          extendContext: () => undefined,
          context: { ...args.contextValue, rateLimiterFn: () => undefined },
          args: {
            ...args,
            document: documentOf(capped),
            contextValue: { ...args.contextValue, rateLimiterFn: () => undefined },
          },
          setResultAndStopExecution,
        });
      } catch (error) {
        setResultAndStopExecution({ errors: [toGraphQLError(error, args.contextValue)] });
      }
    },
  };
}

function userIdOf(context: unknown): string {
  const { principal } = context as GuardedContext;
  if (principal === undefined) throw new LlamaHomeError('authentication_required', 'Send a token or an API key.');
  return principal.userId;
}
