import { PatternError, parsePattern } from '../regex/parsePattern.js';
import type { Term } from '../regex/Term.js';
import type { TermFactory } from '../regex/TermFactory.js';
import { LimitError, SchemaError } from '../SchemaError.js';
import { readFormat } from './formats.js';
import { isArray, isObject, type JsonObject, type JsonValue, pointerTo } from './json.js';
import type { Schema, TypeName } from './Schema.js';
import type { SchemaDocument } from './SchemaDocument.js';

const MAX_VALUES = 20_000;
const MAX_COUNT = 100_000;
const TYPES: ReadonlySet<string> = new Set(['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']);
const FIRST_DRAFT: Readonly<Record<string, number>> = {
  const: 6,
  contains: 6,
  propertyNames: 6,
  if: 7,
  dependentRequired: 2019,
  dependentSchemas: 2019,
  minContains: 2019,
  maxContains: 2019,
  unevaluatedProperties: 2019,
  unevaluatedItems: 2019,
  $recursiveRef: 2019,
  $dynamicRef: 2020,
  prefixItems: 2020,
};

interface KeywordReaderOptions {
  value: JsonObject;
  schema: Schema;
  path: string;
  document: SchemaDocument;
  factory: TermFactory;
  subschema: (value: JsonValue | undefined, path: string, keyword: string) => Schema;
}

/** Reads the keywords of one schema object. */
export class KeywordReader {
  readonly #value: JsonObject;
  readonly #schema: Schema;
  readonly #path: string;
  readonly #options: KeywordReaderOptions;

  constructor(options: KeywordReaderOptions) {
    this.#value = options.value;
    this.#schema = options.schema;
    this.#path = options.path;
    this.#options = options;
  }

  read(): void {
    this.#references();
    this.#general();
    this.#numbers();
    this.#strings();
    this.#arrays();
    this.#objects();
    this.#combined();
  }

  /** The value of a keyword, where the schema's draft has it. */
  #get(keyword: string): JsonValue | undefined {
    const { draft } = this.#options.document;
    return draft !== undefined && draft < (FIRST_DRAFT[keyword] ?? 0) ? undefined : this.#value[keyword];
  }

  #refuse(keyword: string, message: string): never {
    throw new SchemaError({ path: this.#path, keyword, message });
  }

  #sub(keyword: string, value = this.#get(keyword)): Schema | undefined {
    return value === undefined ? undefined : this.#options.subschema(value, pointerTo(this.#path, keyword), keyword);
  }

  #subs(keyword: string): Schema[] | undefined {
    const value = this.#get(keyword);
    if (value === undefined) {
      return undefined;
    }
    if (!isArray(value) || (value.length === 0 && keyword !== 'items' && keyword !== 'prefixItems')) {
      this.#refuse(keyword, `${keyword} is a list of schemas.`);
    }
    return value.map((one, index) => this.#options.subschema(one, pointerTo(this.#path, keyword, index), keyword));
  }

  #object(keyword: string): [string, JsonValue][] {
    const value = this.#get(keyword);
    if (value !== undefined && !isObject(value)) {
      this.#refuse(keyword, `${keyword} is an object.`);
    }
    return Object.entries(value ?? {});
  }

  #number(keyword: string): number | undefined {
    const value = this.#get(keyword);
    if (value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      this.#refuse(keyword, `${keyword} is a number.`);
    }
    return value;
  }

  #countOf(keyword: string, otherwise: number): number {
    const value = this.#number(keyword);
    if (value !== undefined && (!Number.isInteger(value) || value < 0)) {
      this.#refuse(keyword, `${keyword} is an integer from 0.`);
    }
    if (value !== undefined && keyword.startsWith('min') && value > MAX_COUNT) {
      this.#refuse(keyword, `${keyword} is at most ${MAX_COUNT}.`);
    }
    return value ?? otherwise;
  }

  #names(keyword: string, value: JsonValue | undefined): string[] {
    if (value === undefined) {
      return [];
    }
    if (!isArray(value) || !value.every((name) => typeof name === 'string')) {
      this.#refuse(keyword, `${keyword} is a list of names.`);
    }
    return [...new Set(value as readonly string[])];
  }

  #pattern(keyword: string, source: JsonValue): Term {
    if (typeof source !== 'string') {
      this.#refuse(keyword, `${keyword} is an expression.`);
    }
    try {
      return parsePattern(this.#options.factory, source, { mode: 'search', lookahead: true });
    } catch (error) {
      if (error instanceof PatternError || error instanceof LimitError) {
        this.#refuse(
          keyword,
          `The expression ${JSON.stringify(source.slice(0, 200))} can't be enforced. ${error.message}`,
        );
      }
      throw error;
    }
  }

  #references(): void {
    for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
      const reference = this.#get(keyword);
      if (typeof reference === 'string') {
        const target = this.#options.document.resolve(reference, this.#value);
        if (target === undefined) {
          this.#refuse(
            keyword,
            `The reference ${JSON.stringify(reference.slice(0, 200))} names nothing in this schema.`,
          );
        }
        if (keyword !== '$ref' && this.#options.document.isAmbiguous(reference)) {
          this.#refuse(keyword, `The reference ${JSON.stringify(reference.slice(0, 200))} has more than one target.`);
        }
        this.#schema.allOf.push(this.#options.subschema(target.value, target.path, keyword));
      } else if (reference !== undefined) {
        this.#refuse(keyword, `${keyword} is a text.`);
      }
    }
  }

  #general(): void {
    const type = this.#get('type');
    if (type !== undefined) {
      const names = isArray(type) ? type : [type];
      for (const name of names) {
        if (typeof name !== 'string' || !TYPES.has(name)) {
          this.#refuse('type', `${JSON.stringify(name)} is no type of JSON Schema.`);
        }
      }
      this.#schema.types = new Set(names as TypeName[]);
    }
    const values = this.#get('enum');
    if (values !== undefined) {
      if (!isArray(values)) {
        this.#refuse('enum', 'enum is a list of values.');
      }
      if (values.length > MAX_VALUES) {
        this.#refuse('enum', `enum has at most ${MAX_VALUES} values.`);
      }
      this.#schema.values.push(values);
    }
    const constant = this.#get('const');
    if (constant !== undefined) {
      this.#schema.values.push([constant]);
    }
  }

  #numbers(): void {
    const { numbers } = this.#schema;
    const bound = (keyword: 'minimum' | 'maximum', exclusive: 'exclusiveMinimum' | 'exclusiveMaximum') => {
      const kind = keyword === 'minimum' ? 'over' : 'under';
      const value = this.#number(keyword);
      const flag = this.#get(exclusive);
      if (value !== undefined) {
        numbers.push({ kind, bound: value, orEqual: flag !== true });
      }
      const strict = typeof flag === 'boolean' ? undefined : this.#number(exclusive);
      if (strict !== undefined) {
        numbers.push({ kind, bound: strict, orEqual: false });
      }
    };
    bound('minimum', 'exclusiveMinimum');
    bound('maximum', 'exclusiveMaximum');
    const multiple = this.#number('multipleOf');
    if (multiple !== undefined) {
      if (multiple <= 0) {
        this.#refuse('multipleOf', 'multipleOf is more than 0.');
      }
      numbers.push({ kind: 'multiple', of: multiple, not: false });
    }
  }

  #strings(): void {
    const { factory } = this.#options;
    const { strings, numbers } = this.#schema;
    const min = this.#countOf('minLength', 0);
    const max = this.#countOf('maxLength', Number.POSITIVE_INFINITY);
    if (min > 0 || max !== Number.POSITIVE_INFINITY) {
      strings.push(min > max ? factory.nothing : factory.repeat(factory.any, min, max));
    }
    const pattern = this.#get('pattern');
    if (pattern !== undefined) {
      strings.push(this.#pattern('pattern', pattern));
    }
    const format = this.#get('format');
    if (typeof format === 'string') {
      readFormat(factory, format, { strings, numbers });
    }
  }

  #arrays(): void {
    const schema = this.#schema;
    const items = this.#get('items');
    if (isArray(items)) {
      schema.prefixItems = this.#subs('items') ?? [];
      schema.items = this.#sub('additionalItems');
    } else {
      schema.prefixItems = this.#subs('prefixItems') ?? [];
      schema.items = this.#sub('items');
    }
    schema.minItems = this.#countOf('minItems', 0);
    schema.maxItems = this.#countOf('maxItems', Number.POSITIVE_INFINITY);
    schema.uniqueItems = this.#get('uniqueItems') === true;
    const contains = this.#sub('contains');
    if (contains !== undefined) {
      const min = this.#countOf('minContains', 1);
      schema.contains = { schema: contains, min, max: this.#countOf('maxContains', Number.POSITIVE_INFINITY) };
    }
    schema.unevaluatedItems = this.#sub('unevaluatedItems');
  }

  #objects(): void {
    const schema = this.#schema;
    for (const [name, value] of this.#object('properties')) {
      schema.properties.set(
        name,
        this.#options.subschema(value, pointerTo(this.#path, 'properties', name), 'properties'),
      );
    }
    for (const [source, value] of this.#object('patternProperties')) {
      const at = pointerTo(this.#path, 'patternProperties', source);
      const inner = this.#options.subschema(value, at, 'patternProperties');
      schema.patternProperties.push({ term: this.#pattern('patternProperties', source), schema: inner });
    }
    schema.additionalProperties = this.#sub('additionalProperties');
    schema.propertyNames = this.#sub('propertyNames');
    schema.required = this.#names('required', this.#get('required'));
    schema.minProperties = this.#countOf('minProperties', 0);
    schema.maxProperties = this.#countOf('maxProperties', Number.POSITIVE_INFINITY);
    schema.unevaluatedProperties = this.#sub('unevaluatedProperties');
    for (const keyword of ['dependencies', 'dependentRequired', 'dependentSchemas']) {
      for (const [name, value] of this.#object(keyword)) {
        if (
          keyword === 'dependentRequired' ||
          (keyword === 'dependencies' && (isArray(value) || typeof value === 'string'))
        ) {
          const required = this.#names(keyword, typeof value === 'string' ? [value] : value);
          schema.dependentRequired.push({ name, required });
        } else {
          const inner = this.#options.subschema(value, pointerTo(this.#path, keyword, name), keyword);
          schema.dependentSchemas.push({ name, schema: inner });
        }
      }
    }
  }

  #combined(): void {
    const schema = this.#schema;
    schema.allOf.push(...(this.#subs('allOf') ?? []));
    schema.anyOf = this.#subs('anyOf');
    schema.oneOf = this.#subs('oneOf');
    schema.not = this.#sub('not');
    const test = this.#sub('if');
    if (test !== undefined) {
      schema.condition = { test, whenTrue: this.#sub('then'), whenFalse: this.#sub('else') };
    }
  }
}
