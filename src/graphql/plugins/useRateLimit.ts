import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult } from 'graphql';
import type { AccessService, RateLimitState } from '../../access/AccessService.js';
import type { Principal } from '../../access/Principal.js';
import { LlamaHomeError } from '../../errors/index.js';
import { codedError } from '../execution/codedError.js';
import type { OperationArgs } from '../execution/OperationArgs.js';
import { promptCostOf } from '../execution/promptCost.js';
import { rootFieldsOf } from '../execution/rootFields.js';
import { toGraphQLError } from '../execution/toGraphQLError.js';
import { isPermitted } from '../permissions.js';
import { ResultStream } from '../subscribe/ResultStream.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

/** Errors of a root field that mean: this was refused, nothing was begun. */
const refusals: readonly unknown[] = [
  'INVALID_REQUEST',
  'CONTEXT_LENGTH_EXCEEDED',
  'UNSUPPORTED_SCHEMA',
  'PERMISSION_DENIED',
  'MODEL_NOT_FOUND',
  'CONFLICT',
  'IDEMPOTENCY_MISMATCH',
  'OVERLOADED',
  'MODEL_UNAVAILABLE',
];

/** What an operation was charged, by the response key of its root fields. */
interface Charge {
  context: GuardedContext;
  principal: Principal;
  costs: ReadonlyMap<string, number>;
  state: RateLimitState;
}

type Args = OperationArgs & { contextValue: GuardedContext };

/** The state as answers of GraphQL tell it. */
export function rateLimitExtension({ limit, burst, remaining, resetAt }: RateLimitState) {
  return { rateLimit: { limit, burst, remaining, resetAt: resetAt.toISOString() } };
}

function withRateLimit<Result extends ExecutionResult>(result: Result, state: RateLimitState): Result {
  return { ...result, extensions: { ...result.extensions, ...rateLimitExtension(state) } };
}

/** The stream, with the state on its first result. */
function withFirstRateLimit(
  results: AsyncIterable<ExecutionResult>,
  state: RateLimitState,
): AsyncIterableIterator<ExecutionResult> {
  let isFirst = true;
  return ResultStream.through(results, {
    toResult: (result) => {
      if (!isFirst) return result;
      isFirst = false;
      return withRateLimit(result, state);
    },
  });
}

/** What was charged for root fields that were refused after all. */
function refusedCost({ errors = [] }: ExecutionResult, costs: Charge['costs']): number {
  const keys = new Set<unknown>();
  for (const error of errors) {
    if (error.path?.length === 1 && refusals.includes(codedError(error, {}, 'partial').extensions.code))
      keys.add(error.path[0]);
  }
  return [...costs].reduce((sum, [key, cost]) => sum + (keys.has(key) ? cost : 0), 0);
}

/**
 * The token bucket of the caller's tier, one for each Principal over all transports. An operation is charged once, before
 * anything of it runs, with the number of its prompts; what is refused costs nothing. The state goes into the context
 * and into `extensions.rateLimit` of the answer, the first one of a stream.
 */
export function useRateLimit(access: AccessService): GuardPlugin {
  async function charge(args: Args): Promise<Charge | ExecutionResult> {
    const { contextValue } = args;
    const { principal } = contextValue;
    if (principal === undefined) throw new Error('useRateLimit has to come after useAuthentication');
    const permitted = rootFieldsOf(args).filter(({ type, name }) => isPermitted(principal, type, name));
    const costs = new Map(permitted.map((field) => [field.key, promptCostOf(field)]));
    const cost = [...costs.values()].reduce((sum, one) => sum + one, 0);
    try {
      const state = cost > 0 ? await access.charge(principal, cost) : await access.rateLimit(principal);
      contextValue.rateLimit = state;
      return { context: contextValue, principal, costs, state };
    } catch (error) {
      const refused = { errors: [toGraphQLError(error, contextValue)] };
      if (!(error instanceof LlamaHomeError)) return refused;
      contextValue.rateLimit = await access.rateLimit(principal);
      return withRateLimit(refused, contextValue.rateLimit);
    }
  }

  async function settled(
    result: ExecutionResult,
    { context, principal, costs, state }: Charge,
  ): Promise<ExecutionResult> {
    const back = refusedCost(result, costs);
    if (back === 0) return withRateLimit(result, state);
    context.rateLimit = await access.refund(principal, back);
    return withRateLimit(result, context.rateLimit);
  }

  return {
    async onExecute({ args, executeFn, setExecuteFn, setResultAndStopExecution }) {
      const charged = await charge(args);
      if (!('state' in charged)) return setResultAndStopExecution(charged);
      setExecuteFn(async (executed) => {
        const result = await executeFn(executed);
        return isAsyncIterable(result) ? result : settled(result, charged);
      });
    },
    async onSubscribe({ args, subscribeFn, setSubscribeFn, setResultAndStopExecution }) {
      const charged = await charge(args);
      if (!('state' in charged)) return setResultAndStopExecution(charged);
      setSubscribeFn(async (subscribed) => {
        const result: AsyncIterable<ExecutionResult> | ExecutionResult = await subscribeFn(subscribed);
        return isAsyncIterable(result) ? withFirstRateLimit(result, charged.state) : settled(result, charged);
      });
    },
    // What was refused over HTTP before it came to be charged.
    async onResultProcess({ result, serverContext: { principal }, setResult }) {
      if (isAsyncIterable(result) || Array.isArray(result) || principal === undefined) return;
      if (result.extensions !== undefined && 'rateLimit' in result.extensions) return;
      // Without the store there is nothing to tell.
      const state = await access.rateLimit(principal).catch(() => undefined);
      if (state !== undefined) setResult(withRateLimit(result, state));
    },
  };
}
