import { type FieldNode, type GraphQLObjectType, getArgumentValues, getOperationAST } from 'graphql';
import type { OperationArgs } from './OperationArgs.js';
import { fragmentsOf, selectedFields } from './selectedFields.js';
import { variablesOf } from './variables.js';

/** One field of the operation's root type that will be run. */
export interface RootField {
  /** `Query`, `Mutation` or `Subscription`. */
  type: string;
  name: string;
  /** Its alias, or else its name: where its answer stands in the result. */
  key: string;
  node: FieldNode;
  /** Its arguments with defaults and variables filled in. */
  values: Record<string, unknown>;
}

type Variables = Record<string, unknown>;

const known = new WeakMap<OperationArgs, RootField[]>();

/**
 * The root fields that an operation will run: `@skip` and `@include` and fragments followed, equal response keys merged,
 * aliases apart. A field that can't run because of its arguments is left out; execution says what is wrong with it.
 */
export function rootFieldsOf(args: OperationArgs): RootField[] {
  const found = known.get(args) ?? findRootFields(args);
  known.set(args, found);
  return found;
}

function findRootFields(args: OperationArgs): RootField[] {
  const { schema, document, operationName } = args;
  const operation = getOperationAST(document, operationName);
  const type = operation && schema.getRootType(operation.operation);
  if (!type) return [];
  const variables = variablesOf(args);
  if (!('coerced' in variables)) return [];
  const { coerced } = variables;
  const selecting = { schema, fragments: fragmentsOf(document), variables: coerced };
  return [...selectedFields(selecting, type, [operation.selectionSet])].flatMap(([key, [node]]) =>
    node === undefined ? [] : (rootField(type, { key, node, variables: coerced }) ?? []),
  );
}

function rootField(
  type: GraphQLObjectType,
  { key, node, variables }: { key: string; node: FieldNode; variables: Variables },
): RootField | undefined {
  const field = type.getFields()[node.name.value];
  if (field === undefined) return undefined;
  try {
    return { type: type.name, name: field.name, key, node, values: getArgumentValues(field, node, variables) };
  } catch {
    return undefined;
  }
}
