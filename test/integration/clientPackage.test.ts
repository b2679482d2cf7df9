import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/startTestServer.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-package-'));
  await run(process.execPath, ['build/writeClientPackage.mjs'], { cwd: repository });
  const { stdout } = await run('npm', ['pack', './client-package', '--json', '--pack-destination', folder], {
    cwd: repository,
  });
  const [{ filename }] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'new-project', version: '1.0.0' }));
  await run('npm', ['install', '--no-audit', '--prefer-offline', `./${filename}`], { cwd: folder });
  server = await startTestServer();
}, 180_000);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the package of the client', () => {
  it('brings only what the client imports', async () => {
    const installed = (await readdir(join(folder, 'node_modules'))).filter((name) => !name.startsWith('.'));
    expect(installed.sort()).toEqual(['cockatiel', 'graphql', 'graphql-ws', 'llamahome-client']);
    const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
    const own = JSON.parse(await readFile(join(folder, 'node_modules/llamahome-client/package.json'), 'utf8'));
    expect(own.version).toBe(version);
  });

  it.each([
    [
      'an ES module',
      'use.mjs',
      "import { LlamaClient, APIError } from 'llamahome-client';\nimport { RetryHandler } from 'llamahome-client/error';",
    ],
    [
      'CommonJS',
      'use.cjs',
      "const { LlamaClient, APIError } = require('llamahome-client');\nconst { RetryHandler } = require('llamahome-client/error');",
    ],
  ])('is used from %s, by the variables of its environment', async (_kind, name, imports) => {
    const code = `${imports}
(async () => {
  const client = new LlamaClient();
  const { text, model } = await new RetryHandler().execute(() => client.process({ prompt: 'hi', maxTokens: 3 }));
  const refused = await client.process(undefined).catch((error) => error instanceof APIError && error.code);
  console.log(JSON.stringify([text.length, model, refused]));
})();
`;
    await writeFile(join(folder, name), code);
    const env = { PATH: process.env.PATH, LLAMAHOME_URL: server.url, LLAMAHOME_API_KEY: server.adminKey };
    const { stdout } = await run(process.execPath, [name], { cwd: folder, env });
    expect(JSON.parse(stdout)).toEqual([3, 'demo', 'invalid_request']);
  });
});
