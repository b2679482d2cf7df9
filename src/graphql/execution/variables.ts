import {
  coerceInputValue,
  type GraphQLError,
  type GraphQLInputType,
  getOperationAST,
  isInputType,
  isNonNullType,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
} from 'graphql';
import type { LlamaHomeError } from '../../errors/index.js';
import { oversizedInput } from './inputSize.js';
import type { OperationArgs } from './OperationArgs.js';

/** The first value that is not what its variable may hold. */
export interface RefusedValue {
  definition: VariableDefinitionNode;
  type: GraphQLInputType;
  /** Of the value in the variable; empty for the variable itself. */
  path: readonly (string | number)[];
  value: unknown;
  /** What GraphQL says of it, which may repeat the value. */
  cause: GraphQLError | undefined;
}

/** Variables as the operation takes them, or what is wrong with them: too much of them, or the first bad value. */
export type Variables =
  | { coerced: Record<string, unknown> }
  | { oversized: LlamaHomeError }
  | { refused: RefusedValue };

/** Thrown at the first bad value, so that no other is looked at; never seen outside. */
class Refusal extends Error {
  constructor(
    readonly path: readonly (string | number)[],
    readonly value: unknown,
    readonly reason: GraphQLError,
  ) {
    super();
  }
}

const known = new WeakMap<OperationArgs, Variables>();

/** The variables of an operation, coerced once for all who ask. Their size is looked at before anything else. */
export function variablesOf(args: OperationArgs): Variables {
  const found = known.get(args) ?? readVariables(args);
  known.set(args, found);
  return found;
}

function readVariables({ schema, document, variableValues, operationName }: OperationArgs): Variables {
  const given = variableValues ?? {};
  const oversized = oversizedInput(given, 'variables');
  if (oversized !== undefined) return { oversized };
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  const coerced: Record<string, unknown> = {};
  for (const definition of definitions) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    // Validation has refused a document with any other.
    if (!isInputType(type)) continue;
    if (!Object.hasOwn(given, name)) {
      if (definition.defaultValue !== undefined) coerced[name] = valueFromAST(definition.defaultValue, type);
      else if (isNonNullType(type)) {
        return { refused: { definition, type, path: [], value: undefined, cause: undefined } };
      }
      continue;
    }
    const value = given[name];
    try {
      coerced[name] = coerceInputValue(value, type, (path, bad, reason) => {
        throw new Refusal(path, bad, reason);
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: { definition, type, path: error.path, value: error.value, cause: error.reason } };
    }
  }
  return { coerced };
}
