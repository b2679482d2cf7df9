import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import { ModelLibrary } from '../../../src/models/ModelLibrary.js';

let home: string;
let folder: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-library-'));
  folder = join(home, 'models');
  await mkdir(folder);
});
afterEach(() => rm(home, { recursive: true }));

test('files whose names are no ids are served under one made from the name', async () => {
  const names = ['My Model Q4_K.GGUF', 'mine.gguf', 'Mine.gguf', 'größe.gguf', '模型.gguf', 'Demo.gguf'];
  const [first = '', ...others] = names.map((name) => join(folder, name));
  await writeDemoModel(first);
  for (const other of others) await copyFile(first, other);
  const library = await ModelLibrary.open(home);
  const paths = { 'my-model-q4_k': names[0], mine: names[1], 'mine-2': names[2], 'gr-e': names[3], model: names[4] };
  for (const [id, name = ''] of Object.entries({ ...paths, 'demo-2': names[5] })) {
    expect(library.get(id).id).toBe(id);
    expect(library.path(id)).toBe(join(folder, name));
    expect(library.isInstalled(id)).toBe(true);
    expect(await library.fault(id)).toBeUndefined();
  }
  expect(library.isInstalled('demo')).toBe(false);
  expect(library.unusable).toEqual([]);
});

test('files that can not be served are named, with the reason', async () => {
  await writeFile(join(folder, 'page.gguf'), '<html>Not found</html>');
  await symlink(join(folder, 'gone'), join(folder, 'Lost one.gguf'));
  await writeFile(join(folder, 'notes.txt'), 'not meant as a model');
  const library = await ModelLibrary.open(home);
  expect(library.unusable).toEqual([
    { file: 'page.gguf', reason: expect.stringContaining('it is not a GGUF file') },
    { file: 'Lost one.gguf', reason: expect.stringContaining('its file is missing') },
  ]);
  expect(library.find('page')).toBeUndefined();
});
