import type { GraphQLError } from 'graphql';
import type { OperationArgs } from '../execution/OperationArgs.js';
import { toGraphQLError } from '../execution/toGraphQLError.js';
import { variablesOf } from '../execution/variables.js';
import { wrongVariable } from '../execution/wrongInput.js';
import type { GuardPlugin } from './GuardPlugin.js';

/**
 * Refuses variables that are too large, before anything of them is read, or that hold a bad value, with one error that never
 * repeats it. GraphQL's own execution would tell up to fifty of them, each with the whole value.
 */
export function useCheckedVariables({ introspection }: { introspection: boolean }): GuardPlugin {
  function refusalOf(args: OperationArgs): GraphQLError | undefined {
    const variables = variablesOf(args);
    if ('oversized' in variables) return toGraphQLError(variables.oversized);
    return 'refused' in variables ? wrongVariable(variables.refused, { hidden: !introspection }) : undefined;
  }

  return {
    onExecute({ args, setResultAndStopExecution }) {
      const error = refusalOf(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const error = refusalOf(args);
      if (error !== undefined) setResultAndStopExecution({ errors: [error] });
    },
  };
}
