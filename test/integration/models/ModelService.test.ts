import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, initialConfig } from '../../../src/config/Config.js';
import type { Engine } from '../../../src/engine/Engine.js';
import { EngineProcess } from '../../../src/engine/EngineProcess.js';
import { startEngine } from '../../../src/engine/startEngine.js';
import type { LlamaHomeError } from '../../../src/errors/index.js';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import type { ModelEvent } from '../../../src/models/Model.js';
import { ModelService, type ModelServiceOptions } from '../../../src/models/ModelService.js';
import { roundUp } from '../../../src/models/memory.js';
import { EngineRun } from '../../support/engineRun.js';

/** Config as the service sees it, and a way to change it. */
class TestConfig {
  current: Config = { ...initialConfig, modelSettings: { ...initialConfig.modelSettings, defaultModel: 'demo' } };
  private listener: ((config: Config) => void) | undefined;

  onChange(listener: (config: Config) => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = undefined;
    };
  }

  set(cacheSize: string, defaultModel = 'demo'): void {
    this.current = {
      modelSettings: { ...this.current.modelSettings, defaultModel },
      systemSettings: { ...this.current.systemSettings, cacheSize },
    };
    this.listener?.(this.current);
  }
}

let home: string;
let config: TestConfig;
let services: ModelService[];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-service-'));
  config = new TestConfig();
  services = [];
  await mkdir(join(home, 'models'));
});
afterEach(async () => {
  await Promise.all(services.map((service) => service.close()));
  await rm(home, { recursive: true });
});

async function start(
  contextLength = 256,
  start: ModelServiceOptions['startEngine'] = startEngine,
): Promise<ModelService> {
  const service = await ModelService.create({
    home,
    config,
    engineOptions: { slots: 2, contextLength, threads: 1, gpu: false },
    startEngine: start,
    logger: pino({ level: 'silent' }),
  });
  services.push(service);
  return service;
}

const file = (id: string) => join(home, 'models', `${id}.gguf`);

async function installed(...ids: string[]): Promise<ModelService> {
  for (const id of ids) await writeDemoModel(file(id));
  return start();
}

/** Gives an engine more to do than any test lasts; what is returned stops it, and settles when the engine is idle. */
async function occupy(engine: Engine): Promise<() => Promise<unknown>> {
  const run = new EngineRun(engine);
  const request = await run.request('Hello', { maxTokens: engine.info.contextLength });
  const requests = Array.from({ length: 1000 }, (_, index) => ({ ...request, id: `busy${index}` }));
  const begun = run.until('busy0', ({ started }) => started === true);
  const ends = run.all(requests);
  await begun;
  return () => {
    engine.cancel(requests.map(({ id }) => id));
    return ends;
  };
}

/** Settles at the first event of that state. */
async function reached(events: AsyncGenerator<ModelEvent>, state: string): Promise<ModelEvent[]> {
  const seen: ModelEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (event.state === state) break;
  }
  return seen;
}

describe('a model', () => {
  test('is installed by generation, loaded on demand, unloaded and removed, and says so at each step', async () => {
    const models = await start();
    expect(models.find('demo')?.state).toBe('AVAILABLE');
    const events = models.events('demo');
    const journey = (async () => {
      const states: string[] = [];
      for await (const { state } of events) if (states.at(-1) !== state) states.push(state);
      return states;
    })();
    const installing = models.events('demo');
    expect((await models.install('demo')).state).toBe('DOWNLOADING');
    await reached(installing, 'INSTALLED');
    expect(await models.isLoadable('demo')).toEqual({ ok: true });
    const engine = await models.engine('demo');
    expect(models.find('demo')).toMatchObject({
      state: 'READY',
      memoryRequired: roundUp(engine.info.memoryBytes),
      failure: null,
    });
    expect(models.loadedEngine('demo')).toBe(engine);
    const { text } = await new EngineRun(engine).one('Hello', { maxTokens: 5 });
    expect(text).toHaveLength(5);
    expect((await models.unload('demo')).state).toBe('INSTALLED');
    await expect(engine.closed).resolves.toMatchObject({ expected: true });
    expect((await models.remove('demo')).state).toBe('AVAILABLE');
    await models.close();
    expect(await journey).toEqual([
      'AVAILABLE',
      'DOWNLOADING',
      'INSTALLED',
      'LOADING',
      'READY',
      'INSTALLED',
      'AVAILABLE',
    ]);
  });

  test('that is asked for by many while it loads is loaded once', async () => {
    const models = await installed('demo');
    const engines = await Promise.all(Array.from({ length: 8 }, () => models.engine('demo')));
    expect(new Set(engines.map(({ pid }) => pid)).size).toBe(1);
  });

  test('gets a new process after its engine was killed', async () => {
    const models = await installed('demo');
    const first = await models.engine('demo');
    process.kill(first.pid, 'SIGKILL');
    await first.closed;
    expect(models.find('demo')?.state).toBe('INSTALLED');
    const second = await models.engine('demo');
    expect(second.pid).not.toBe(first.pid);
    expect((await new EngineRun(second).one('Hello', { maxTokens: 3 })).text).toHaveLength(3);
  });

  test('whose file is deleted while it is loaded serves on, and is available afterwards', async () => {
    const models = await installed('demo');
    const engine = await models.engine('demo');
    await unlink(file('demo'));
    expect((await new EngineRun(engine).one('Hello', { maxTokens: 3 })).text).toHaveLength(3);
    expect(models.find('demo')?.state).toBe('READY');
    await models.unload('demo');
    expect(models.find('demo')?.state).toBe('AVAILABLE');
    await expect(models.engine('demo')).rejects.toMatchObject({ code: 'model_unavailable' });
  });

  test('shows the speed that was measured', async () => {
    const models = await start();
    expect(models.find('demo')?.tokensPerSecond).toBeNull();
    models.recordSpeed('demo', 100);
    expect(models.find('demo')?.tokensPerSecond).toBe(100);
    models.recordSpeed('demo', 200);
    expect(models.find('demo')?.tokensPerSecond).toBe(120);
  });

  test('that serves a prompt can not be unloaded or removed', async () => {
    const models = await installed('demo');
    const engine = await models.engine('demo');
    const run = new EngineRun(engine);
    const request = await run.request('Hello', { maxTokens: 200 });
    const begun = run.until(request.id, ({ completionTokens }) => completionTokens > 0);
    const ended = run.end(request.id);
    engine.submit([request]);
    await begun;
    await expect(models.unload('demo')).rejects.toMatchObject({ code: 'conflict' });
    await expect(models.remove('demo')).rejects.toMatchObject({ code: 'conflict' });
    engine.cancel([request.id]);
    await ended;
  });
});

describe('a model that can not be used', () => {
  /** Nothing that waiting would mend. */
  async function refusal(models: ModelService, id: string, state = 'failed'): Promise<LlamaHomeError> {
    const error = await models.engine(id).then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'model_unavailable', details: { model: id, state } });
    expect(error.details).not.toHaveProperty('retry_after');
    expect(error.message).not.toContain(home);
    const loadable = await models.isLoadable(id);
    expect(loadable).toMatchObject({ ok: false, error: { message: error.message, details: error.details } });
    return error;
  }

  test('because it is not installed says how to install it', async () => {
    const models = await start();
    const { message, details } = await refusal(models, 'llama-3.2-1b-instruct', 'available');
    const pull = 'npx llamahome pull llama-3.2-1b-instruct';
    expect(message).toBe(
      `The model llama-3.2-1b-instruct is not installed: install it with \`${pull}\` or the mutation installModel.`,
    );
    expect(details).toEqual({ model: 'llama-3.2-1b-instruct', state: 'available', pull });
    expect(models.find('llama-3.2-1b-instruct')).toMatchObject({ state: 'AVAILABLE', failure: null });
  });

  test('because its file is no model says so and is FAILED, until the file is another one', async () => {
    const models = await start();
    await writeFile(file('demo'), '<html>502 Bad Gateway</html>');
    const { message } = await refusal(models, 'demo');
    expect(message).toBe('The model demo can not be used: it is not a GGUF file. Remove it and install it again.');
    expect(models.find('demo')).toMatchObject({ state: 'FAILED', failure: message });
    await writeDemoModel(file('demo'));
    expect(models.find('demo')?.state).toBe('INSTALLED');
    expect(await models.isLoadable('demo')).toEqual({ ok: true });
    await models.load('demo');
  });

  test('because its engine died while it loaded is worth another try', async () => {
    const dying = async () => {
      const child = spawn(process.execPath, ['-e', 'process.exit(9)'], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
      const engine = new EngineProcess(child);
      await engine.ready;
      return engine;
    };
    const models = await start(256, dying);
    await writeDemoModel(file('demo'));
    await expect(models.engine('demo')).rejects.toMatchObject({
      code: 'model_unavailable',
      details: { model: 'demo', retry_after: 5 },
    });
    expect(models.find('demo')).toMatchObject({ state: 'FAILED', failure: expect.stringContaining('process ended') });
    expect(await models.isLoadable('demo')).toEqual({ ok: true });
  });

  test('because it is cut short says that it is damaged, and the server stays up', async () => {
    const models = await installed('demo');
    await truncate(file('demo'), 300_000);
    const { message } = await refusal(models, 'demo');
    expect(message).toMatch(/damaged/);
    expect(models.find('demo')?.state).toBe('FAILED');
  });

  test('because it is unknown names what is near', async () => {
    const models = await start();
    expect(models.find('dem')).toBeUndefined();
    expect(() => models.resolve('dem')).toThrow('There is no model "dem": did you mean demo?');
    await expect(models.load('dem')).rejects.toMatchObject({ code: 'model_not_found', details: { near: ['demo'] } });
    expect(() => models.events('dem')).toThrow(/did you mean demo/);
  });

  test('because it needs more than cache_size says both sizes', async () => {
    config.set('1MB');
    const { message } = await refusal(await installed('demo'), 'demo');
    expect(message).toBe(
      'The model LlamaHome demo needs about 1.7 MB of memory, and cache_size is 1 MB: raise cache_size in Config, or use a smaller model.',
    );
  });

  test('because no source has it says what failed, as an event too', async () => {
    const entry = {
      id: 'nowhere',
      name: 'Nowhere',
      version: '1',
      parameters: '1M',
      contextLength: 256,
      capabilities: ['chat'],
      licence: 'MIT',
      sizeBytes: 1000,
      sources: [{ type: 'file', path: '/nowhere.gguf' }],
    };
    await writeFile(join(home, 'catalogue.json'), JSON.stringify({ models: [entry] }));
    const models = await start();
    const events = models.events('nowhere');
    await models.install('nowhere');
    const last = (await reached(events, 'FAILED')).at(-1);
    expect(last?.model.failure).toBe('Nowhere could not be fetched (local file: there is no such file).');
  });
});

describe('memory', () => {
  /** Enough for two demo models with this context, not for three. */
  const context = 8192;

  async function three(): Promise<ModelService> {
    for (const id of ['one', 'two', 'three']) await writeDemoModel(file(id), { contextLength: context });
    const models = await start(context);
    const { memoryBytes } = (await models.engine('one')).info;
    const estimate = models.find('two')?.memoryRequired ?? 0;
    config.set(`${Math.round(memoryBytes + estimate + Math.min(memoryBytes, estimate) / 2)}B`);
    return models;
  }

  const loaded = (models: ModelService) => [...models.loadedEngines().keys()].sort();

  test('is shared: the least recently used idle model goes when another needs its room', async () => {
    const models = await three();
    await models.engine('two');
    await models.engine('one');
    await models.engine('three');
    expect(loaded(models)).toEqual(['one', 'three']);
    expect(models.find('two')?.state).toBe('INSTALLED');
  });

  test('is not taken from models in use', async () => {
    const models = await three();
    const releases = [await occupy(await models.engine('one')), await occupy(await models.engine('two'))];
    await expect(models.engine('three')).rejects.toMatchObject({
      code: 'model_unavailable',
      details: { retry_after: 5 },
    });
    expect(loaded(models)).toEqual(['one', 'two']);
    expect(models.find('three')?.state).toBe('INSTALLED');
    for (const release of releases) await release();
    await models.engine('three');
    expect(loaded(models)).toEqual(['three', 'two']);
  });

  test('that is lowered in Config is given back at once', async () => {
    const models = await three();
    const one = await models.engine('one');
    await models.engine('two');
    config.set(`${Math.round(one.info.memoryBytes * 1.5)}B`);
    await one.closed;
    expect(loaded(models)).toEqual(['two']);
  });
});

test('idle models are unloaded after a time, and models in use stay', async () => {
  const models = await installed('one', 'two');
  const [one, two] = [await models.engine('one'), await models.engine('two')];
  expect(await models.unloadIdle(60_000)).toEqual([]);
  const release = await occupy(two);
  expect(await models.unloadIdle(0)).toEqual(['one']);
  await one.closed;
  expect([...models.loadedEngines().values()]).toEqual([two]);
  await release();
});

describe('names', () => {
  test('llama3.3 means the default model until a Llama 3.3 is installed', async () => {
    const models = await installed('demo');
    expect(models.resolve('llama3.3').id).toBe('demo');
    expect(models.find('llama3.3')?.id).toBe('demo');
    expect(models.resolve().id).toBe('demo');
    await writeDemoModel(file('llama-3.3-70b-instruct'));
    expect(models.resolve('llama3.3').id).toBe('llama-3.3-70b-instruct');
    expect(models.resolve().id).toBe('demo');
  });

  test('llama3.3 as the default model is the first default until it is installed', async () => {
    config.set('10GB', 'llama3.3');
    const models = await start();
    expect(models.resolve().id).toBe('smollm2-135m-instruct');
    expect(models.resolve('llama3.3').id).toBe('smollm2-135m-instruct');
  });
});

describe('a file of ones own', () => {
  test('becomes a model by its path, is there after a restart, and removing it leaves the file', async () => {
    const path = join(home, 'My Weights.gguf');
    await writeDemoModel(path);
    const models = await start();
    const model = await models.named(path);
    expect(model).toMatchObject({ id: 'my-weights', state: 'INSTALLED', name: 'LlamaHome demo', contextLength: 256 });
    expect((await models.named(path)).id).toBe('my-weights');
    await models.load('my-weights');
    const again = await start();
    expect(again.find('my-weights')?.state).toBe('INSTALLED');
    await models.remove('my-weights');
    expect(models.find('my-weights')).toBeUndefined();
    expect((await readFile(path)).length).toBeGreaterThan(0);
  });

  test('of the same name as another model gets an id of its own', async () => {
    await mkdir(join(home, 'other'));
    for (const path of ['demo.gguf', 'other/demo.gguf']) await writeDemoModel(join(home, path));
    const models = await start();
    expect((await models.addFile(join(home, 'demo.gguf'))).id).toBe('demo-2');
    expect((await models.addFile(join(home, 'other/demo.gguf'))).id).toBe('demo-3');
  });

  test('that was put into the models folder is a model', async () => {
    const models = await installed('from-a-friend');
    expect(models.list({ state: 'INSTALLED' }).map(({ id }) => id)).toEqual(['from-a-friend']);
  });

  test('that is missing or no model is refused in one line without its folder', async () => {
    const models = await start();
    const gone = models.addFile(join(home, 'gone.gguf'));
    await expect(gone).rejects.toThrow(/^The model gone\.gguf can not be used: its file is missing\.$/);
    await writeFile(join(home, 'text.gguf'), 'just text');
    const text = models.addFile(join(home, 'text.gguf'));
    await expect(text).rejects.toThrow(/^The model text\.gguf can not be used: it is not a GGUF file\.$/);
  });
});

test('downloads are shared, and removing stops them', async () => {
  const models = await start();
  const all: ModelEvent[] = [];
  const events = models.events(null);
  const following = (async () => {
    for await (const event of events) all.push(event);
  })();
  const [first, second] = await Promise.all([models.install('demo'), models.install('demo')]);
  expect([first?.state, second?.state]).toEqual(['DOWNLOADING', 'DOWNLOADING']);
  await expect(models.engine('demo')).rejects.toMatchObject({
    code: 'model_unavailable',
    details: { model: 'demo', state: 'downloading', retry_after: 5 },
  });
  expect((await models.remove('demo')).state).toBe('AVAILABLE');
  await models.close();
  await following;
  expect(all.filter(({ state }) => state === 'DOWNLOADING').length).toBeLessThanOrEqual(1);
  expect(all.at(-1)?.state).toBe('AVAILABLE');
});

test('nothing runs on after the service is closed', async () => {
  const models = await installed('demo');
  const engine: Engine = await models.engine('demo');
  await models.close();
  expect(() => process.kill(engine.pid, 0)).toThrow();
  await expect(models.engine('demo')).rejects.toMatchObject({ code: 'model_unavailable' });
});
