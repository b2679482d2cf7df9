import { chmod, open } from 'node:fs/promises';
import {
  type Dialect,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import Libsql from 'libsql';

const privateFile = 0o600;
/** More than there are kinds of statements. */
const keptStatements = 100;

const settings = [
  // Readers and the one writer do not wait for each other; a commit survives the end of the process without an fsync.
  'journal_mode = WAL',
  'synchronous = NORMAL',
  // SQLite's own waiting would stop the event loop, and with it every stream: Database waits instead.
  'busy_timeout = 0',
  'foreign_keys = ON',
  // What is deleted is overwritten.
  'secure_delete = ON',
];

/** A SQLite file, made when it is missing, readable by its owner only; SQLite gives its -wal and -shm the same mode. */
export class SqliteFile {
  private readVersion: Libsql.Statement | undefined;

  private constructor(private readonly database: Libsql.Database) {}

  /** Throws SQLITE_BUSY while another process makes the same file: close this one and open it again. */
  static async open(path: string): Promise<SqliteFile> {
    await (await open(path, 'a', privateFile)).close();
    await chmod(path, privateFile);
    const database = new Libsql(path);
    try {
      for (const setting of settings) database.pragma(setting);
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteFile(database);
  }

  get dialect(): Dialect {
    return new LibsqlDialect(this.database);
  }

  /** Another number whenever another process has written; null while that can't be told. */
  get version(): number | null {
    try {
      this.readVersion ??= this.database.prepare('PRAGMA data_version');
      const [row] = this.readVersion.all();
      return typeof row === 'object' && row !== null && 'data_version' in row ? Number(row.data_version) : null;
    } catch {
      this.readVersion = undefined;
      return null;
    }
  }

  /**
   * Moves everything from the write-ahead log into the file and empties the log, so that what was deleted is nowhere.
   * False when another process is in the way: try again later.
   */
  truncateLog(): boolean {
    if (this.database.inTransaction) return false;
    const [row] = this.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    return typeof row === 'object' && row !== null && 'busy' in row && row.busy === 0;
  }
}

class LibsqlDialect extends SqliteDialect {
  constructor(
    private readonly database: Libsql.Database,
    private readonly statements = new PreparedStatements(database),
  ) {
    super({ database: statements });
  }

  override createDriver(): Driver {
    return new LibsqlDriver(this.database, this.statements);
  }

  override createAdapter(): SqliteAdapter {
    return new LibsqlAdapter();
  }
}

class LibsqlDriver extends SqliteDriver {
  constructor(
    private readonly database: Libsql.Database,
    statements: PreparedStatements,
  ) {
    super({ database: statements });
  }

  /**
   * Takes the right to write at once: a transaction that has read could not wait for it. With `exec`, because a prepared
   * statement that finds the database busy stays in progress until it is garbage, and nothing can be committed until then.
   */
  override async beginTransaction(): Promise<void> {
    this.database.exec('begin immediate');
  }

  override async commitTransaction(): Promise<void> {
    this.database.exec('commit');
  }

  /** After some errors, a full disk for one, SQLite has rolled back already. */
  override async rollbackTransaction(): Promise<void> {
    if (this.database.inTransaction) this.database.exec('rollback');
  }
}

class LibsqlAdapter extends SqliteAdapter {
  /** Migrations are one transaction: several processes that start at once do them once, a crash leaves none half done. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Keeps statements prepared, for SQLite takes as long to read one as to run it. */
class PreparedStatements implements SqliteDatabase {
  private readonly statements = new Map<string, SqliteStatement>();

  constructor(private readonly database: Libsql.Database) {}

  prepare(sql: string): SqliteStatement {
    const kept = this.statements.get(sql);
    if (kept !== undefined) return kept;
    const statement = this.make(sql);
    for (const first of this.statements.keys()) {
      if (this.statements.size < keptStatements) break;
      this.statements.delete(first);
    }
    this.statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private make(sql: string): SqliteStatement {
    const statement = this.database.prepare(sql);
    /** One that has failed may be in progress still, and would fail again. */
    const attempt = <T>(run: () => T): T => {
      try {
        return run();
      } catch (error) {
        this.statements.delete(sql);
        throw error;
      }
    };
    return {
      reader: statement.reader,
      all: (parameters) => attempt(() => statement.all(parameters)),
      run: (parameters) => attempt(() => statement.run(parameters)),
      iterate: (parameters) => attempt(() => statement.iterate(parameters)),
    };
  }
}
