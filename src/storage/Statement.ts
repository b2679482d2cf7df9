import type { Compilable, CompiledQuery } from 'kysely';
import type { Writer } from './WriteQueue.js';

/** A statement that Kysely writes once, for one kind of database: writing it takes longer than running it. */
export class Statement<Row extends object> {
  private text: CompiledQuery | undefined;

  constructor(private readonly write: (writer: Writer, row: Row) => Compilable) {}

  /** The values of the row, in the order of its keys, are what the text leaves open. */
  async run(writer: Writer, row: Row): Promise<void> {
    this.text ??= this.write(writer, row).compile();
    await writer.executeQuery({ ...this.text, parameters: Object.values(row) });
  }
}
