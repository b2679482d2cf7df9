import {
  type DocumentNode,
  type FieldNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  GraphQLSkipDirective,
  getArgumentValues,
  getDirectiveValues,
  getOperationAST,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { OperationArgs } from './OperationArgs.js';
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
  const nodes = new Map<string, FieldNode>();
  collect(operation.selectionSet, { document, variables: coerced, nodes, visited: new Set() });
  return [...nodes].flatMap(([key, node]) => rootField(type, { key, node, variables: coerced }) ?? []);
}

interface Collecting {
  document: DocumentNode;
  variables: Variables;
  nodes: Map<string, FieldNode>;
  visited: Set<string>;
}

/** All fragments apply here: validation lets only those for the root type stand in its selection. */
function collect(selectionSet: SelectionSetNode, collecting: Collecting): void {
  const { document, variables, nodes, visited } = collecting;
  for (const selection of selectionSet.selections) {
    if (!isIncluded(selection, variables)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      if (!nodes.has(key)) nodes.set(key, selection);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      collect(selection.selectionSet, collecting);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      for (const definition of document.definitions) {
        if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value) {
          collect(definition.selectionSet, collecting);
        }
      }
    }
  }
}

function isIncluded(selection: SelectionNode, variables: Variables): boolean {
  if (getDirectiveValues(GraphQLSkipDirective, selection, variables)?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.if !== false;
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
