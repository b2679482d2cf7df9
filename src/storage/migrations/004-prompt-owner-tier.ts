import type { Kysely, Migration } from 'kysely';

/** Of prompts that were accepted before, nobody knows it. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('prompts').addColumn('owner_tier', 'text').execute();
}

export const promptOwnerTier: Migration = { up };
