import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import type { Environment } from '../../src/config/environment.js';
import { openStorage } from '../../src/server/openStorage.js';
import { migrationSuite } from './storage/migrationSuite.js';
import { newPrompt } from './storage/records.js';
import { type EmptyDatabase, logger, repositorySuite } from './storage/repositorySuite.js';

const server = process.env.LLAMAHOME_TEST_POSTGRES ?? '';
if (server === '') console.warn('PostgreSQL is not tested: set LLAMAHOME_TEST_POSTGRES to a postgres:// address.');

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function makeDatabase(): Promise<EmptyDatabase> {
  const name = `llamahome_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const address = new URL(server);
  address.pathname = name;
  const database = address.href as Environment['database'];
  return { database, home: '/', remove: () => onServer(`drop database ${name}`) };
}

describe.skipIf(server === '')('PostgreSQL', () => {
  repositorySuite(makeDatabase);
  migrationSuite(makeDatabase);

  it('that can not be reached is told so, without its password', async () => {
    const place = { database: 'postgres://ada:hunter2@127.0.0.1:1/llamahome', home: '/', logger } as const;
    const error = await openStorage(place).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'internal_error', message: expect.stringContaining('can not be reached') });
    expect(String(error)).not.toContain('hunter2');
  });

  it('that does not know the database is told so', async () => {
    const address = new URL(server);
    address.pathname = 'llamahome_none';
    const place = { database: address.href as Environment['database'], home: '/', logger };
    await expect(openStorage(place)).rejects.toMatchObject({ message: expect.stringContaining('LLAMAHOME_DATABASE') });
  });

  it('that breaks connections is asked again', async () => {
    const place = await makeDatabase();
    const storage = await openStorage({ ...place, logger });
    await storage.prompts.insert([newPrompt()]);
    await onServer(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(place.database).pathname.slice(1)}'`,
    );
    await vi.waitFor(() => storage.prompts.insert([newPrompt()]));
    expect((await storage.prompts.list({ first: 10 })).records).toHaveLength(2);
    await storage.close();
    await place.remove();
  });

  it('in which somebody else holds a lock is waited for, then told busy', async () => {
    const place = await makeDatabase();
    const storage = await openStorage({ ...place, logger, busyTimeoutMs: 200 });
    const other = new pg.Client({ connectionString: place.database });
    await other.connect();
    await other.query('begin; lock table prompts in access exclusive mode');
    await expect(storage.prompts.insert([newPrompt()])).rejects.toMatchObject({
      code: 'overloaded',
      message: 'The database is in use by somebody else: try again.',
    });
    await other.query('rollback');
    await storage.prompts.insert([newPrompt()]);
    await other.end();
    await storage.close();
    await place.remove();
  });
});
