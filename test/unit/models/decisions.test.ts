import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatByteSize, parseByteSize } from '../../../src/config/byteSize.js';
import { idOfFile, isGgufPath } from '../../../src/models/ggufFile.js';
import { chooseToUnload, estimateMemory, slotsWithin } from '../../../src/models/memory.js';
import { similarIds } from '../../../src/models/similarIds.js';

describe('byte sizes', () => {
  test.each([
    ['10GB', 10e9],
    ['512 MiB', 512 * 2 ** 20],
    ['1.5tb', 1.5e12],
    ['64b', 64],
    ['10', undefined],
    ['GB', undefined],
    ['-1GB', undefined],
    ['10 gigabytes', undefined],
  ])('%s is %s', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  test('what is written is read again, as exactly as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e14 }), (bytes) => {
        const read = parseByteSize(formatByteSize(bytes)) ?? Number.NaN;
        expect(Math.abs(read - bytes) / bytes).toBeLessThanOrEqual(0.051);
      }),
    );
  });
});

describe('ids of files', () => {
  test.each([
    ['/models/SmolLM2-135M-Instruct.Q4_1.gguf', 'smollm2-135m-instruct.q4_1'],
    ['./My Model (v2).GGUF', 'my-model-v2'],
    ['.gguf', 'model'],
  ])('%s becomes %s', (path, id) => {
    expect(idOfFile(path)).toBe(id);
  });

  test('are always ids, and their own id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 150 }), (name) => {
        const id = idOfFile(`/somewhere/${name}.gguf`);
        expect(id).toMatch(/^[a-z0-9][a-z0-9._-]{0,99}$/);
        expect(idOfFile(`${id}.gguf`)).toBe(id);
      }),
    );
  });

  test.each([
    ['demo', false],
    ['llama-3.2-1b-instruct', false],
    ['model.gguf', true],
    ['./model', true],
    ['/models/x.GGUF', true],
  ])('%s is meant as a path: %s', (name, is) => {
    expect(isGgufPath(name)).toBe(is);
  });
});

describe('near ids', () => {
  const ids = ['demo', 'llama-3.2-1b-instruct', 'llama-3.2-3b-instruct', 'gemma-3-1b-it'];

  test('hold the one that was misspelt by one character', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ids), fc.nat(), (id, position) => {
        const at = position % id.length;
        expect(similarIds(`${id.slice(0, at)}#${id.slice(at + 1)}`, ids)).toContain(id);
      }),
    );
  });

  test('are few, and none for nothing', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(similarIds(name, ids, 2).length).toBeLessThanOrEqual(2);
      }),
    );
    expect(similarIds('', ids)).toEqual([]);
  });
});

describe('memory of models', () => {
  const size = fc.integer({ min: 1e5, max: 1e11 });
  const context = fc.integer({ min: 1, max: 131072 });

  test('as many slots as fit into a room do fit, and one more would not', () => {
    fc.assert(
      fc.property(size, context, fc.integer({ min: 1e5, max: 1e12 }), (sizeBytes, contextLength, room) => {
        const model = { sizeBytes, trainContextLength: 8192, contextLength };
        const slots = slotsWithin(model, room);
        expect(slots).toBeGreaterThanOrEqual(1);
        expect(slots).toBeLessThanOrEqual(16);
        if (slots > 1) expect(estimateMemory(model, slots)).toBeLessThanOrEqual(room + 16);
        if (slots < 16) expect(estimateMemory(model, slots + 1)).toBeGreaterThan(room - 32);
      }),
    );
  });

  const loaded = fc.uniqueArray(
    fc.record({ id: fc.string(), memoryBytes: fc.nat(1000), lastUsed: fc.nat(1000), idle: fc.boolean() }),
    { selector: ({ id }) => id, maxLength: 10 },
  );
  const sum = (models: { memoryBytes: number }[]) => models.reduce((total, { memoryBytes }) => total + memoryBytes, 0);

  test('room is made by unloading idle models only, the least recently used first, and no more than needed', () => {
    fc.assert(
      fc.property(loaded, fc.nat(2000), fc.nat(5000), (models, need, limit) => {
        const chosen = chooseToUnload(models, need, limit);
        const idle = models.filter((model) => model.idle).sort((a, b) => a.lastUsed - b.lastUsed);
        if (chosen === undefined) {
          expect(need + sum(models) - sum(idle)).toBeGreaterThan(limit);
          return;
        }
        expect(chosen).toEqual(idle.slice(0, chosen.length).map(({ id }) => id));
        const left = models.filter(({ id }) => !chosen.includes(id));
        expect(need + sum(left)).toBeLessThanOrEqual(limit);
        const last = models.find(({ id }) => id === chosen.at(-1));
        if (last !== undefined) expect(need + sum(left) + last.memoryBytes).toBeGreaterThan(limit);
      }),
    );
  });
});
