import type { Engine } from '../engine/Engine.js';
import type { EngineSettings } from './LoadedEngines.js';
import type { CatalogueEntry, Model, ModelState } from './Model.js';
import { estimateServed, type MemoryQuestion, roundUp, servedContext } from './memory.js';

/** What a model's entry does not say itself. */
export interface ModelSources {
  settings: EngineSettings;
  engine(id: string): Engine | undefined;
  file(id: string): { size: number } | undefined;
  state(id: string, installed: boolean): ModelState;
  failure(id: string): string | null;
  speed(id: string): number | undefined;
  /** As `LoadedEngines.idleSince`. */
  idleSince(id: string): number | undefined;
  /** What loaded models may take together. */
  cacheBytes(): number;
}

/**
 * A model of the catalogue as this server knows it. Lists are asked for often and mostly for names: what takes a look
 * at the disk is found out when it is read first.
 */
export class KnownModel implements Model {
  private seen: { state: ModelState; sizeBytes: number } | undefined;

  constructor(
    private readonly entry: CatalogueEntry,
    private readonly sources: ModelSources,
  ) {}

  get id() {
    return this.entry.id;
  }

  get name() {
    return this.entry.name;
  }

  get version() {
    return this.entry.version;
  }

  get parameters() {
    return this.entry.parameters;
  }

  get capabilities() {
    return this.entry.capabilities;
  }

  get licence() {
    return this.entry.licence;
  }

  get aliases() {
    return this.entry.aliases;
  }

  get state() {
    return this.look().state;
  }

  get sizeBytes() {
    return this.look().sizeBytes;
  }

  get contextLength() {
    return this.sources.engine(this.id)?.info.contextLength ?? servedContext(this.question());
  }

  get failure() {
    return this.sources.failure(this.id);
  }

  get tokensPerSecond() {
    return this.sources.speed(this.id) ?? null;
  }

  get memoryRequired() {
    const { engine, settings, cacheBytes } = this.sources;
    const loaded = engine(this.id);
    if (loaded !== undefined) return roundUp(loaded.info.memoryBytes);
    return estimateServed(this.question(), settings.slots, cacheBytes());
  }

  get idleSince() {
    const since = this.sources.idleSince(this.id);
    return since === undefined ? null : new Date(Date.now() - (performance.now() - since));
  }

  private question(): MemoryQuestion {
    return {
      sizeBytes: this.sizeBytes,
      trainContextLength: this.entry.contextLength,
      contextLength: this.sources.settings.contextLength,
    };
  }

  private look() {
    const { entry, sources } = this;
    if (this.seen === undefined) {
      const file = sources.file(entry.id);
      const state = sources.state(entry.id, file !== undefined);
      this.seen = { state, sizeBytes: file?.size ?? entry.sizeBytes };
    }
    return this.seen;
  }
}
