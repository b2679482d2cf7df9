import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

/** A project of somebody who installed the package: its files as a person would write them. */
const files = {
  'package.json': JSON.stringify({ name: 'consumer', type: 'module', private: true }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      module: 'NodeNext',
      target: 'ES2023',
      lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.AsyncIterable'],
      types: [],
      strict: true,
      noEmit: true,
    },
    include: ['src'],
  }),
  'codegen.ts': `export default {
  schema: './node_modules/llamahome/schema/schema.graphql',
  documents: 'src/main.ts',
  importExtension: '.js',
  generates: { 'src/generated/': { preset: 'client', config: { documentMode: MODE, useTypeImports: true, enumsAsTypes: true } } },
};
`,
  'src/main.ts': `import { LlamaClient } from 'llamahome/client';
import { graphql } from './generated/index.js';

const ask = graphql(\`mutation Ask($input: PromptInput!) { process(input: $input) { prompt { text finishReason } } }\`);
const who = graphql(\`query Who { viewer { id tier } }\`);
const watch = graphql(\`subscription Watch($id: ID!) { promptEvents(id: $id) { cursor ... on PromptChunk { text } } }\`);

export async function main(client: LlamaClient): Promise<[string, 'BASIC' | 'PRO' | 'ENTERPRISE']> {
  const { process } = await client.graphql(ask, { input: { prompt: 'hi', maxTokens: 5 } });
  const { viewer } = await client.graphql(who);
  for await (const { promptEvents } of client.subscribe(watch, { id: 'prm_1' })) {
    const cursor: string = promptEvents.cursor;
    console.log(cursor);
  }
  // @ts-expect-error there is no such field
  process.prompt.nothing;
  // @ts-expect-error the operation needs an input
  client.graphql(ask, {});
  return [process.prompt.text, viewer.tier];
}
`,
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-consumer-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const packages = join(folder, 'node_modules');
  const installed = join(packages, 'llamahome');
  await mkdir(join(installed, 'schema'), { recursive: true });
  await symlink(join(root, 'dist'), join(installed, 'dist'));
  await copyFile(join(root, 'schema/schema.graphql'), join(installed, 'schema/schema.graphql'));
  const client = { types: './dist/client/index.d.ts', default: './dist/client/index.js' };
  await writeFile(
    join(installed, 'package.json'),
    JSON.stringify({ name: 'llamahome', type: 'module', exports: { './client': client } }),
  );
  for (const name of ['graphql', '@graphql-codegen', '@graphql-typed-document-node']) {
    await symlink(join(root, 'node_modules', name), join(packages, name));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('typed documents in a project of a consumer', () => {
  test.each(['string', 'documentNode'])(
    'are made from the published schema and type the calls, as %s',
    async (mode) => {
      await writeFile(join(folder, 'codegen.ts'), files['codegen.ts'].replace('MODE', `'${mode}'`));
      const bin = join(root, 'node_modules/.bin');
      await run(join(bin, 'graphql-codegen'), ['--config', join(folder, 'codegen.ts')], { cwd: folder });
      const checked = run(join(bin, 'tsc'), ['-p', folder], { cwd: folder });
      await expect(checked).resolves.toMatchObject({ stdout: '' });
    },
  );
});
