import type { Kysely, Migration } from 'kysely';

/** Null where none were asked for, as of all prompts that were accepted before. */
async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('prompts').addColumn('logprobs', 'text').execute();
}

export const promptLogprobs: Migration = { up };
