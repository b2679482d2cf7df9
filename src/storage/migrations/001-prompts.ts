import { type Kysely, type Migration, sql } from 'kysely';

async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('prompts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('owner_id', 'text', (column) => column.notNull())
    .addColumn('batch_id', 'text')
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('mode', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('input', 'text', (column) => column.notNull())
    .addColumn('messages', 'text', (column) => column.notNull())
    .addColumn('sampling', 'text', (column) => column.notNull())
    .addColumn('priority', 'text', (column) => column.notNull())
    .addColumn('model_id', 'text', (column) => column.notNull())
    .addColumn('text', 'text', (column) => column.notNull())
    .addColumn('usage', 'text')
    .addColumn('timings', 'text', (column) => column.notNull())
    .addColumn('finish_reason', 'text')
    .addColumn('error', 'text')
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('finished_at', 'bigint')
    .addColumn('deadline_at', 'bigint')
    .addColumn('idempotency_key', 'text')
    .addColumn('input_hash', 'text')
    .execute();
  // Lists of one owner and of everybody, each with and without a status; the last one also finds what is unfinished.
  await db.schema.createIndex('prompts_owner').on('prompts').columns(['owner_id', 'id']).execute();
  await db.schema.createIndex('prompts_owner_status').on('prompts').columns(['owner_id', 'status', 'id']).execute();
  await db.schema.createIndex('prompts_status').on('prompts').columns(['status', 'id']).execute();
  await db.schema
    .createIndex('prompts_batch')
    .on('prompts')
    .columns(['batch_id', 'position'])
    .where(sql.ref('batch_id'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('prompts_idempotency_key')
    .unique()
    .on('prompts')
    .columns(['owner_id', 'idempotency_key'])
    .where(sql.ref('idempotency_key'), 'is not', null)
    .execute();
  await db.schema.createIndex('prompts_finished').on('prompts').column('finished_at').execute();
}

export const prompts: Migration = { up };
