import type { Compilable, CompiledQuery } from 'kysely';
import type { Writer } from './WriteQueue.js';

/** A statement that Kysely writes once, for one kind of database: writing it takes longer than running it. */
export class Statement<Row extends object> {
  private prepared: { query: CompiledQuery; columns: (keyof Row)[] } | undefined;

  /** @param write writes it for a row; every value of the row is a parameter of its own */
  constructor(private readonly write: (writer: Writer, row: Row) => Compilable) {}

  async run(writer: Writer, row: Row): Promise<void> {
    this.prepared ??= this.prepare(writer, row);
    const { query, columns } = this.prepared;
    await writer.executeQuery({ ...query, parameters: columns.map((column) => row[column]) });
  }

  /** Writes it with the names of the columns in place of their values: so it is known which parameter is which. */
  private prepare(writer: Writer, row: Row): { query: CompiledQuery; columns: (keyof Row)[] } {
    const names = Object.keys(row) as (keyof Row & string)[];
    const stand = Object.fromEntries(names.map((name) => [name, name])) as unknown as Row;
    const query = this.write(writer, stand).compile();
    return { query, columns: query.parameters as (keyof Row)[] };
  }
}
