import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadmeProject } from '../support/ReadmeProject.js';
import { outputShape, readBlocks } from '../support/readme.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';

const cache = process.env.LLAMAHOME_TEST_CACHE ?? join(homedir(), '.cache', 'llamahome-test');
const model = 'smollm2-135m-instruct';
const blocks = await readBlocks();

let home: string;
let server: TestServer;
let project: ReadmeProject;
beforeAll(async () => {
  const pulled = await runProgram(['pull', model], testEnvironment(cache));
  if (pulled.code !== 0) throw new Error(`the model can not be pulled: ${pulled.stderr}`);
  home = await mkdtemp(join(tmpdir(), 'llamahome-readme-'));
  await symlink(join(cache, 'models'), join(home, 'models'));
  server = await startTestServer({ home, env: { LLAMAHOME_MODEL: model } });
  project = await ReadmeProject.create(server);
});
afterAll(async () => {
  await server?.stop();
  await project?.remove();
  await rm(home, { recursive: true, force: true });
});

/** Texts depend on how a machine rounds; what the model is and how it cuts a prompt into tokens does not. */
const exact = ['model', 'prompt_tokens', 'default_model', 'max_tokens'];

describe('the README and docs, with the model that they show', () => {
  const shown = blocks.filter(({ output, code }) => output !== undefined && !code.includes('npm start'));
  it.each(shown.map((block) => [block.file, block.line, block.section, block] as const))(
    'shows what comes: %s:%i, %s',
    async (_file, _line, _section, block) => {
      const printed = await project.paste(block);
      expect(outputShape(printed, exact)).toEqual(outputShape(block.output ?? '', exact));
    },
  );
});
