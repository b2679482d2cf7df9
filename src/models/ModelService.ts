import type { Logger } from 'pino';
import { parseByteSize } from '../config/byteSize.js';
import type { Config } from '../config/Config.js';
import type { Engine, EngineOptions } from '../engine/Engine.js';
import { LlamaHomeError } from '../errors/index.js';
import { ChatTemplates } from './ChatTemplates.js';
import { Downloads } from './Downloads.js';
import { Failures } from './Failures.js';
import { isGgufPath } from './ggufFile.js';
import { KnownModel, type ModelSources } from './KnownModel.js';
import { type EngineSettings, LoadedEngines } from './LoadedEngines.js';
import type { CatalogueEntry, Model, ModelEvent, ModelState } from './Model.js';
import { ModelEvents } from './ModelEvents.js';
import { ModelLibrary } from './ModelLibrary.js';
import { asUnavailable, canPass, notInstalled, unusable } from './unavailable.js';

export interface ModelServiceOptions {
  /** The home folder: models are in its folder `models`, the user's own catalogue in its `catalogue.json`. */
  home: string;
  /** Gives the default model, `cacheSize` and `publicSystemTexts` (changes are applied at once) and `idleUnloadMinutes`. */
  config: { readonly current: Config; onChange(listener: (config: Config) => void): () => void };
  engineOptions: EngineSettings;
  startEngine: (options: EngineOptions) => Promise<Engine>;
  logger: Logger;
}

/** How often it is looked whether a model has been idle long enough to be unloaded. */
const idleCheckMs = 15_000;
/** At most one event of progress per model in this time, in ms. */
const progressMs = 100;
/** Weight of a new measurement of the speed against all before it. */
const speedWeight = 0.2;
/** So long a failed load counts against a model's being loadable, in ms; what was short then may be there again. */
const failureMs = 30_000;

/** The models of this server: catalogue, installed files and loaded engines. Methods throw LlamaHomeError only. */
export class ModelService {
  private readonly engines: LoadedEngines;
  private readonly followers = new ModelEvents();
  private readonly downloads: Downloads;
  private readonly failures: Failures;
  private readonly templates = new ChatTemplates();
  private readonly speeds = new Map<string, number>();
  private readonly lastEvent = new Map<string, { state: ModelState; at: number }>();
  private readonly sources: ModelSources;
  private readonly stopListening: () => void;
  private readonly idleTimer: NodeJS.Timeout;

  private constructor(
    private readonly options: ModelServiceOptions,
    private readonly library: ModelLibrary,
  ) {
    this.engines = new LoadedEngines({
      settings: options.engineOptions,
      startEngine: options.startEngine,
      limit: () => this.cacheBytes,
      logger: options.logger,
      onChange: (id) => this.changed(id),
      onLoaded: (engine) => engine.publish(this.publicSystemTexts),
    });
    this.failures = new Failures((id) => library.signature(id));
    this.downloads = new Downloads({
      install: (id, install) => library.install(id, install),
      onStep: (id, text) => options.logger.info({ model: id }, text),
      onChange: (id) => this.changed(id),
      onFailure: (entry, error) => this.fail(entry.id, asUnavailable(error, entry)),
    });
    this.sources = {
      settings: options.engineOptions,
      engine: (id) => this.engines.get(id),
      file: (id) => library.file(id),
      state: (id, installed) => this.state(id, installed),
      failure: (id) => this.failures.message(id),
      speed: (id) => this.speeds.get(id),
      idleSince: (id) => this.engines.idleSince(id),
      cacheBytes: () => this.cacheBytes,
    };
    this.stopListening = options.config.onChange(() => {
      for (const engine of this.engines.all.values()) engine.publish(this.publicSystemTexts);
      void this.engines.trim();
    });
    this.idleTimer = setInterval(() => {
      const { idleUnloadMinutes } = options.config.current.systemSettings;
      if (idleUnloadMinutes > 0) void this.unloadIdle(idleUnloadMinutes * 60_000);
    }, idleCheckMs).unref();
  }

  /** @throws LlamaHomeError `invalid_request` for a fault in the user's own catalogue */
  static async create(options: ModelServiceOptions): Promise<ModelService> {
    const library = await ModelLibrary.open(options.home);
    for (const { file, reason } of library.unusable) {
      options.logger.warn({ reason }, `the file ${file} in the models folder is not served`);
    }
    return new ModelService(options, library);
  }

  list(filter: { state?: ModelState | null } = {}): Model[] {
    const models = this.library.entries.map((entry) => this.model(entry));
    return filter.state == null ? models : models.filter(({ state }) => state === filter.state);
  }

  /** By id or alias; undefined when unknown. */
  find(idOrAlias: string): Model | undefined {
    const entry = this.library.meant(idOrAlias, this.defaultModel);
    return entry === undefined ? undefined : this.model(entry);
  }

  /** The model meant by a name; none or null means the default of Config. Throws `model_not_found` with near ids. */
  resolve(name?: string | null): Model {
    const wanted = name ?? this.defaultModel;
    return this.model(this.library.meant(wanted, this.defaultModel) ?? this.library.get(wanted));
  }

  /** What a setting means that may also be a path to a `.gguf` file; as `addFile` and `resolve`. */
  async named(nameOrPath: string): Promise<Model> {
    return isGgufPath(nameOrPath) ? this.addFile(nameOrPath) : this.resolve(nameOrPath);
  }

  /**
   * Makes a model of a `.gguf` file anywhere on this machine; its id is made from the file's name.
   * @throws LlamaHomeError `model_unavailable` when it is missing or no model
   */
  async addFile(path: string): Promise<Model> {
    return this.model(await this.library.addFile(path));
  }

  /**
   * The running engine of a model, loading it first when needed.
   * @throws LlamaHomeError `model_unavailable` that says why it can't; with `retry_after` only where waiting may mend it
   */
  async engine(modelId: string): Promise<Engine> {
    const running = this.engines.use(modelId);
    if (running !== undefined) return running;
    const entry = this.library.get(modelId);
    const file = this.library.file(entry.id);
    const loads = this.engines.loadProgress(entry.id) !== undefined;
    if (!loads && file === undefined) throw notInstalled(entry, this.downloads.progress(entry.id));
    try {
      if (!loads) {
        const fault = await this.library.fault(entry.id);
        if (fault !== undefined) throw unusable(entry, fault);
      }
      const engine = await this.engines.engine({
        id: entry.id,
        name: entry.name,
        modelPath: this.library.weightsPath(entry.id),
        sizeBytes: file?.size ?? entry.sizeBytes,
        trainContextLength: entry.contextLength,
      });
      this.failures.clear(entry.id);
      return engine;
    } catch (error) {
      const failure = asUnavailable(error, entry);
      // A full house is no fault of this model.
      if (!canPass(failure) || failure.cause !== undefined) this.fail(entry.id, failure);
      throw failure;
    }
  }

  /** The running engine when it is loaded now. */
  loadedEngine(modelId: string): Engine | undefined {
    return this.engines.get(modelId);
  }

  /** All engines that run now, by model id. */
  loadedEngines(): ReadonlyMap<string, Engine> {
    return this.engines.all;
  }

  /** Clears what engines hold of these prompts' states; settles when it is gone. */
  async forgetStates(promptIds: readonly string[]): Promise<void> {
    await Promise.all([...this.engines.all.values()].map((engine) => engine.forget(promptIds)));
  }

  /** Whether the model could be used: loaded, or its file is there and the last try to load it did not fail. */
  async isLoadable(modelId: string): Promise<{ ok: true } | { ok: false; error: LlamaHomeError }> {
    const entry = this.library.meant(modelId, this.defaultModel);
    if (entry === undefined) return { ok: false, error: this.library.unknown(modelId) };
    if (this.engines.get(entry.id) !== undefined) return { ok: true };
    if (!this.library.isInstalled(entry.id))
      return { ok: false, error: notInstalled(entry, this.downloads.progress(entry.id)) };
    const failure = this.failures.recent(entry.id, failureMs);
    if (failure !== undefined && !canPass(failure)) return { ok: false, error: failure };
    const fault = await this.library.fault(entry.id);
    return fault === undefined ? { ok: true } : { ok: false, error: asUnavailable(unusable(entry, fault), entry) };
  }

  /** The chat template in the file of an installed model; null when it has none or is not installed. */
  async chatTemplate(id: string): Promise<string | null> {
    const { library } = this;
    return library.isInstalled(id) ? this.templates.read(library.weightsPath(id), library.signature(id)) : null;
  }

  /** Starts the download (two callers share one) and returns at once; progress comes as events. */
  async install(id: string): Promise<Model> {
    const entry = this.library.get(id);
    if (!this.library.isInstalled(entry.id)) {
      this.failures.clear(entry.id);
      this.downloads.start(entry);
    }
    return this.model(entry);
  }

  /** Loads a model and waits until it is ready. */
  async load(id: string): Promise<Model> {
    const entry = this.library.meant(id, this.defaultModel) ?? this.library.get(id);
    await this.engine(entry.id);
    return this.model(entry);
  }

  /** Ends the model's engine. @throws LlamaHomeError `conflict` while it serves prompts */
  async unload(id: string): Promise<Model> {
    const entry = this.library.get(id);
    this.refuseWhileBusy(entry);
    await this.engines.unload(entry.id);
    return this.model(entry);
  }

  /** Unloads every model that has served nothing for so many milliseconds; gives their ids. */
  unloadIdle(idleMs: number): Promise<string[]> {
    return this.engines.unloadIdle(idleMs);
  }

  /** Unloads and deletes the file; a download is stopped. @throws LlamaHomeError `conflict` while it serves prompts */
  async remove(id: string): Promise<Model> {
    const entry = this.library.get(id);
    this.refuseWhileBusy(entry);
    await this.downloads.stop(entry.id);
    await this.engines.unload(entry.id);
    await this.library.remove(entry.id);
    this.failures.clear(entry.id);
    this.changed(entry.id);
    this.library.forget(entry.id);
    return this.model(entry);
  }

  /** Progress of downloads and loading, of one model or all, beginning with the present state when `id` is given. */
  events(id?: string | null): AsyncGenerator<ModelEvent, void, void> {
    if (id == null) return this.followers.follow(null);
    const entry = this.library.meant(id, this.defaultModel) ?? this.library.get(id);
    return this.followers.follow(entry.id, this.event(entry));
  }

  /** Records a measured decoding rate, shown as performance. */
  recordSpeed(modelId: string, tokensPerSecond: number): void {
    const before = this.speeds.get(modelId) ?? tokensPerSecond;
    this.speeds.set(modelId, before + speedWeight * (tokensPerSecond - before));
  }

  /** Ends all engine processes, stops downloads and ends every stream of events. */
  async close(): Promise<void> {
    this.stopListening();
    clearInterval(this.idleTimer);
    await Promise.all([this.downloads.close(), this.engines.close()]);
    this.followers.close();
  }

  private get defaultModel(): string {
    return this.options.config.current.modelSettings.defaultModel;
  }

  /** What loaded models may take together. Config has checked the text. */
  private get cacheBytes(): number {
    return parseByteSize(this.options.config.current.systemSettings.cacheSize) ?? Number.POSITIVE_INFINITY;
  }

  private get publicSystemTexts(): readonly string[] {
    return this.options.config.current.systemSettings.publicSystemTexts;
  }

  private model(entry: CatalogueEntry): Model {
    return new KnownModel(entry, this.sources);
  }

  private state(id: string, installed: boolean): ModelState {
    if (this.engines.get(id) !== undefined) return 'READY';
    if (this.engines.loadProgress(id) !== undefined) return 'LOADING';
    if (this.downloads.progress(id) !== undefined) return 'DOWNLOADING';
    if (this.failures.message(id) !== null) return 'FAILED';
    return installed ? 'INSTALLED' : 'AVAILABLE';
  }

  private event(entry: CatalogueEntry): ModelEvent {
    const model = this.model(entry);
    const download = model.state === 'DOWNLOADING' ? this.downloads.progress(entry.id) : undefined;
    const progress = download === undefined ? undefined : Math.min(1, download.downloadedBytes / download.totalBytes);
    return {
      model,
      state: model.state,
      downloadedBytes: download?.downloadedBytes ?? null,
      totalBytes: download?.totalBytes ?? null,
      progress: progress ?? this.engines.loadProgress(entry.id) ?? null,
    };
  }

  private changed(id: string): void {
    const entry = this.library.find(id);
    if (entry === undefined) return;
    const event = this.event(entry);
    const last = this.lastEvent.get(id);
    const now = performance.now();
    if (last !== undefined && last.state === event.state && now - last.at < progressMs) return;
    this.lastEvent.set(id, { state: event.state, at: now });
    this.followers.emit(event);
  }

  private fail(id: string, error: LlamaHomeError): void {
    if (!this.failures.add(id, error)) return;
    this.options.logger.warn({ model: id, err: error.cause ?? error }, error.message);
    this.changed(id);
  }

  private refuseWhileBusy(entry: CatalogueEntry): void {
    if (this.engines.get(entry.id) === undefined || this.engines.isIdle(entry.id)) return;
    throw new LlamaHomeError(
      'conflict',
      `The model ${entry.id} is serving prompts: cancel them or wait for their end.`,
    );
  }
}
