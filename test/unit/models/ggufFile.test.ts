import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import { describeGguf, ggufFault } from '../../../src/models/ggufFile.js';

let folder: string;
let demo: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-files-'));
  demo = join(folder, 'demo.gguf');
  await writeDemoModel(demo);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('a GGUF file', () => {
  test('of the demo model is sound, small and says what it is', async () => {
    expect(await ggufFault(demo)).toBeUndefined();
    const { size } = await stat(demo);
    expect(size).toBeLessThan(2e6);
    expect(await describeGguf(demo, 'demo', size)).toMatchObject({
      name: 'LlamaHome demo',
      contextLength: 2048,
      parameters: '0.116M',
      capabilities: ['text-generation', 'chat'],
      licence: 'mit',
    });
  });

  test('that is none is told from one', async () => {
    const broken = join(folder, 'broken.gguf');
    expect(await ggufFault(broken)).toBe('its file is missing');
    await writeFile(broken, '');
    expect(await ggufFault(broken)).toBe('it is not a GGUF file');
    await writeFile(broken, '<html>Not found</html>');
    expect(await ggufFault(broken)).toBe('it is not a GGUF file');
    await writeFile(broken, 'GGUF\x03\0\0\0');
    expect(await ggufFault(broken)).toBe('it is cut short');
    await writeFile(broken, `GGUF\x09\0\0\0${'\0'.repeat(16)}`);
    expect(await ggufFault(broken)).toMatch(/version 9/);
    await writeFile(broken, `GGUF\x03\0\0\0${'\0'.repeat(16)}`);
    expect(await ggufFault(broken)).toBe('it holds no weights');
    expect(await ggufFault(folder)).toMatch(/^its file can not be read/);
  });

  test('cut short can not be described', async () => {
    const cut = join(folder, 'cut.gguf');
    await writeDemoModel(cut);
    await truncate(cut, 1000);
    await expect(describeGguf(cut, 'cut', 1000)).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'The model cut.gguf can not be used: it is cut short.',
    });
  });
});
