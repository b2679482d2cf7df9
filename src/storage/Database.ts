import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Environment } from '../config/environment.js';
import { migrate } from './migrate.js';
import { postgresDialect } from './postgres.js';
import { SqliteFile } from './sqlite.js';
import { faultOf, storageError } from './storageError.js';
import type { Tables } from './tables.js';
import { WriteQueue, type Writer } from './WriteQueue.js';

export interface DatabaseOptions {
  database: Environment['database'];
  /** The home folder, which exists. */
  home: string;
  logger: Logger;
  /** How long a database that is in use by others is waited for, in ms. Default: 5000. */
  patienceMs?: number;
}

const pauseMs = { atFirst: 2, atMost: 50 };
/** Deletions within this time are cleared from the log together. */
const clearAfterMs = 200;

/**
 * The one database of a server, SQLite or PostgreSQL. It waits for others who use it without stopping the event loop.
 * All methods throw LlamaHomeError only: `internal_error`, with the database's own words in `cause`.
 */
export class Database {
  private readonly queue: WriteQueue;
  private clearing: NodeJS.Timeout | undefined;
  private knownVersion: number | null | undefined;

  constructor(
    private readonly db: Kysely<Tables>,
    private readonly file: SqliteFile | null,
    private readonly patienceMs: number,
  ) {
    this.queue = new WriteQueue((work) => this.patiently(() => this.db.transaction().execute(work)));
  }

  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.patiently(() => query(this.db));
  }

  /** What was read stays true while this is the same number and nothing is written here; null promises nothing. */
  get version(): number | null {
    if (this.knownVersion === undefined) {
      this.knownVersion = this.file?.version ?? null;
      // What one turn of the event loop asks for is asked once.
      setImmediate(() => {
        this.knownVersion = undefined;
      });
    }
    return this.knownVersion;
  }

  /**
   * Resolves when it is committed: together with what else is written in this turn, in order. `work` must only write,
   * as it may run more than once. It survives the end of this process, however it comes about.
   */
  write<T>(work: (writer: Writer) => Promise<T>): Promise<T> {
    return this.queue.add(work);
  }

  /** To be called after content was deleted: soon it is gone from SQLite's log too. */
  clearDeleted(): void {
    if (this.file === null || this.clearing !== undefined) return;
    this.clearing = setTimeout(() => {
      this.clearing = undefined;
      if (!this.truncateLog()) this.clearDeleted();
    }, clearAfterMs).unref();
  }

  /** Everything asked for is written before it ends. */
  async close(): Promise<void> {
    await this.queue.idle();
    clearTimeout(this.clearing);
    this.truncateLog();
    await this.db.destroy();
  }

  /** False when it has to be tried again: another process, or a statement of our own, is in the way. */
  private truncateLog(): boolean {
    try {
      return this.file?.truncateLog() ?? true;
    } catch {
      return false;
    }
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await retryWhileBusy(work, this.patienceMs);
    } catch (error) {
      throw storageError(error);
    }
  }
}

/**
 * Opens the database, made when it is missing, and brings its tables to this build's state.
 * @throws LlamaHomeError `conflict` when a newer build has written it, `internal_error` when it can't be used
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { patienceMs = 5000 } = options;
  try {
    const database = await retryWhileBusy(() => connect({ ...options, patienceMs }), patienceMs);
    // A server that was killed may have left deleted content in the log.
    database.clearDeleted();
    return database;
  } catch (error) {
    throw storageError(error);
  }
}

async function connect(options: Required<DatabaseOptions>): Promise<Database> {
  const { database: address, home, logger, patienceMs } = options;
  const file = address === 'sqlite' ? await SqliteFile.open(join(home, 'llamahome.db')) : null;
  const dialect = file?.dialect ?? postgresDialect({ address, patienceMs, logger });
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new Database(db, file, patienceMs);
}

/** PostgreSQL waits by itself, for as long as `lock_timeout` says. */
async function retryWhileBusy<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let pause = pauseMs.atFirst; ; pause = Math.min(2 * pause, pauseMs.atMost)) {
    try {
      return await work();
    } catch (error) {
      if (faultOf(error) !== 'busy' || performance.now() > deadline) throw error;
    }
    await delay(pause * (0.5 + Math.random()));
  }
}
