/** An answer format that can't be enforced, or that allows no answer at all. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
  /** JSON Pointer to the schema that was refused; '' is the whole. */
  readonly path: string;
  /** The keyword that was refused; for other kinds than a schema, the kind. */
  readonly keyword: string;

  constructor(options: { path: string; keyword: string; message: string }) {
    super(options.message);
    this.path = options.path;
    this.keyword = options.keyword;
  }
}

/** A bound on the work for one format was reached; what compiles a format turns it into a SchemaError. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
}
