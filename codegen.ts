import type { CodegenConfig } from '@graphql-codegen/cli';

const typed = {
  preset: 'client',
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string',
    enumsAsTypes: true,
    useTypeImports: true,
    strictScalars: true,
    scalars: { DateTime: 'string', JSON: 'unknown', Bytes: 'number' },
  },
} as const;

/** Typed documents, committed where they are used; `npm run schema` writes them and a test fails when they drift. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.js',
  generates: {
    'src/rest/generated/': { ...typed, documents: 'src/rest/documents.ts' },
    'test/support/generated/': { ...typed, documents: 'test/support/documents.ts' },
  },
};

export default config;
