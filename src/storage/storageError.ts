import { LlamaHomeError } from '../errors/index.js';

/** What kept the database from doing what it was asked, whichever database it is. */
export type StorageFault =
  | 'busy'
  | 'full'
  | 'failing'
  | 'read-only'
  | 'unreachable'
  | 'refused'
  | 'damaged'
  | 'not unique'
  | 'other';

interface FaultRow {
  fault: StorageFault;
  /** Codes: SQLite's, PostgreSQL's SQLSTATE, the operating system's. */
  codes: RegExp;
  /** What drivers say that give no code. */
  words?: RegExp;
  /** What those who asked may read of it. */
  message: string;
  /**
   * Seconds after which to come back from what is no fault of the request and passes: an outage. What was accepted waits
   * for its end. Absent for what would fail again.
   */
  retryAfter?: number;
}

/** The first row that fits counts. */
const rows: readonly FaultRow[] = [
  {
    fault: 'busy',
    codes: /^SQLITE_(BUSY|LOCKED)|^(55P03|40001|40P01|57014)$/,
    message: 'The database is in use by somebody else: try again.',
    retryAfter: 2,
  },
  {
    fault: 'full',
    codes: /^SQLITE_FULL|^(53100|ENOSPC|EDQUOT)$/,
    message: 'The disk of the database is full: nothing can be stored until there is space again.',
    retryAfter: 10,
  },
  {
    fault: 'failing',
    codes: /^SQLITE_IOERR|^(58030|EIO|EFBIG)$/,
    message: 'The disk of the database fails, or its limit is reached: nothing can be stored until that is mended.',
    retryAfter: 10,
  },
  {
    fault: 'read-only',
    codes: /^SQLITE_(READONLY|CANTOPEN|PERM)|^(25006|EACCES|EPERM|EROFS)$/,
    message: 'The database may not be written by this server.',
    retryAfter: 10,
  },
  {
    fault: 'not unique',
    codes: /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|^23505$/,
    message: 'The database has this already.',
  },
  {
    fault: 'unreachable',
    codes: /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENETUNREACH|08|57P0|53|25P03)/,
    words: /connection|timeout exceeded when trying to connect|timeout expired/i,
    message: 'The database can not be reached: try again.',
    retryAfter: 2,
  },
  {
    fault: 'refused',
    codes: /^(28|3D000|42501)/,
    message: 'The database does not let this server in: check the user, password and name in LLAMAHOME_DATABASE.',
    retryAfter: 10,
  },
  {
    fault: 'damaged',
    codes: /^SQLITE_(NOTADB|CORRUPT)|^XX00[12]$/,
    message: 'The database file is damaged: put back a copy, or set LLAMAHOME_HOME to another folder.',
  },
];

const other: FaultRow = { fault: 'other', codes: /^/, message: 'The database failed: try again.' };

function rowOf(error: unknown): FaultRow {
  if (!(error instanceof Error)) return other;
  const code = 'code' in error && error.code !== undefined ? String(error.code) : '';
  const fits = ({ codes, words }: FaultRow) => (code === '' ? words?.test(error.message) === true : codes.test(code));
  return rows.find(fits) ?? other;
}

/** The kind of fault that a database error is. */
export function faultOf(error: unknown): StorageFault {
  return rowOf(error).fault;
}

/** Whether the database is out of order for everybody, and what was asked may succeed later. */
export function isOutage(error: unknown): boolean {
  return error instanceof LlamaHomeError ? error.code === 'overloaded' : rowOf(error).retryAfter !== undefined;
}

/** Whether the database refused a row because `column` must be unique. */
export function isTaken(error: unknown, column: string): boolean {
  if (faultOf(error) !== 'not unique' || !(error instanceof Error)) return false;
  const constraint = 'constraint' in error ? String(error.constraint) : '';
  return `${error.message} ${constraint}`.includes(column);
}

/**
 * What those who asked may read of it: `overloaded` with `retry_after` during an outage, else `internal_error`. The
 * database's own words stay in `cause`, for the log.
 */
export function storageError(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError) return error;
  const { message, retryAfter } = rowOf(error);
  if (retryAfter === undefined) return new LlamaHomeError('internal_error', message, undefined, { cause: error });
  return new LlamaHomeError('overloaded', message, { retry_after: retryAfter }, { cause: error });
}

/** As `storageError`, for a database that can't be opened: nobody tries that again. */
export function openingError(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError && error.code !== 'overloaded') return error;
  return new LlamaHomeError('internal_error', storageError(error).message, undefined, { cause: error });
}
