import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Catalogue } from '../../../src/models/Catalogue.js';
import type { CatalogueEntry } from '../../../src/models/Model.js';

const mine: CatalogueEntry = {
  id: 'my-model',
  name: 'My model',
  version: '1',
  parameters: '1B',
  contextLength: 2048,
  capabilities: ['chat'],
  licence: 'MIT',
  aliases: ['mine'],
  sizeBytes: 1000,
  sources: [{ type: 'url', url: 'https://example.com/my.gguf' }],
};

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-catalogue-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

async function loadWith(content: unknown): Promise<Catalogue> {
  await writeFile(join(home, 'catalogue.json'), typeof content === 'string' ? content : JSON.stringify(content));
  return Catalogue.load(home);
}

describe('the shipped catalogue', () => {
  test('has the models that are promised', async () => {
    const catalogue = await Catalogue.load(home);
    const ids = catalogue.entries.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'smollm2-135m-instruct',
        'smollm2-1.7b-instruct',
        'llama-3.2-1b-instruct',
        'llama-3.2-3b-instruct',
        'llama-3.3-70b-instruct',
        'demo',
      ]),
    );
    expect(ids.some((id) => id.startsWith('qwen'))).toBe(true);
    expect(ids.some((id) => id.startsWith('gemma'))).toBe(true);
    expect(catalogue.find('llama3.3')?.id).toBe('llama-3.3-70b-instruct');
  });

  test('gives every name to one model only', async () => {
    const names = (await Catalogue.load(home)).entries.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('proposes ids for a name that is almost one', async () => {
    const catalogue = await Catalogue.load(home);
    expect(catalogue.near('llama-3.2').slice(0, 2)).toEqual(['llama-3.2-1b-instruct', 'llama-3.2-3b-instruct']);
    expect(catalogue.near('smollm2-135m-instuct')).toContain('smollm2-135m-instruct');
    expect(catalogue.near('llama3.4')).toContain('llama-3.3-70b-instruct');
    expect(catalogue.near('something else entirely')).toEqual([]);
  });
});

describe("the user's own catalogue", () => {
  test('adds models', async () => {
    const catalogue = await loadWith({ models: [mine] });
    expect(catalogue.find('mine')).toEqual(mine);
    expect(catalogue.find('demo')).toBeDefined();
  });

  test('replaces a shipped model of the same id', async () => {
    const catalogue = await loadWith({ models: [{ ...mine, id: 'llama-3.3-70b-instruct', aliases: [] }] });
    expect(catalogue.find('llama-3.3-70b-instruct')?.name).toBe('My model');
    expect(catalogue.find('llama3.3')).toBeUndefined();
  });

  test.each([
    ['not JSON', '{"models": [', /^catalogue\.json is not JSON/],
    ['a wrong type', { models: [mine, { ...mine, sizeBytes: '1 GB' }] }, /^catalogue\.json: models\[1\]\.sizeBytes: /],
    [
      'a missing field',
      { models: [{ ...mine, contextLength: undefined }] },
      /^catalogue\.json: models\[0\]\.contextLength: /,
    ],
    ['an unknown field', { models: [{ ...mine, sise: 1 }] }, /^catalogue\.json: models\[0\]: .*sise/],
    [
      'an id that is no slug',
      { models: [{ ...mine, id: 'My Model' }] },
      /^catalogue\.json: models\[0\]\.id: use lower-case/,
    ],
    [
      'an address that names no file',
      { models: [{ ...mine, sources: [{ type: 'hf', uri: 'hf:user/repo' }] }] },
      /models\[0\]\.sources\[0\]\.uri: write it as hf:/,
    ],
    [
      'a checksum of the wrong length',
      { models: [{ ...mine, sources: [{ type: 'file', path: '/x', sha256: 'ab' }] }] },
      /models\[0\]\.sources\[0\]\.sha256: write the SHA-256/,
    ],
    ['no sources', { models: [{ ...mine, sources: [] }] }, /models\[0\]\.sources: /],
    ['the same id twice', { models: [mine, { ...mine, aliases: [] }] }, /models\[1\]\.id: this id is there twice/],
    [
      'a name that belongs to another',
      { models: [{ ...mine, aliases: ['llama3.3'] }] },
      /the name "llama3\.3" belongs to another model/,
    ],
  ])('with %s is refused in one line that names the field', async (_what, content, message) => {
    const refusal = loadWith(content);
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await refusal.catch(({ message: line }: Error) => line)).not.toContain('\n');
  });
});

describe('a hostile catalogue', () => {
  const pypi = { type: 'pypi', package: 'weights', version: '1.0', file: 'weights/model.gguf' };
  test.each([
    ['models[0].id', { ...mine, id: '../../x' }],
    ['models[0].aliases[0]', { ...mine, aliases: ['../x'] }],
    ['models[0].sources[0].file', { ...mine, sources: [{ ...pypi, file: '../../../etc/passwd' }] }],
    ['models[0].sources[0].file', { ...mine, sources: [{ ...pypi, file: '/etc/passwd' }] }],
    ['models[0].sources[0].package', { ...mine, sources: [{ ...pypi, package: '--index-url=http://x' }] }],
    ['models[0].sources[0].version', { ...mine, sources: [{ ...pypi, version: '1 --pre' }] }],
  ])('can not name what lies outside, or give options to pip: %s', async (field, entry) => {
    await expect(loadWith({ models: [entry] })).rejects.toMatchObject({
      code: 'invalid_request',
      details: expect.objectContaining({ field }),
    });
  });

  test('whose package is an honest one is taken', async () => {
    expect((await loadWith({ models: [{ ...mine, sources: [pypi] }] })).find('my-model')).toBeDefined();
  });
});
