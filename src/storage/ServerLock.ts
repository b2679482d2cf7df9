import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { LlamaHomeError } from '../errors/index.js';
import { openingError } from './storageError.js';

/** Known to nobody else; advisory locks are apart in each database. */
const lockNumber = 5_207_181_414;
/** How long a server that is just ending is waited for, and the pause between tries, in ms. */
const lockTimeoutMs = 2000;
const pauseMs = 500;
const connectMs = 5000;

/**
 * The right to be the one server of a PostgreSQL database: an advisory lock, held by a connection of its own. PostgreSQL
 * takes it back when that connection ends. Then it is taken again as soon as that can be; until then `isHeld` is false.
 */
export class ServerLock {
  private client: pg.Client | undefined;
  private ended = false;

  private constructor(
    private readonly address: string,
    private readonly logger: Logger,
  ) {}

  /**
   * @throws LlamaHomeError `conflict` that says which server has the lock, `internal_error` when the database can't be used
   */
  static async acquire(address: string, logger: Logger): Promise<ServerLock> {
    const lock = new ServerLock(address, logger);
    const deadline = performance.now() + lockTimeoutMs;
    for (;;) {
      const holder = await lock.take().catch((error: unknown) => {
        throw openingError(error);
      });
      if (holder === undefined) return lock;
      if (performance.now() > deadline) throw inUse(holder);
      await delay(pauseMs);
    }
  }

  get isHeld(): boolean {
    return this.client !== undefined;
  }

  /** Gives the database free; doing it again changes nothing. */
  async release(): Promise<void> {
    this.ended = true;
    const { client } = this;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Takes the lock, or gives who has it. */
  private async take(): Promise<string | undefined> {
    const since = new Date(Date.now() - process.uptime() * 1000).toISOString().slice(0, 19);
    const client = new pg.Client({
      connectionString: this.address,
      // All that PostgreSQL keeps are 63 bytes.
      application_name: `llamahome ${hostname().slice(0, 24)} ${process.pid} ${since}Z`,
      connectionTimeoutMillis: connectMs,
      query_timeout: connectMs,
      keepAlive: true,
    });
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    try {
      await client.connect();
      // A machine that lost its power must not hold the lock for hours.
      await client.query('set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3');
      const { rows } = await client.query(`select pg_try_advisory_lock(${lockNumber}) as taken`);
      if (rows[0]?.taken === true && !this.ended) {
        this.client = client;
        return undefined;
      }
      const holder = await holderSeenBy(client);
      await client.end();
      return holder;
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
  }

  private lost(client: pg.Client): void {
    if (client !== this.client) return;
    this.client = undefined;
    if (!this.ended) void this.regain();
  }

  private async regain(): Promise<void> {
    let told: string | undefined;
    this.logger.debug('the connection that keeps this database for this server broke');
    while (!this.ended) {
      // What can't be reached is told where something is to be stored.
      const holder = await this.take().catch(() => null);
      if (holder === undefined) return;
      if (holder !== null && holder !== told && !this.ended) {
        this.logger.error(`${inUse(holder).message} Until then this server stores nothing.`);
        told = holder;
      }
      await delay(pauseMs, undefined, { ref: false });
    }
  }
}

/** The words in which a server names itself; an empty text when this user may not see them. */
async function holderSeenBy(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    `select activity.application_name as name from pg_locks join pg_stat_activity activity using (pid)
     where locktype = 'advisory' and granted and objsubid = 1
       and (classid::bigint << 32) + objid::bigint = ${lockNumber}
       and pg_locks.database = (select oid from pg_database where datname = current_database())`,
  );
  return String(rows[0]?.name ?? '');
}

function inUse(name: string): LlamaHomeError {
  const [, host, pid, since] = /^llamahome (\S+) (\d+) (\S+)$/.exec(name) ?? [];
  const who = host === undefined ? 'Another server' : `Another server (process ${pid} on ${host}, since ${since})`;
  const message = `${who} uses this database: stop it, or set LLAMAHOME_DATABASE to another one.`;
  return new LlamaHomeError('conflict', message, host === undefined ? {} : { host, pid: Number(pid), since });
}
