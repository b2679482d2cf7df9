import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, type ConfigPatch, initialConfig } from '../../src/config/Config.js';
import { ConfigService } from '../../src/config/ConfigService.js';
import { openStorage, type Storage } from '../../src/server/openStorage.js';

const logger = pino({ level: 'silent' });
const ada = { userId: 'ada' };
let home: string;
let storage: Storage;
let config: ConfigService;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-config-'));
  await open();
});
afterEach(async () => {
  await storage.close();
  await rm(home, { recursive: true });
});

async function open(): Promise<void> {
  storage = await openStorage({ database: 'sqlite', home, logger });
  config = await ConfigService.open(storage.config, logger);
}

async function restart(): Promise<void> {
  await config.close();
  await storage.close();
  await open();
}

const audit = async () =>
  (await storage.config.audit({ first: 100 })).map(({ userId, path, old, new: after }) => [userId, path, old, after]);

describe('Config', () => {
  it('begins with the first values and stores nothing until it is changed', async () => {
    expect(config.current).toEqual(initialConfig);
    expect(await storage.config.load()).toBeNull();
  });

  it('changes what is named, keeps the rest, and says who changed what', async () => {
    const before = config.current;
    const after = await config.update(ada, {
      modelSettings: { maxTokens: 200, temperature: 0.7 },
      systemSettings: { cacheSize: ' 1.5 gb' },
    });
    expect(after).toEqual({
      modelSettings: { ...initialConfig.modelSettings, maxTokens: 200 },
      systemSettings: { ...initialConfig.systemSettings, cacheSize: '1.5GB' },
    });
    expect(config.current).toBe(after);
    expect(before).toEqual(initialConfig);
    expect(await audit()).toEqual([
      ['ada', 'systemSettings.cacheSize', '10GB', '1.5GB'],
      ['ada', 'modelSettings.maxTokens', 100, 200],
    ]);
    await restart();
    expect(config.current).toEqual(after);
  });

  it('keeps a list, and an equal one is no change', async () => {
    const publicSystemTexts = ['You are helpful.', 'You are brief.'];
    const after = await config.update(ada, { systemSettings: { publicSystemTexts } });
    expect(await config.update(ada, { systemSettings: { publicSystemTexts: [...publicSystemTexts] } })).toBe(after);
    await restart();
    expect(config.current.systemSettings.publicSystemTexts).toEqual(publicSystemTexts);
    expect((await config.update(ada, { systemSettings: { publicSystemTexts: [] } })).systemSettings).toEqual(
      initialConfig.systemSettings,
    );
  });

  it('leaves what is null or absent, and writes no line when nothing changes', async () => {
    const before = config.current;
    const nothing: ConfigPatch[] = [
      {},
      { modelSettings: null },
      { modelSettings: {}, systemSettings: { maxRequestsPerMinute: 60 } },
    ];
    for (const patch of nothing) expect(await config.update(ada, patch)).toBe(before);
    expect(await audit()).toEqual([]);
  });

  const wrong: [field: string, values: unknown[], allowed: string][] = [
    [
      'modelSettings.maxTokens',
      [0, -1, 1.5, 1_000_001, '5', Number.NaN, true],
      'must be a whole number from 1 to 1000000',
    ],
    ['modelSettings.temperature', [-0.1, 2.1, Number.POSITIVE_INFINITY, '1'], 'must be a number from 0 to 2'],
    ['modelSettings.defaultModel', ['', 5, ['demo']], 'must be the id of a model'],
    ['systemSettings.cacheSize', ['', '10', '10 elephants', '0GB', 10], 'must be a size like "10GB" or "512MB"'],
    ['systemSettings.maxRequestsPerMinute', [0, 1_000_001], 'must be a whole number from 1 to 1000000'],
    ['systemSettings.retentionDays', [0, 0.5], 'must be a whole number from 1 to 36500'],
    ['systemSettings.retentionCount', [0], 'must be a whole number from 1 to 1000000000'],
    ['systemSettings.idleUnloadMinutes', [-1], 'must be a whole number from 0 to 1000000'],
    [
      'systemSettings.publicSystemTexts',
      ['text', [''], [5], ['a'.repeat(100_001)], Array.from({ length: 101 }, String)],
      'must be a list of at most 100 texts of 1 to 100000 characters',
    ],
  ];

  it.each(wrong)('refuses a wrong %s and changes nothing', async (field, values, allowed) => {
    const [section = '', name = ''] = field.split('.');
    for (const value of values) {
      const patch = { modelSettings: { maxTokens: 7 }, [section]: { [name]: value } };
      await expect(config.update(ada, patch)).rejects.toMatchObject({
        code: 'invalid_request',
        message: `${field} ${allowed}.`,
        details: { field },
      });
    }
    expect(config.current).toEqual(initialConfig);
    expect(await storage.config.load()).toBeNull();
  });

  it.each([
    [{ modelSettings: { maxTokens: 5, max_tokens: 5 } }, 'modelSettings.max_tokens'],
    [{ other: { maxTokens: 5 } }, 'other'],
    [JSON.parse('{"modelSettings": {"__proto__": {"maxTokens": 5}}}'), 'modelSettings.__proto__'],
    [{ systemSettings: 'cheap' }, 'systemSettings'],
    [{ systemSettings: [1] }, 'systemSettings'],
  ])('refuses %j, which is no part of it', async (patch, field) => {
    await expect(config.update(ada, patch)).rejects.toMatchObject({ code: 'invalid_request', details: { field } });
    expect(config.current).toEqual(initialConfig);
  });

  it('takes only a default model that exists', async () => {
    config.modelId = (name) => (name === 'demo' ? name : undefined);
    await expect(config.update(ada, { modelSettings: { defaultModel: 'gpt-9' } })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'modelSettings.defaultModel' },
    });
    await config.update(ada, { modelSettings: { maxTokens: 5 } });
    await config.setDefaultModel('demo', 'LLAMAHOME_MODEL');
    expect(config.current.modelSettings).toMatchObject({ defaultModel: 'demo', maxTokens: 5 });
    expect((await audit())[0]).toEqual([
      'LLAMAHOME_MODEL',
      'modelSettings.defaultModel',
      'smollm2-135m-instruct',
      'demo',
    ]);
  });

  it('keeps every one of many changes at the same moment', async () => {
    const updates = Array.from({ length: 20 }, (_, index) =>
      config.update(
        { userId: `user ${index}` },
        index % 2 === 0
          ? { modelSettings: { maxTokens: index + 1 } }
          : { systemSettings: { retentionDays: index + 1 } },
      ),
    );
    updates.push(config.update(ada, { modelSettings: { maxTokens: -1 } }));
    const results = await Promise.allSettled(updates);
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(config.current).toMatchObject({ modelSettings: { maxTokens: 19 }, systemSettings: { retentionDays: 20 } });
    const lines = (await audit()).filter(([, path]) => path === 'modelSettings.maxTokens').reverse();
    for (const [index, line] of lines.entries()) expect(line[2]).toBe(lines[index - 1]?.[3] ?? 100);
    await restart();
    expect(config.current).toMatchObject({ modelSettings: { maxTokens: 19 }, systemSettings: { retentionDays: 20 } });
  });

  it('uses the first value of a stored setting that is not allowed any more, and keeps the others', async () => {
    const stored = {
      modelSettings: { maxTokens: 5, temperature: 99, dropped: 1 },
      systemSettings: { cacheSize: '1TB' },
      older: {},
    };
    await storage.config.save(stored, { by: 'an older build', changes: [] });
    await restart();
    expect(config.current).toEqual({
      modelSettings: { ...initialConfig.modelSettings, maxTokens: 5 },
      systemSettings: { ...initialConfig.systemSettings, cacheSize: '1TB' },
    });
  });

  it('is not changed when it can not be stored', async () => {
    await storage.close();
    await expect(config.update(ada, { modelSettings: { maxTokens: 5 } })).rejects.toMatchObject({
      code: 'internal_error',
    });
    expect(config.current).toEqual(initialConfig);
    await open();
  });
});

describe('those who listen to Config', () => {
  const setTokens = (maxTokens: number) => config.update(ada, { modelSettings: { maxTokens } });

  it('are called after each change until they stop, whatever another listener does', async () => {
    const seen: number[] = [];
    config.onChange(() => {
      throw new Error('a broken listener');
    });
    const stop = config.onChange(({ modelSettings }) => seen.push(modelSettings.maxTokens));
    await setTokens(1);
    await setTokens(1);
    await setTokens(2);
    stop();
    await setTokens(3);
    expect(seen).toEqual([1, 2]);
  });

  it('get each change they wait for', async () => {
    const changes = config.changes();
    for (const maxTokens of [5, 6]) {
      const next = changes.next();
      await setTokens(maxTokens);
      expect((await next).value).toBe(config.current);
    }
    await changes.return();
  });

  it('get the last one when they were slow, also when it came before they asked', async () => {
    const changes = config.changes();
    for (let maxTokens = 1; maxTokens <= 50; maxTokens++) await setTokens(maxTokens);
    const { value } = await changes.next();
    expect(value).toMatchObject({ modelSettings: { maxTokens: 50 } } satisfies {
      modelSettings: Partial<Config['modelSettings']>;
    });
    const next = changes.next();
    await setTokens(51);
    expect((await next).value).toMatchObject({ modelSettings: { maxTokens: 51 } });
    await changes.return();
  });

  it('can leave while they wait, and are ended with the service', async () => {
    const leaving = config.changes();
    const waiting = leaving.next();
    await leaving.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await leaving.next()).toEqual({ done: true, value: undefined });

    const staying = config.changes();
    const last = staying.next();
    await config.close();
    expect((await last).done).toBe(true);
  });
});
