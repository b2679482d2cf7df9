import { ApiKeyRepository } from '../access/ApiKeyRepository.js';
import { ConfigRepository } from '../config/ConfigRepository.js';
import type { LlamaHomeError } from '../errors/index.js';
import { PromptRepository } from '../prompts/PromptRepository.js';
import { type Database, type DatabaseOptions, openDatabase } from '../storage/Database.js';

/** Everything that lasts, one repository per noun. */
export class Storage {
  readonly prompts: PromptRepository;
  readonly apiKeys: ApiKeyRepository;
  readonly config: ConfigRepository;

  constructor(private readonly database: Database) {
    this.prompts = new PromptRepository(database);
    this.apiKeys = new ApiKeyRepository(database);
    this.config = new ConfigRepository(database);
  }

  /** What keeps the database from serving, at most a second old; undefined when it serves. */
  check(): Promise<LlamaHomeError | undefined> {
    return this.database.check();
  }

  /** Everything asked for is written before it ends, unless an outage outlasts the patience. */
  async close(): Promise<void> {
    await this.database.close();
  }
}

/**
 * Opens the database and its repositories. Several processes may have it open.
 * @throws LlamaHomeError `conflict` when a newer build has written it, `internal_error` when it can't be used
 */
export async function openStorage(options: DatabaseOptions): Promise<Storage> {
  return new Storage(await openDatabase(options));
}
