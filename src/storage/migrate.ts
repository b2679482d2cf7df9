import { type Kysely, Migrator } from 'kysely';
import { LlamaHomeError } from '../errors/index.js';
import { migrations } from './migrations/index.js';
import type { Tables } from './tables.js';

/** Names of our own: the database of a PostgreSQL server may serve others too. */
const recordTable = 'llamahome_migrations';
const lockTable = 'llamahome_migrations_lock';

/**
 * Brings the tables to this build's state, or to that of the step `target`; all of it or nothing. Several processes may
 * do it at once.
 * @throws LlamaHomeError `conflict` when a newer build has written the database
 */
export async function migrate(db: Kysely<Tables>, target?: string): Promise<void> {
  await refuseNewer(db);
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => migrations },
    migrationTableName: recordTable,
    migrationLockTableName: lockTable,
  });
  const { error } = target === undefined ? await migrator.migrateToLatest() : await migrator.migrateTo(target);
  if (error !== undefined) throw error;
}

async function refuseNewer(db: Kysely<Tables>): Promise<void> {
  const tables = await db.introspection.getTables();
  if (!tables.some(({ name }) => name === recordTable)) return;
  const done = await db
    .withTables<{ [recordTable]: { name: string } }>()
    .selectFrom(recordTable)
    .select('name')
    .execute();
  const unknown = done.find(({ name }) => migrations[name] === undefined);
  if (unknown === undefined) return;
  throw new LlamaHomeError(
    'conflict',
    `The database was written by a newer LlamaHome (it has the step ${unknown.name}): install that one, or set LLAMAHOME_HOME or LLAMAHOME_DATABASE to another place.`,
  );
}
