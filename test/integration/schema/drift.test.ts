import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { describe, expect, it } from 'vitest';
import codegen from '../../../codegen.js';
import { printSortedSchema } from '../../../src/graphql/printSchema.js';

const file = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('what is generated and committed', () => {
  it('has the schema of the code', async () => {
    expect(await file('schema/schema.graphql'), 'run `npm run schema`').toBe(printSortedSchema());
  });

  it('has the options of the client by the table of parameters', async () => {
    const { stdout } = await promisify(execFile)('node', ['build/printClientOptions.mjs']);
    expect(await file('src/client/generated/GenerationOptions.ts'), 'run `npm run schema`').toBe(stdout);
  });

  it('has the page of errors by the catalogue', async () => {
    const { stdout } = await promisify(execFile)('node', ['build/printErrors.mjs']);
    expect(await file('docs/errors.md'), 'run `npm run schema`').toBe(stdout);
  });

  it('has the typed documents of the schema', async () => {
    const written: { filename: string; content: string }[] = await generate({ ...codegen, silent: true }, false);
    expect(written.length).toBeGreaterThan(3);
    for (const { filename, content } of written) {
      const path = filename.replace(/^.*?((src|test)\/)/, '$1');
      expect(await file(path), `${path}: run \`npm run schema\``).toBe(content);
    }
  });
});
