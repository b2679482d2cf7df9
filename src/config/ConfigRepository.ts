import { v7 as uuid } from 'uuid';
import { fromJson, toName } from '../storage/columns.js';
import type { Database } from '../storage/Database.js';

/** One setting that was changed: `modelSettings.maxTokens` from 100 to 200. */
export interface ConfigChange {
  path: string;
  old: unknown;
  new: unknown;
}

/** Who changed a setting, and when. */
export interface ConfigAuditLine extends ConfigChange {
  id: string;
  at: Date;
  userId: string;
}

const onlyRow = 1;

/** The stored Config and who changed what. Methods throw LlamaHomeError only, as Database. */
export class ConfigRepository {
  constructor(private readonly database: Database) {}

  /** As it was saved last, perhaps by an older build; null when it never was. */
  async load(): Promise<unknown> {
    const row = await this.database.read((db) =>
      db.selectFrom('config').select('value').where('id', '=', onlyRow).executeTakeFirst(),
    );
    return row === undefined ? null : fromJson<unknown>(row.value);
  }

  /** Stores the whole Config, and a line for each change, in one step. */
  async save(config: object, { by, changes }: { by: string; changes: readonly ConfigChange[] }): Promise<void> {
    const at = Date.now();
    const row = { value: JSON.stringify(config), changed_at: at };
    const lines = changes.map((change) => ({
      id: `aud_${uuid()}`,
      at,
      user_id: toName(by),
      path: change.path,
      old: JSON.stringify(change.old),
      new: JSON.stringify(change.new),
    }));
    await this.database.write(async (writer) => {
      await writer
        .insertInto('config')
        .values({ id: onlyRow, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute();
      if (lines.length > 0) await writer.insertInto('config_audit').values(lines).execute();
    });
  }

  /** The last `first` changes, newest first. */
  async audit({ first }: { first: number }): Promise<ConfigAuditLine[]> {
    const rows = await this.database.read((db) =>
      db.selectFrom('config_audit').selectAll().orderBy('id', 'desc').limit(first).execute(),
    );
    return rows.map((row) => ({
      id: row.id,
      at: new Date(row.at),
      userId: row.user_id,
      path: row.path,
      old: fromJson<unknown>(row.old),
      new: fromJson<unknown>(row.new),
    }));
  }
}
