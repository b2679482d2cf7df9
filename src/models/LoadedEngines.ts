import type { Logger } from 'pino';
import { formatByteSize } from '../config/byteSize.js';
import type { Engine, EngineOptions } from '../engine/Engine.js';
import { LlamaHomeError } from '../errors/index.js';
import { chooseToUnload, estimateMemory, machineMemory, mayHaveGpu, slotsWithin } from './memory.js';

/** A model this small spends more time on letting threads meet than on computing. */
const singleThreadBytes = 8e6;

/** What the environment says about engines. */
export type EngineSettings = Pick<EngineOptions, 'slots' | 'contextLength' | 'threads' | 'gpu'>;

export interface LoadedEnginesOptions {
  settings: EngineSettings;
  startEngine: (options: EngineOptions) => Promise<Engine>;
  /** Bytes that loaded models may take together, asked anew each time. */
  limit: () => number;
  logger: Logger;
  /** Called after every change: loading began, went on, ended, failed; an engine is gone. */
  onChange: (modelId: string) => void;
  /** Called with each engine as soon as it can be used. */
  onLoaded: (engine: Engine) => void;
}

export interface LoadRequest {
  id: string;
  name: string;
  modelPath: string;
  sizeBytes: number;
  trainContextLength: number;
}

interface Loading {
  engine: Promise<Engine>;
  memoryBytes: number;
  /** 0 to 1. */
  progress: number;
}

interface Loaded {
  engine: Engine;
  /** In ms, of the monotonic clock. */
  lastUsed: number;
  /** It has just come, and makes room for itself: it is not to go for that. */
  isNew: boolean;
}

function isIdle({ engine, isNew }: Loaded): boolean {
  const { busy, staged } = engine.stats();
  return !isNew && busy + staged === 0;
}

/** The engines that run, within the memory they may take together. */
export class LoadedEngines {
  private readonly loading = new Map<string, Loading>();
  private readonly loaded = new Map<string, Loaded>();
  private closed = false;
  /** Only one load at a time makes room, so that two do not count the same room. */
  private makingRoom: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: LoadedEnginesOptions) {}

  get(id: string): Engine | undefined {
    return this.living(id)?.engine;
  }

  get all(): ReadonlyMap<string, Engine> {
    return new Map([...this.loaded].flatMap(([id, { engine }]) => (engine.isGone ? [] : [[id, engine]])));
  }

  /** 0 to 1 while it loads, else undefined. */
  loadProgress(id: string): number | undefined {
    return this.loading.get(id)?.progress;
  }

  isIdle(id: string): boolean {
    const loaded = this.loaded.get(id);
    return !this.loading.has(id) && (loaded === undefined || isIdle(loaded));
  }

  /** Since when a loaded model has served nothing, in ms of the monotonic clock; undefined while it works or is not loaded. */
  idleSince(id: string): number | undefined {
    const loaded = this.loaded.get(id);
    if (loaded === undefined || !isIdle(loaded)) return undefined;
    return Math.max(loaded.lastUsed, loaded.engine.stats().lastStepAt ?? 0);
  }

  /** The running engine of a model, for use: from now on it counts as recently used. */
  use(id: string): Engine | undefined {
    const loaded = this.living(id);
    if (loaded !== undefined) loaded.lastUsed = performance.now();
    return loaded?.engine;
  }

  /** The running engine of a model; it is loaded when it is not, once for all who ask meanwhile. */
  async engine(request: LoadRequest): Promise<Engine> {
    const running = this.use(request.id);
    if (running !== undefined) return running;
    const loading = this.loading.get(request.id);
    if (loading !== undefined) return loading.engine;
    const { settings } = this.options;
    const memory = { ...request, contextLength: settings.contextLength };
    const least = estimateMemory(memory, settings.slots === 'auto' ? 1 : settings.slots);
    const entry: Loading = { engine: this.load(request, least), memoryBytes: 0, progress: 0 };
    this.loading.set(request.id, entry);
    this.options.onChange(request.id);
    try {
      return await entry.engine;
    } finally {
      this.loading.delete(request.id);
      this.options.onChange(request.id);
    }
  }

  /** Ends a model's engine; nothing happens when it has none. */
  async unload(id: string): Promise<void> {
    await this.loading.get(id)?.engine.catch(() => undefined);
    await this.loaded.get(id)?.engine.close();
  }

  /** Unloads idle models, least recently used first, until all together stay within the limit. */
  async trim(): Promise<void> {
    const limit = this.options.limit();
    const candidates = this.candidates();
    const idle = candidates.filter((model) => model.idle);
    const chosen = chooseToUnload(candidates, 0, limit) ?? idle.map(({ id }) => id);
    await Promise.all(chosen.map((id) => this.unload(id)));
  }

  /** Unloads what has been idle for so many milliseconds; gives the ids. A model at work is used all the time. */
  async unloadIdle(idleMs: number): Promise<string[]> {
    const now = performance.now();
    for (const loaded of this.loaded.values()) if (!isIdle(loaded)) loaded.lastUsed = now;
    const ids = [...this.loaded].filter(([, { lastUsed }]) => now - lastUsed > idleMs).map(([id]) => id);
    await Promise.all(ids.map((id) => this.unload(id)));
    return ids;
  }

  /** Ends all engines. One that still loads is not waited for: it is closed when it comes, or ends with this process. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.loaded.values()].map(({ engine }) => engine.close()));
  }

  /** One whose process has just ended is not taken from the list yet. */
  private living(id: string): Loaded | undefined {
    const loaded = this.loaded.get(id);
    return loaded?.engine.isGone === true ? undefined : loaded;
  }

  private candidates() {
    return [...this.loaded].map(([id, loaded]) => ({
      id,
      memoryBytes: loaded.engine.info.memoryBytes,
      lastUsed: loaded.lastUsed,
      idle: isIdle(loaded),
    }));
  }

  private async load(request: LoadRequest, least: number): Promise<Engine> {
    const room = this.makingRoom.then(() => this.makeRoom(request, least));
    this.makingRoom = room.catch(() => undefined);
    const bytes = await room;
    const { settings, startEngine, logger, onChange } = this.options;
    const memory = { ...request, contextLength: settings.contextLength };
    // `auto` looks at free memory only: where the limit leaves less, the limit decides.
    const within = slotsWithin(memory, bytes);
    const engine = await startEngine({
      ...settings,
      modelPath: request.modelPath,
      slots:
        settings.slots === 'auto' && within < slotsWithin(memory, Number.POSITIVE_INFINITY) ? within : settings.slots,
      threads: settings.threads === 'auto' && request.sizeBytes < singleThreadBytes ? 1 : settings.threads,
      onLoadProgress: (fraction) => {
        const loading = this.loading.get(request.id);
        if (loading === undefined) return;
        loading.progress = fraction;
        onChange(request.id);
      },
      onLog: (level, message) => {
        // What the library calls an error is rare, and the only place where it says why.
        const isError = level === 'error' || level === 'fatal';
        logger[isError ? 'warn' : 'debug']({ model: request.id, level }, message);
      },
      onNotice: ({ level, message, reason }) => logger[level]({ model: request.id, reason }, message),
    });
    if (this.closed) {
      await engine.close();
      throw stopping();
    }
    const entry = { engine, lastUsed: performance.now(), isNew: true };
    this.loaded.set(request.id, entry);
    this.options.onLoaded(engine);
    const loading = this.loading.get(request.id);
    if (loading !== undefined) loading.memoryBytes = 0;
    void engine.closed.then(({ expected, reason }) => {
      if (!expected)
        logger.error({ model: request.id, reason }, 'the engine process ended; the next prompt starts another');
      if (this.loaded.get(request.id) === entry) this.loaded.delete(request.id);
      onChange(request.id);
    });
    await this.trim();
    entry.isNew = false;
    return engine;
  }

  /** Unloads what must go for `need` bytes more, reserves them, and returns how many the model may take. */
  private async makeRoom({ id, name }: LoadRequest, need: number): Promise<number> {
    if (this.closed) throw stopping();
    const limit = this.options.limit();
    const about = `The model ${name} needs about ${formatByteSize(need)} of memory`;
    if (need > limit) {
      const message = `${about}, and cache_size is ${formatByteSize(limit)}: raise cache_size in Config, or use a smaller model.`;
      throw new LlamaHomeError('model_unavailable', message);
    }
    const machine = machineMemory();
    if (need > machine && (this.options.settings.gpu === false || !mayHaveGpu())) {
      throw new LlamaHomeError('model_unavailable', `${about}, and this machine has ${formatByteSize(machine)}.`);
    }
    const reserved = [...this.loading.values()].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    const chosen = chooseToUnload(this.candidates(), need + reserved, limit);
    if (chosen === undefined) {
      const message = `${about}, and the models that are loaded are all in use. Try again, or raise cache_size in Config.`;
      throw new LlamaHomeError('model_unavailable', message, { retry_after: 5 });
    }
    await Promise.all(chosen.map((other) => this.unload(other)));
    const used = this.candidates().reduce((sum, { memoryBytes }) => sum + memoryBytes, reserved);
    const loading = this.loading.get(id);
    if (loading !== undefined) loading.memoryBytes = need;
    return Math.max(need, limit - used);
  }
}

function stopping(): LlamaHomeError {
  return new LlamaHomeError('model_unavailable', 'The server is stopping.', { retry_after: 5 });
}
