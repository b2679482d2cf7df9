import { setImmediate as nextTurn } from 'node:timers/promises';
import { LlamaHomeError } from '../errors/index.js';
import { toName } from '../storage/columns.js';
import type { Database } from '../storage/Database.js';
import { Statement } from '../storage/Statement.js';
import { isTaken } from '../storage/storageError.js';
import type { PromptRow } from '../storage/tables.js';
import type { WriteOptions } from '../storage/WriteQueue.js';
import type { PromptStatus } from './Prompt.js';
import { type ChangedRow, type PromptRecord, toChangedRow, toRecord, toRow } from './promptRow.js';

export type { PromptRecord } from './promptRow.js';

export interface PromptFilter {
  /** Of one owner; of everybody when absent. */
  ownerId?: string | null;
  status?: PromptStatus | null;
  /** At most so many. */
  first: number;
  /** Only those older than this one: the id of the last one seen. It need not exist any more. */
  after?: string | null;
}

export interface PruneOptions {
  /** Delete what ended before this. */
  olderThan?: Date;
  /** Delete all but the newest so many. */
  keepNewest?: number;
  /** Called with those that are gone. */
  onDeleted?: (ids: readonly string[]) => void;
}

/** Rows that one statement takes, or that one turn of the event loop writes. */
const portion = 25;

/**
 * Every Prompt that was accepted. Methods throw LlamaHomeError only: `overloaded` during an outage of the database,
 * `internal_error` when it fails otherwise. Lasting writes wait for the end of an outage, in their order.
 */
export class PromptRepository {
  private readonly insertRow = new Statement<PromptRow>((writer, row) => writer.insertInto('prompts').values(row));
  /** When a connection broke, nobody knows whether the row came to be stored. */
  private readonly insertMissingRow = new Statement<PromptRow>((writer, row) =>
    writer
      .insertInto('prompts')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
  private readonly changeRow = new Statement<ChangedRow & { id: string }>((writer, { id, ...columns }) =>
    writer.updateTable('prompts').set(columns).where('id', '=', id),
  );

  constructor(private readonly database: Database) {}

  /** Why no new prompt can be stored now, as the database knows; undefined when one can. */
  get refusal(): LlamaHomeError | undefined {
    return this.database.refusal;
  }

  /**
   * Stores new prompts, all or none, as they are at the moment of the call.
   * @throws LlamaHomeError `conflict` when the owner has used one of the idempotency keys already
   */
  async insert(records: readonly PromptRecord[], { lasting = false }: WriteOptions = {}): Promise<void> {
    const portions = inPortions(records.map(toRow));
    const statement = lasting ? this.insertMissingRow : this.insertRow;
    await this.database.write(
      async (writer) => {
        for (const [index, rows] of portions.entries()) {
          if (index > 0) await nextTurn();
          try {
            for (const row of rows) await statement.run(writer, row);
          } catch (error) {
            throw isTaken(error, 'idempotency_key') ? keyTaken(error) : error;
          }
        }
      },
      { lasting },
    );
  }

  /** Takes back a prompt whose `insert` has failed: when a connection broke, it may be stored all the same. Lasting. */
  async withdraw(id: string): Promise<void> {
    await this.database.write((writer) => writer.deleteFrom('prompts').where('id', '=', id).execute(), {
      lasting: true,
    });
  }

  /** Stores how a prompt is at the moment of the call; one that was deleted stays so. */
  async update(record: PromptRecord, options?: WriteOptions): Promise<void> {
    await this.updateMany([record], options);
  }

  /** Like `update`, all or none. */
  async updateMany(records: readonly PromptRecord[], options?: WriteOptions): Promise<void> {
    const portions = inPortions(records.map((record) => ({ ...toChangedRow(record), id: record.id })));
    await this.database.write(async (writer) => {
      for (const [index, changes] of portions.entries()) {
        if (index > 0) await nextTurn();
        for (const change of changes) await this.changeRow.run(writer, change);
      }
    }, options);
  }

  async find(id: string): Promise<PromptRecord | null> {
    const [record] = await this.findMany([id]);
    return record ?? null;
  }

  /** Those that exist, in the order of `ids`. */
  async findMany(ids: readonly string[]): Promise<PromptRecord[]> {
    const found = new Map<string, PromptRecord>();
    for (const names of inPortions([...new Set(ids.map(toName))])) {
      const rows = await this.database.read((db) =>
        db.selectFrom('prompts').selectAll().where('id', 'in', names).execute(),
      );
      for (const row of rows) found.set(row.id, toRecord(row));
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  }

  /** Newest first. */
  async list({
    ownerId,
    status,
    first,
    after,
  }: PromptFilter): Promise<{ records: PromptRecord[]; hasNextPage: boolean }> {
    const rows = await this.database.read((db) => {
      let query = db.selectFrom('prompts').selectAll();
      if (ownerId != null) query = query.where('owner_id', '=', toName(ownerId));
      if (status != null) query = query.where('status', '=', status);
      if (after != null) query = query.where('id', '<', toName(after));
      return query
        .orderBy('id', 'desc')
        .limit(first + 1)
        .execute();
    });
    return { records: rows.slice(0, first).map(toRecord), hasNextPage: rows.length > first };
  }

  /** QUEUED and RUNNING ones, oldest first: what an earlier server left. */
  async unfinished(): Promise<PromptRecord[]> {
    const rows = await this.database.read((db) =>
      db.selectFrom('prompts').selectAll().where('status', 'in', ['QUEUED', 'RUNNING']).orderBy('id').execute(),
    );
    return rows.map(toRecord);
  }

  /**
   * Deletes a prompt; one that does not exist is no error. With SQLite its content is overwritten at once and, moments
   * later, gone from the write-ahead log; PostgreSQL clears it when it vacuums.
   */
  async delete(id: string): Promise<void> {
    await this.deleteAll([toName(id)]);
    this.database.clearDeleted();
  }

  /**
   * The prompts that a request with this key made: one, or those of a batch in their order; none when it is older than
   * `since`, and the key is free then.
   */
  async findByIdempotencyKey(ownerId: string, key: string, since: Date): Promise<PromptRecord[]> {
    const first = await this.database.read((db) =>
      db
        .selectFrom('prompts')
        .selectAll()
        .where('owner_id', '=', toName(ownerId))
        .where('idempotency_key', '=', toName(key))
        .executeTakeFirst(),
    );
    if (first === undefined) return [];
    if (first.created_at < since.getTime()) {
      await this.database.write((writer) =>
        writer.updateTable('prompts').set({ idempotency_key: null }).where('id', '=', first.id).execute(),
      );
      return [];
    }
    const { batch_id } = first;
    if (batch_id === null) return [toRecord(first)];
    const rows = await this.database.read((db) =>
      db.selectFrom('prompts').selectAll().where('batch_id', '=', batch_id).orderBy('position').orderBy('id').execute(),
    );
    return rows.map(toRecord);
  }

  /** Deletes finished prompts that are too old or too many, a few at a time; gives how many. */
  async prune({ olderThan, keepNewest, onDeleted }: PruneOptions): Promise<number> {
    let deleted = 0;
    if (olderThan !== undefined) deleted += await this.deleteWhile(() => this.endedBefore(olderThan), onDeleted);
    if (keepNewest !== undefined) {
      const newestExcess = await this.idAt(keepNewest);
      if (newestExcess !== undefined) deleted += await this.deleteWhile(() => this.endedUpTo(newestExcess), onDeleted);
    }
    if (deleted > 0) this.database.clearDeleted();
    return deleted;
  }

  private async deleteWhile(
    next: () => Promise<{ id: string }[]>,
    onDeleted?: PruneOptions['onDeleted'],
  ): Promise<number> {
    for (let deleted = 0; ; ) {
      const ids = (await next()).map(({ id }) => id);
      if (ids.length === 0) return deleted;
      await this.deleteAll(ids);
      onDeleted?.(ids);
      deleted += ids.length;
    }
  }

  private async deleteAll(ids: string[]): Promise<void> {
    await this.database.write((writer) => writer.deleteFrom('prompts').where('id', 'in', ids).execute());
  }

  private endedBefore(time: Date): Promise<{ id: string }[]> {
    return this.database.read((db) =>
      db
        .selectFrom('prompts')
        .select('id')
        .where('finished_at', '<', time.getTime())
        .orderBy('finished_at')
        .limit(portion)
        .execute(),
    );
  }

  private endedUpTo(id: string): Promise<{ id: string }[]> {
    return this.database.read((db) =>
      db
        .selectFrom('prompts')
        .select('id')
        .where('id', '<=', id)
        .where('finished_at', 'is not', null)
        .orderBy('id')
        .limit(portion)
        .execute(),
    );
  }

  /** The id of the prompt that `newer` prompts are newer than. */
  private async idAt(newer: number): Promise<string | undefined> {
    const row = await this.database.read((db) =>
      db.selectFrom('prompts').select('id').orderBy('id', 'desc').offset(newer).limit(1).executeTakeFirst(),
    );
    return row?.id;
  }
}

function keyTaken(cause: unknown): LlamaHomeError {
  const message =
    'Another request with this idempotency key is under way: ask again with the same key to have its answer.';
  return new LlamaHomeError('conflict', message, { field: 'idempotencyKey' }, { cause });
}

function inPortions<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / portion) }, (_, index) =>
    items.slice(index * portion, (index + 1) * portion),
  );
}
