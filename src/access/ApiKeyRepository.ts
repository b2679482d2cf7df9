import { fromDate, fromJson, toDate, toName } from '../storage/columns.js';
import type { Database } from '../storage/Database.js';
import type { ApiKeyRow } from '../storage/tables.js';
import type { ApiKey } from './ApiKey.js';
import type { Scope } from './Principal.js';

/** An API key as it is stored: its SHA-256 in hex, never itself. */
export type ApiKeyRecord = ApiKey & { hash: string };

/** Keys remembered at once; then all are forgotten. */
const mostRemembered = 1000;

/** Every API key, revoked ones too. Methods throw LlamaHomeError only, as Database. */
export class ApiKeyRepository {
  /** Every request asks for its key: found ones are remembered for as long as the database says that nothing changed. */
  private readonly remembered = new Map<string, ApiKeyRecord>();
  private rememberedAt: number | null = null;
  private writes = 0;

  constructor(private readonly database: Database) {}

  async insert(record: ApiKeyRecord): Promise<void> {
    const row = toRow(record);
    await this.write((writer) => writer.insertInto('api_keys').values(row).execute());
  }

  async findByHash(hash: string): Promise<ApiKeyRecord | undefined> {
    return this.findBy('hash', hash);
  }

  async find(id: string): Promise<ApiKeyRecord | undefined> {
    return this.findBy('id', id);
  }

  /** Oldest first, of one user or of all. */
  async list({ userId }: { userId?: string | null } = {}): Promise<ApiKeyRecord[]> {
    const rows = await this.database.read((db) => {
      const query = db.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('id');
      return (userId == null ? query : query.where('user_id', '=', toName(userId))).execute();
    });
    return rows.map(toRecord);
  }

  /** Ends a key; one that was revoked before keeps its time, one that does not exist is no error. */
  async revoke(id: string, at: Date): Promise<void> {
    await this.write((writer) =>
      writer
        .updateTable('api_keys')
        .set({ revoked_at: at.getTime() })
        .where('id', '=', toName(id))
        .where('revoked_at', 'is', null)
        .execute(),
    );
  }

  /** Notes that a key was used. */
  async touch(id: string, at: Date): Promise<void> {
    await this.write((writer) =>
      writer.updateTable('api_keys').set({ last_used_at: at.getTime() }).where('id', '=', toName(id)).execute(),
    );
  }

  private async findBy(column: 'id' | 'hash', value: string): Promise<ApiKeyRecord | undefined> {
    const { version } = this.database;
    if (version === null || version !== this.rememberedAt || this.remembered.size >= mostRemembered) {
      this.remembered.clear();
      this.rememberedAt = version;
    }
    const name = `${column} ${value}`;
    const known = this.remembered.get(name);
    if (known !== undefined) return known;
    const writes = this.writes;
    const row = await this.database.read((db) =>
      db.selectFrom('api_keys').selectAll().where(column, '=', toName(value)).executeTakeFirst(),
    );
    const record = row && toRecord(row);
    const isCurrent = version !== null && version === this.rememberedAt && writes === this.writes;
    if (record !== undefined && isCurrent) this.remembered.set(name, record);
    return record;
  }

  /** A write makes what is remembered, or being read, uncertain: before it is committed and after. */
  private async write(work: Parameters<Database['write']>[0]): Promise<void> {
    this.forget();
    await this.database.write(work);
    this.forget();
  }

  private forget(): void {
    this.writes++;
    this.remembered.clear();
  }
}

function toRow(record: ApiKeyRecord): ApiKeyRow {
  return {
    id: record.id,
    name: toName(record.name),
    prefix: record.prefix,
    user_id: toName(record.userId),
    tier: record.tier,
    scopes: JSON.stringify(record.scopes),
    hash: record.hash,
    created_at: record.createdAt.getTime(),
    last_used_at: fromDate(record.lastUsedAt),
    revoked_at: fromDate(record.revokedAt),
  };
}

function toRecord(row: ApiKeyRow): ApiKeyRecord {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    userId: row.user_id,
    tier: row.tier,
    scopes: fromJson<Scope[]>(row.scopes),
    hash: row.hash,
    createdAt: new Date(row.created_at),
    lastUsedAt: toDate(row.last_used_at),
    revokedAt: toDate(row.revoked_at),
  };
}
