import { collectFields } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** The fragments of a document, by name. */
export function fragmentsOf({ definitions }: DocumentNode): Record<string, FragmentDefinitionNode> {
  return Object.fromEntries(
    definitions.flatMap((each) => (each.kind === Kind.FRAGMENT_DEFINITION ? [[each.name.value, each]] : [])),
  );
}

export interface Selecting {
  schema: GraphQLSchema;
  fragments: Record<string, FragmentDefinitionNode>;
  /** Coerced values. */
  variables: Record<string, unknown>;
}

/** The fields that are selected of a type, by their key in the result, in the order of the document. */
export function selectedFields(
  { schema, fragments, variables }: Selecting,
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const values = { coerced: variables, sources: {} };
  for (const selection of selections) {
    for (const [key, nodes] of collectFields(schema, fragments, values, type, selection).fields) {
      fields.set(key, [...(fields.get(key) ?? []), ...nodes]);
    }
  }
  return fields;
}
