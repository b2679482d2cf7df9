import { Socket } from 'node:net';
import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from 'pino';

const { builtins, getTypeParser } = pg.types;

export interface PostgresOptions {
  /** `postgres://…` */
  address: string;
  /** How long a connection or a lock is waited for, in ms. */
  busyTimeoutMs: number;
  logger: Logger;
}

/** A server that says nothing for so long, in ms, is taken to be gone, and what was asked of it has failed. */
const silenceMs = 30_000;

/** A connection's socket. Where a network swallows everything, nothing else would end the waiting for minutes. */
function socket(): Socket {
  const stream = new Socket();
  stream.setKeepAlive(true, silenceMs);
  stream.setTimeout(silenceMs, () => {
    stream.destroy(Object.assign(new Error('the database has gone silent'), { code: 'ETIMEDOUT' }));
  });
  return stream;
}

/** A pool of connections to a PostgreSQL server. */
export function postgresDialect({ address, busyTimeoutMs, logger }: PostgresOptions): Dialect {
  const pool = new pg.Pool({
    connectionString: address,
    application_name: 'llamahome',
    max: 5,
    connectionTimeoutMillis: busyTimeoutMs,
    lock_timeout: busyTimeoutMs,
    stream: socket,
    types: { getTypeParser: (id, format) => (id === builtins.INT8 ? Number : getTypeParser(id, format)) },
  });
  // An idle connection that breaks is replaced at the next query; whether there is an outage shows then.
  pool.on('error', (error) => logger.debug({ err: error }, 'a database connection broke'));
  // The pool listens to idle ones only: one that breaks between two statements of a transaction would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}
