import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { LlamaHomeError } from '../errors/index.js';
import { migrate } from './migrate.js';
import { Outage } from './Outage.js';
import { postgresDialect } from './postgres.js';
import { SqliteFile } from './sqlite.js';
import { faultOf, isOutage, openingError, storageError } from './storageError.js';
import type { Tables } from './tables.js';
import { type WriteOptions, WriteQueue, type Writer } from './WriteQueue.js';

export interface DatabaseOptions {
  database: 'sqlite' | `postgres://${string}` | `postgresql://${string}`;
  /** The home folder, which exists. */
  home: string;
  logger: Logger;
  /** How long a database that is in use by others is waited for, in ms. Default: 5000. */
  busyTimeoutMs?: number;
  /** Whether this process may write now; while it may not, that is an outage. Default: always. */
  mayWrite?: () => boolean;
}

const pauseMs = { atFirst: 2, atMost: 50 };
/** Deletions within this time are cleared from the log together. */
const clearAfterMs = 200;
/** So much may wait to be written; what comes then is refused. */
const mostWaiting = 2000;
/** A connection that broke is replaced at once, when it told so within this time. */
const promptlyMs = 1000;
/** An answer to whether the database serves holds for so long, and is waited for at most so long. */
const check = { holdsMs: 1000, atMostMs: 2000 };

/**
 * The one database of a server, SQLite or PostgreSQL. It waits for others who use it without stopping the event loop.
 * All methods throw LlamaHomeError only, with the database's own words in `cause`: `overloaded` with `retry_after` during
 * an outage, which begins with the first failure of that kind and ends when something is stored again; else
 * `internal_error`.
 */
export class Database {
  private readonly queue: WriteQueue;
  private readonly outage: Outage;
  private clearing: NodeJS.Timeout | undefined;
  private knownVersion: number | null | undefined;
  private checked: { at: number; answer: Promise<LlamaHomeError | undefined> } | undefined;

  constructor(
    private readonly db: Kysely<Tables>,
    private readonly file: SqliteFile | null,
    private readonly options: Required<Pick<DatabaseOptions, 'busyTimeoutMs' | 'mayWrite' | 'logger'>>,
  ) {
    this.outage = new Outage(options.logger);
    this.queue = new WriteQueue(
      (work) => this.transact(work),
      (error) => this.noteFailure(error),
    );
  }

  async read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await this.patiently(() => query(this.db));
    } catch (error) {
      const wasPrompt = performance.now() - begun < promptlyMs;
      if (wasPrompt && this.outage.current === undefined && faultOf(causeOf(error)) === 'unreachable') {
        return await this.patiently(() => query(this.db)).catch((again: unknown) => this.fail(again));
      }
      return this.fail(error);
    }
  }

  /** Why nothing new should be accepted now: an outage, or too much that waits to be stored. Undefined when all is well. */
  get refusal(): LlamaHomeError | undefined {
    if (this.outage.current !== undefined || this.queue.size <= mostWaiting) return this.outage.current;
    return new LlamaHomeError('overloaded', 'The database does not keep up: try again.', { retry_after: 1 });
  }

  /** Asks the database whether it serves, at most once a second; what is wrong when it does not. */
  check(): Promise<LlamaHomeError | undefined> {
    if (this.refusal !== undefined) return Promise.resolve(this.refusal);
    const now = performance.now();
    if (this.checked === undefined || now - this.checked.at > check.holdsMs) {
      this.checked = { at: now, answer: this.ask() };
    }
    return this.checked.answer;
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
   * as it may run more than once, also after it was committed when the connection broke with the answer. It survives the
   * end of this process, however it comes about.
   */
  write<T>(work: (writer: Writer) => Promise<T>, options?: WriteOptions): Promise<T> {
    return this.queue.add(work, options);
  }

  /** To be called after content was deleted: soon it is gone from SQLite's log too. */
  clearDeleted(): void {
    if (this.file === null || this.clearing !== undefined) return;
    this.clearing = setTimeout(() => {
      this.clearing = undefined;
      if (!this.truncateLog()) this.clearDeleted();
    }, clearAfterMs).unref();
  }

  /** Everything asked for is written before it ends, unless an outage outlasts the patience. */
  async close(): Promise<void> {
    await this.queue.close(this.options.busyTimeoutMs);
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

  private transact(work: (writer: Writer) => Promise<void>): Promise<void> {
    return this.patiently(async () => {
      if (!this.options.mayWrite()) {
        const message = 'This server may not write to its database now: try again.';
        throw new LlamaHomeError('overloaded', message, { retry_after: 2 });
      }
      await this.db.transaction().execute(work);
    });
  }

  private fail(error: unknown): never {
    if (isOutage(error)) this.noteFailure(error);
    throw error;
  }

  /** A write that waits in its place tells when the outage is over. */
  private noteFailure(error: unknown): void {
    if (!this.outage.begin(storageError(error))) return;
    this.queue.add(writeAndTakeBack, { lasting: true }).then(
      () => this.outage.end(),
      () => undefined,
    );
  }

  private async ask(): Promise<LlamaHomeError | undefined> {
    const asked = this.read((db) => db.selectFrom('config').select('id').limit(1).execute()).then(
      () => undefined,
      storageError,
    );
    const late = delay(check.atMostMs, undefined, { ref: false }).then(
      () => new LlamaHomeError('overloaded', 'The database does not answer in time.', { retry_after: 2 }),
    );
    return Promise.race([asked, late]);
  }

  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await retryWhileBusy(work, this.options.busyTimeoutMs);
    } catch (error) {
      throw storageError(error);
    }
  }
}

function causeOf(error: unknown): unknown {
  return error instanceof LlamaHomeError ? error.cause : error;
}

/** Takes space, which a transaction that changes nothing would not. */
async function writeAndTakeBack(writer: Writer): Promise<void> {
  const id = 'aud_outage';
  const line = { id, at: 0, user_id: '', path: '', old: 'null', new: 'null' };
  await writer.deleteFrom('config_audit').where('id', '=', id).execute();
  await writer.insertInto('config_audit').values(line).execute();
  await writer.deleteFrom('config_audit').where('id', '=', id).execute();
}

/**
 * Opens the database, made when it is missing, and brings its tables to this build's state.
 * @throws LlamaHomeError `conflict` when a newer build has written it, `internal_error` when it can't be used
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { busyTimeoutMs = 5000, mayWrite = () => true } = options;
  try {
    const database = await retryWhileBusy(() => connect({ ...options, busyTimeoutMs, mayWrite }), busyTimeoutMs);
    // A server that was killed may have left deleted content in the log.
    database.clearDeleted();
    return database;
  } catch (error) {
    throw openingError(error);
  }
}

async function connect(options: Required<DatabaseOptions>): Promise<Database> {
  const { database: address, home, logger, busyTimeoutMs } = options;
  const file = address === 'sqlite' ? await SqliteFile.open(join(home, 'llamahome.db')) : null;
  const dialect = file?.dialect ?? postgresDialect({ address, busyTimeoutMs, logger });
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return new Database(db, file, options);
}

/** PostgreSQL waits by itself, for as long as `lock_timeout` says. */
async function retryWhileBusy<T>(work: () => Promise<T>, busyTimeoutMs: number): Promise<T> {
  const deadline = performance.now() + busyTimeoutMs;
  for (let pause = pauseMs.atFirst; ; pause = Math.min(2 * pause, pauseMs.atMost)) {
    try {
      return await work();
    } catch (error) {
      if (faultOf(error) !== 'busy' || performance.now() > deadline) throw error;
    }
    await delay(pause * (0.5 + Math.random()));
  }
}
