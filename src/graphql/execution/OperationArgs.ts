import type { DocumentNode, GraphQLSchema } from 'graphql';

/** What is needed to know what an operation will do. */
export interface OperationArgs {
  schema: GraphQLSchema;
  document: DocumentNode;
  variableValues?: Record<string, unknown> | null;
  operationName?: string | null;
}
