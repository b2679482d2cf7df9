import type { Kysely, Migration } from 'kysely';

/** Null is none, as of all prompts that were accepted before. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('prompts').addColumn('warnings', 'text').execute();
}

export const promptWarnings: Migration = { up };
