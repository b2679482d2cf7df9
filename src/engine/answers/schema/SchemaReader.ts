import type { TermFactory } from '../regex/TermFactory.js';
import { SchemaError } from '../SchemaError.js';
import { isObject, type JsonValue } from './json.js';
import { KeywordReader } from './KeywordReader.js';
import { emptySchema, inPlace, type Schema } from './Schema.js';
import { SchemaDocument } from './SchemaDocument.js';

const MAX_SCHEMAS = 20_000;

/** Reads a JSON Schema of the drafts 4 to 2020-12: all of it that the root reaches, so that what can't be enforced is told now. */
export class SchemaReader {
  readonly #document: SchemaDocument;
  readonly #factory: TermFactory;
  readonly #read = new Map<JsonValue, Schema>();
  #count = 0;

  constructor(root: JsonValue, factory: TermFactory) {
    this.#document = new SchemaDocument(root);
    this.#factory = factory;
  }

  /** The root, and all schemas that it reaches. @throws SchemaError */
  read(): { root: Schema; all: readonly Schema[] } {
    const root = this.#schema(this.#document.root, '', '');
    const all = [...this.#read.values()];
    refuseEndlessReferences(all);
    return { root, all };
  }

  #schema(value: JsonValue | undefined, path: string, keyword: string): Schema {
    if (++this.#count > MAX_SCHEMAS) {
      throw new SchemaError({ path, keyword, message: `There are more than ${MAX_SCHEMAS} schemas.` });
    }
    if (typeof value === 'boolean') {
      const schema = emptySchema(this.#count, path);
      schema.never = !value;
      return schema;
    }
    if (!isObject(value)) {
      throw new SchemaError({ path, keyword, message: 'A schema is an object or a boolean.' });
    }
    const known = this.#read.get(value);
    if (known !== undefined) {
      return known;
    }
    const schema = emptySchema(this.#count, path);
    // Known before it is read: it may refer to itself.
    this.#read.set(value, schema);
    new KeywordReader({
      value,
      schema,
      path,
      document: this.#document,
      factory: this.#factory,
      subschema: (inner, at, name) => this.#schema(inner, at, name),
    }).read();
    return schema;
  }
}

function refuseEndlessReferences(schemas: readonly Schema[]): void {
  const state = new Map<Schema, 'open' | 'done'>();
  const visit = (schema: Schema): void => {
    if (state.get(schema) === 'open') {
      throw new SchemaError({
        path: schema.path,
        keyword: '$ref',
        message: 'The reference leads to itself without end.',
      });
    }
    if (!state.has(schema)) {
      state.set(schema, 'open');
      inPlace(schema).forEach(visit);
      state.set(schema, 'done');
    }
  };
  for (const schema of schemas) {
    visit(schema);
  }
}
