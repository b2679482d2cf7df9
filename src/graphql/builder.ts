import SchemaBuilder from '@pothos/core';
import type { GraphQLContext } from './context.js';

/** The Pothos builder that every noun in `types/` adds itself to. Output fields and input fields are non-null unless they say so. */
export const builder = new SchemaBuilder<{
  Context: GraphQLContext;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    Bytes: { Input: number; Output: number };
  };
}>({ defaultFieldNullability: false });

/** What the builder knows of types, to name the types of what it makes. */
export type SchemaTypes = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

builder.queryType({ description: 'Everything that can be asked without changing anything.' });
builder.mutationType({
  description:
    'Everything that changes something. Mutation fields of one operation run one after another, so many prompts go in one `batch`.',
});
builder.subscriptionType({ description: 'Streams, over graphql-transport-ws or server-sent events.' });
