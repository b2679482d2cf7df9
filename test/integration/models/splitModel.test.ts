import { copyFile, mkdir, mkdtemp, readdir, rm, stat, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { initialConfig } from '../../../src/config/Config.js';
import { startEngine } from '../../../src/engine/startEngine.js';
import { ModelService } from '../../../src/models/ModelService.js';
import { EngineRun } from '../../support/engineRun.js';
import { makeHuggingFaceCache, partName, writeSplitModel } from '../../support/splitModel.js';

let folder: string;
let home: string;
let open: ModelService[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-split-'));
  home = join(folder, 'home');
  await mkdir(join(home, 'models'), { recursive: true });
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((service) => service.close()));
  await rm(folder, { recursive: true });
});

async function start(): Promise<ModelService> {
  const service = await ModelService.create({
    home,
    config: { current: initialConfig, onChange: () => () => {} },
    engineOptions: { slots: 1, contextLength: 256, threads: 1, gpu: false },
    startEngine,
    logger: pino({ level: 'silent' }),
  });
  open.push(service);
  return service;
}

async function textOf(models: ModelService, id: string): Promise<string> {
  return (await new EngineRun(await models.engine(id)).one('Hello', { maxTokens: 8 })).text;
}

test('a split model in a cache of Hugging Face is loaded by its own name, with the size of all its parts', async () => {
  const { first, snapshot } = await makeHuggingFaceCache(folder);
  const models = await start();
  const model = await models.addFile(first);
  expect(await textOf(models, model.id)).toHaveLength(8);
  const sizes = await Promise.all([1, 2].map((part) => stat(join(snapshot, partName(part)))));
  expect(models.find(model.id)?.sizeBytes).toBe(sizes.reduce((sum, { size }) => sum + size, 0));
  expect((await models.addFile(first)).id).toBe(model.id);

  // A later start finds it by the link that was made.
  const again = await start();
  expect(await textOf(again, model.id)).toHaveLength(8);
  await again.remove(model.id);
  expect(await readdir(snapshot)).toHaveLength(2);
});

test('a link in the models folder to such a cache is a model too', async () => {
  const { first } = await makeHuggingFaceCache(folder);
  await symlink(first, join(home, 'models', 'tiny.gguf'));
  expect(await textOf(await start(), 'tiny')).toHaveLength(8);
});

test('in the models folder itself a split model is one model, and is removed with all its parts', async () => {
  const nameOf = (part: number) => partName(part).toLowerCase();
  await writeSplitModel(join(home, 'models'), nameOf);
  const models = await start();
  const id = nameOf(1).replace('.gguf', '');
  expect(models.find(id)?.state).toBe('INSTALLED');
  expect(models.find(nameOf(2).replace('.gguf', ''))).toBeUndefined();
  expect(await textOf(models, id)).toHaveLength(8);
  await models.remove(id);
  expect(await readdir(join(home, 'models'))).toEqual([]);
});

test('a part that is missing is named, and nobody is told to remove what is there', async () => {
  const { first, snapshot } = await makeHuggingFaceCache(folder);
  const models = await start();
  const { id } = await models.addFile(first);
  await unlink(join(snapshot, partName(2)));
  const told = 'it is split into several files, and beside the first are missing Tiny-Model-00002-of-00002.gguf.';
  await expect(models.load(id)).rejects.toThrow(`The model ${id} can not be used: ${told}`);
  const refusal = await models.isLoadable(id);
  expect(refusal).toMatchObject({ ok: false, error: { message: expect.not.stringMatching(/remove|install/i) } });
  await expect(models.addFile(first)).rejects.toThrow(told);
  // Under a name that says nothing of parts only the library finds out.
  await copyFile(first, join(folder, 'alone.gguf'));
  const alone = await models.addFile(join(folder, 'alone.gguf'));
  await expect(models.load(alone.id)).rejects.toThrow(/^The model is split into several files/);
});

test('a later part is no model of its own', async () => {
  const { snapshot } = await makeHuggingFaceCache(folder);
  await expect((await start()).addFile(join(snapshot, partName(2)))).rejects.toThrow(/name the first part/);
});
