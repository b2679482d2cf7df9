import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';

const { builtins, getTypeParser } = pg.types;

export interface PostgresOptions {
  /** `postgres://…` */
  address: string;
  /** How long a connection or a lock is waited for, in ms. */
  patienceMs: number;
  logger: Logger;
}

/** A pool of connections to a PostgreSQL server. */
export function postgresDialect({ address, patienceMs, logger }: PostgresOptions): Dialect {
  const pool = new pg.Pool({
    connectionString: address,
    application_name: 'llamahome',
    max: 5,
    connectionTimeoutMillis: patienceMs,
    lock_timeout: patienceMs,
    types: { getTypeParser: (id, format) => (id === builtins.INT8 ? Number : getTypeParser(id, format)) },
  });
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', (error) => logger.warn({ err: error }, 'a database connection broke'));
  return new PostgresDialect({ pool });
}
