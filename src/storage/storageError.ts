import { LlamaHomeError } from '../errors/index.js';

/** What kept the database from doing what it was asked, whichever database it is. */
export type StorageFault =
  | 'busy'
  | 'full'
  | 'read-only'
  | 'unreachable'
  | 'refused'
  | 'damaged'
  | 'not unique'
  | 'other';

const faults: [pattern: RegExp, fault: StorageFault][] = [
  [/^SQLITE_(BUSY|LOCKED)|^(55P03|40001|40P01)$/, 'busy'],
  [/^SQLITE_FULL|^(53100|ENOSPC|EDQUOT)$/, 'full'],
  [/^SQLITE_(READONLY|CANTOPEN|PERM)|^(25006|EACCES|EPERM|EROFS)$/, 'read-only'],
  [/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)|^23505$/, 'not unique'],
  [/^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENETUNREACH|08|57P0|53300)/, 'unreachable'],
  [/^(28|3D000|42501)/, 'refused'],
  [/^SQLITE_(NOTADB|CORRUPT)|^XX00[12]$/, 'damaged'],
];

const messages: Record<StorageFault, string> = {
  busy: 'The database is in use by somebody else: try again.',
  full: 'The disk of the database is full: nothing can be stored until there is space again.',
  'read-only': 'The database may not be written by this server.',
  unreachable: 'The database can not be reached: try again.',
  refused: 'The database does not let this server in: check the user, password and name in LLAMAHOME_DATABASE.',
  damaged: 'The database file is damaged: put back a copy, or set LLAMAHOME_HOME to another folder.',
  'not unique': 'The database has this already.',
  other: 'The database failed: try again.',
};

/** The kind of fault that a database error is. Codes: SQLite's, PostgreSQL's SQLSTATE, the operating system's. */
export function faultOf(error: unknown): StorageFault {
  if (!(error instanceof Error)) return 'other';
  const code = 'code' in error ? String(error.code) : '';
  if (/connection|timeout exceeded when trying to connect/i.test(error.message) && code === '') return 'unreachable';
  return faults.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}

/** Whether the database refused a row because `column` must be unique. */
export function isTaken(error: unknown, column: string): boolean {
  if (faultOf(error) !== 'not unique' || !(error instanceof Error)) return false;
  const constraint = 'constraint' in error ? String(error.constraint) : '';
  return `${error.message} ${constraint}`.includes(column);
}

/** What those who asked may read of it; the database's own words stay in `cause`, for the log. */
export function storageError(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError) return error;
  return new LlamaHomeError('internal_error', messages[faultOf(error)], undefined, { cause: error });
}
