import { join } from 'node:path';
import { Kysely, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openStorage } from '../../../src/server/openStorage.js';
import { migrate } from '../../../src/storage/migrate.js';
import { migrations } from '../../../src/storage/migrations/index.js';
import { postgresDialect } from '../../../src/storage/postgres.js';
import { SqliteFile } from '../../../src/storage/sqlite.js';
import type { Tables } from '../../../src/storage/tables.js';
import { type EmptyDatabase, logger } from './repositorySuite.js';

/** What a server of each step stored, as its tables were then. Every new step needs its own lines. */
const written: Record<string, string[]> = {
  '001-prompts': [
    `insert into prompts (id, owner_id, batch_id, position, mode, status, input, messages, sampling, priority, model_id, text,
       usage, timings, finish_reason, error, attempt, created_at, finished_at, deadline_at, idempotency_key, input_hash)
     values ('prm_1', 'ada', null, 0, 'detached', 'COMPLETED', '"Hi"', '[{"role":"user","content":"Hi"}]',
       '{"maxTokens":5,"temperature":0,"seed":1,"stop":[]}', 'NORMAL', 'demo', '"Hello"',
       '{"promptTokens":1,"cachedTokens":0,"completionTokens":2,"totalTokens":3}',
       '{"queueMs":1,"timeToFirstTokenMs":2,"decodeMs":3,"tokensPerSecond":4}', 'STOP', null, 1, 1700000000000,
       1700000001000, null, 'key', 'hash')`,
    `insert into prompts (id, owner_id, position, mode, status, input, messages, sampling, priority, model_id, text,
       timings, attempt, created_at)
     values ('prm_2', 'ada', 0, 'detached', 'QUEUED', '"Hi"', '[]', '{"maxTokens":5,"temperature":0,"seed":1,"stop":[]}',
       'HIGH', 'demo', '""', '{"queueMs":null,"timeToFirstTokenMs":null,"decodeMs":null,"tokensPerSecond":null}', 1,
       1700000002000)`,
  ],
  '002-api-keys': [
    `insert into api_keys (id, name, prefix, user_id, tier, scopes, hash, created_at)
     values ('key_1', 'laptop', 'lh_abc123', 'ada', 'pro', '["prompts:run"]', 'hash', 1700000000000)`,
  ],
  '003-config': [
    `insert into config (id, value, changed_at) values (1, '{"modelSettings":{"maxTokens":7}}', 1700000000000)`,
    `insert into config_audit (id, at, user_id, path, old, new)
     values ('aud_1', 1700000000000, 'ada', 'modelSettings.maxTokens', '100', '7')`,
  ],
  '004-prompt-owner-tier': [`update prompts set owner_tier = 'pro' where id = 'prm_2'`],
  '005-prompt-warnings': [`update prompts set warnings = '["Another model answered."]' where id = 'prm_2'`],
  '006-prompt-logprobs': [
    `update prompts set logprobs = '[{"token":1,"text":"a","logprob":-0.5,"top":[]}]' where id = 'prm_2'`,
  ],
};

const steps = Object.keys(migrations);

async function connect(place: EmptyDatabase): Promise<Kysely<Tables>> {
  const { database, home } = place;
  const dialect =
    database === 'sqlite'
      ? (await SqliteFile.open(join(home, 'llamahome.db'))).dialect
      : postgresDialect({ address: database, busyTimeoutMs: 5000, logger });
  return new Kysely<Tables>({ dialect });
}

async function tablesOf(place: EmptyDatabase): Promise<unknown> {
  const db = await connect(place);
  const tables = await db.introspection.getTables();
  await db.destroy();
  return tables.map(({ name, columns }) => ({ name, columns }));
}

/** Brings an empty database to a step, and stores at each step on the way what a server of that step stored. */
async function grow(place: EmptyDatabase, last: string): Promise<void> {
  const db = await connect(place);
  for (const step of steps.slice(0, steps.indexOf(last) + 1)) {
    await migrate(db, step);
    for (const statement of written[step] ?? []) await sql.raw(statement).execute(db);
  }
  await db.destroy();
}

/** What must hold for the tables of every database. */
export function migrationSuite(makeDatabase: () => Promise<EmptyDatabase>): void {
  describe('tables', () => {
    it.each(steps)('of step %s, with data, are brought to the newest', async (step) => {
      expect(written[step]).toBeDefined();
      const place = await makeDatabase();
      await grow(place, step);
      const storage = await openStorage({ ...place, logger });
      expect(await storage.prompts.find('prm_1')).toMatchObject({ input: 'Hi', text: 'Hello', status: 'COMPLETED' });
      const reached = (name: string) => steps.indexOf(step) >= steps.indexOf(name);
      const tier = reached('004-prompt-owner-tier') ? 'pro' : null;
      const warnings = reached('005-prompt-warnings') ? ['Another model answered.'] : [];
      const logprobs = reached('006-prompt-logprobs') ? [{ token: 1, text: 'a', logprob: -0.5, top: [] }] : null;
      expect(await storage.prompts.unfinished()).toMatchObject([
        {
          ...{ id: 'prm_2', ownerTier: tier, warnings, logprobs },
          sampling: { maxTokens: 5, repeatPenalty: 1, logitBias: [], responseFormat: null, logprobs: null },
        },
      ]);
      expect(await storage.prompts.findByIdempotencyKey('ada', 'key', new Date(0))).toHaveLength(1);
      expect(await storage.apiKeys.list()).toHaveLength(reached('002-api-keys') ? 1 : 0);
      expect(await storage.config.load()).toEqual(reached('003-config') ? { modelSettings: { maxTokens: 7 } } : null);
      expect(await storage.config.audit({ first: 5 })).toHaveLength(reached('003-config') ? 1 : 0);
      await storage.close();

      const fresh = await makeDatabase();
      await (await openStorage({ ...fresh, logger })).close();
      expect(await tablesOf(place)).toEqual(await tablesOf(fresh));
      await Promise.all([place.remove(), fresh.remove()]);
    });

    it('of a newer build are refused in one clear line', async () => {
      const place = await makeDatabase();
      await (await openStorage({ ...place, logger })).close();
      const db = await connect(place);
      await sql`insert into llamahome_migrations (name, timestamp) values ('999-later', ${new Date().toISOString()})`.execute(
        db,
      );
      await db.destroy();
      await expect(openStorage({ ...place, logger })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(/^The database was written by a newer LlamaHome .*999-later.*$/),
      });
      await place.remove();
    });

    it('are all made or none: a step that fails leaves nothing behind', async () => {
      const place = await makeDatabase();
      const db = await connect(place);
      await sql`create table config_audit (mine integer)`.execute(db);
      await expect(openStorage({ ...place, logger })).rejects.toMatchObject({ code: 'internal_error' });
      const names = (await db.introspection.getTables()).map(({ name }) => name);
      expect(names).not.toContain('prompts');
      await sql`drop table config_audit`.execute(db);
      await db.destroy();
      await (await openStorage({ ...place, logger })).close();
      await place.remove();
    });
  });
}
