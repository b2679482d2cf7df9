import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadmeProject } from '../support/ReadmeProject.js';
import { commandsOf, followLinks, isLeftOut, leftOut, outputShape, readBlocks } from '../support/readme.js';
import { runProgram, startTestServer, type TestServer, testEnvironment } from '../support/startTestServer.js';

const blocks = await readBlocks();
const commands = blocks.flatMap(({ language, code }) => (language === 'sh' ? commandsOf(code) : []));

let server: TestServer;
let project: ReadmeProject;
beforeAll(async () => {
  server = await startTestServer();
  project = await ReadmeProject.create(server);
});
afterAll(async () => {
  await server?.stop();
  await project?.remove();
});

describe('the README and the pages of docs', () => {
  it('has no block of another kind, and nothing is left out that is not there', () => {
    expect(blocks.filter(({ language }) => language !== 'sh' && language !== 'ts')).toEqual([]);
    expect(leftOut.filter((command) => !commands.includes(command))).toEqual([]);
  });

  it.each(blocks.map((block) => [block.file, block.line, block.section, block] as const))(
    'works as it stands there: %s:%i, %s',
    async (_file, _line, _section, block) => {
      const isStart = block.code.includes('npm start');
      if (!isStart && block.language === 'sh' && commandsOf(block.code).every(isLeftOut)) return;
      const printed = isStart ? server.stdout.join('\n') : await project.paste(block);
      if (block.output === undefined) expect(printed).not.toMatch(/"errors?":[[{]/);
      else expect(outputShape(printed)).toEqual(outputShape(project.here(block.output)));
    },
  );

  it('leads to files that there are', async () => {
    const { missing, links } = await followLinks();
    expect(missing).toEqual([]);
    expect(links).toBeGreaterThan(20);
  });

  it('has types in its programs', () => project.checkTypes());

  it('names scripts and commands that there are, where it is not run', async () => {
    const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    for (const [, name = ''] of leftOut.join('\n').matchAll(/npm (?:run )?(?!ci\b)([\w:]+)/g)) {
      expect(scripts).toHaveProperty([name]);
    }
    for (const command of commands.filter(isLeftOut)) {
      const [, name] = /^npx llamahome (\w+)/.exec(command) ?? [];
      if (name === undefined) continue;
      const { code, stdout } = await runProgram([name, '--help'], testEnvironment(server.home));
      expect(code).toBe(0);
      for (const [flag] of command.matchAll(/--[a-z-]+/g)) expect(stdout).toContain(flag);
    }
  });
});
