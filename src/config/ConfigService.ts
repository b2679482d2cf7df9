import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { invalidRequest } from '../errors/index.js';
import { type Config, type ConfigPatch, initialConfig } from './Config.js';
import { ConfigChanges } from './ConfigChanges.js';
import type { ConfigChange, ConfigRepository } from './ConfigRepository.js';
import { configSchema } from './configSchema.js';

const sections = ['modelSettings', 'systemSettings'] as const;

/** Config, validated as a whole, stored, applied at once. */
export class ConfigService {
  private readonly listeners = new Set<(config: Config) => void>();
  private readonly followers = new ConfigChanges();
  private lastUpdate: Promise<unknown> = Promise.resolve();
  /**
   * The id of the model that an id or alias means, to be set when the models are known: they come after Config, which
   * says how much memory they may take. Until then every name will do. Ids are stored, not aliases: one alias means
   * the default model itself.
   */
  modelId: (name: string) => string | undefined = (name) => name;

  private constructor(
    private readonly repository: ConfigRepository,
    private readonly logger: Logger | undefined,
    private config: Config,
  ) {}

  /** Config as it was stored last. A stored setting that is not allowed any more has its first value again. */
  static async open(repository: ConfigRepository, logger?: Logger): Promise<ConfigService> {
    const stored = await repository.load();
    return new ConfigService(repository, logger, stored === null ? initialConfig : readStored(stored, logger));
  }

  /** Always the latest; a new object after each change. */
  get current(): Config {
    return this.config;
  }

  /**
   * Changes what the patch names; null and absent leave a setting as it is. One update after the other.
   * @throws LlamaHomeError `invalid_request` names the field and what is allowed, and nothing has changed then
   */
  update({ userId }: { userId: string }, patch: ConfigPatch): Promise<Config> {
    const update = this.lastUpdate.then(() => this.apply(userId, patch));
    this.lastUpdate = update.catch(() => undefined);
    return update;
  }

  /** Makes a model the default, as `by` wants it: a user id, or what else decided. Errors as `update`. */
  setDefaultModel(defaultModel: string, by: string): Promise<Config> {
    return this.update({ userId: by }, { modelSettings: { defaultModel } });
  }

  /** Calls back after each change; returns the way to stop that. */
  onChange(listener: (config: Config) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The Config after each change from now on. Who reads slowly misses those between, never the last one. */
  changes(): AsyncGenerator<Config, void, void> {
    return this.followers.follow();
  }

  /** Lets updates under way end, and ends the streams of changes. */
  async close(): Promise<void> {
    await this.lastUpdate;
    this.followers.close();
  }

  private async apply(by: string, patch: ConfigPatch): Promise<Config> {
    const before = this.config;
    const result = configSchema.safeParse(merge(before, patch));
    if (!result.success) throw wrongSetting(result.error);
    const next = result.data;
    const { defaultModel } = next.modelSettings;
    if (defaultModel !== before.modelSettings.defaultModel) {
      const id = this.modelId(defaultModel);
      const field = 'modelSettings.defaultModel';
      if (id === undefined) throw invalidRequest(field, `${field} must be the id of a model that this server knows.`);
      next.modelSettings.defaultModel = id;
    }
    const changes = differences(before, next);
    if (changes.length === 0) return before;
    await this.repository.save(next, { by, changes });
    this.config = next;
    this.tell(next);
    return next;
  }

  /** The change is stored: one listener's fault must not hide it from the others. */
  private tell(config: Config): void {
    for (const listener of this.listeners) {
      try {
        listener(config);
      } catch (error) {
        this.logger?.error({ err: error }, 'a change of Config was not applied everywhere');
      }
    }
    this.followers.emit(config);
  }
}

/** Keys that Config does not have stay in, for the schema to refuse them. */
function merge(config: Config, patch: ConfigPatch): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...config };
  for (const [name, section] of given(patch)) {
    const before = sections.find((known) => known === name);
    const isSection = before !== undefined && typeof section === 'object' && !Array.isArray(section);
    merged[name] = isSection ? { ...config[before], ...Object.fromEntries(given(section)) } : section;
  }
  return merged;
}

function given(fields: object | null): [string, unknown][] {
  return Object.entries(fields ?? {}).filter(([, value]) => value != null);
}

function differences(before: Config, after: Config): ConfigChange[] {
  return sections.flatMap((section) => {
    const old: Record<string, unknown> = before[section];
    return Object.entries(after[section])
      .filter(([name, value]) => !isDeepStrictEqual(old[name], value))
      .map(([name, value]) => ({ path: `${section}.${name}`, old: old[name], new: value }));
  });
}

function wrongSetting(error: z.ZodError): Error {
  const [issue] = error.issues;
  const path = (issue?.path ?? []).map(String);
  if (issue?.code === 'unrecognized_keys') {
    const field = [...path, issue.keys[0]].join('.');
    return invalidRequest(field, `There is no setting ${field}.`);
  }
  const field = path.join('.');
  return invalidRequest(field, `${field} ${issue?.message}.`);
}

function readStored(stored: unknown, logger: Logger | undefined): Config {
  const known = typeof stored === 'object' && stored !== null ? new Map(Object.entries(stored)) : new Map();
  let config = initialConfig;
  for (const section of sections) {
    for (const [name, value] of given(known.get(section) ?? null)) {
      const result = configSchema.safeParse(merge(config, { [section]: { [name]: value } }));
      if (result.success) config = result.data;
      else
        logger?.warn(
          { setting: `${section}.${name}` },
          'a stored setting is not allowed any more: its first value holds',
        );
    }
  }
  return config;
}
