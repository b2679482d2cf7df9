import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import Ajv4Import from 'ajv-draft-04';
import addFormatsImport from 'ajv-formats';

// The types of these two describe CommonJS modules, whose default export Node hands over as a whole.
const Ajv4 = Ajv4Import as unknown as typeof Ajv;
const addFormats = addFormatsImport as unknown as (ajv: Ajv, mode: { mode: 'full' }) => void;

/** Whether ajv, of the schema's draft and with formats on, accepts a value. @throws what ajv says of the schema. */
export function validator(schema: unknown): (value: unknown) => boolean {
  const name = typeof schema === 'object' && schema !== null && '$schema' in schema ? String(schema.$schema) : '';
  const options = {
    strict: false,
    validateSchema: false,
    logger: false,
    addUsedSchema: false,
    unicodeRegExp: true,
  } as const;
  const isOld = name.includes('draft-04') || (name === '' && usesOldKeywords(schema));
  const make = (unicodeRegExp: boolean) => {
    const all = { ...options, unicodeRegExp };
    if (isOld) {
      return new Ajv4(all);
    }
    if (name.includes('2019-09')) {
      return new Ajv2019(all);
    }
    return /draft-0[67]/.test(name) || hasItemLists(schema) ? new Ajv(all) : new Ajv2020(all);
  };
  const compile = (unicodeRegExp: boolean) => {
    const ajv = make(unicodeRegExp);
    addFormats(ajv, { mode: 'full' });
    const own = structuredClone(schema);
    if (
      typeof own === 'object' &&
      own !== null &&
      !(isOld || /draft-0[67]|2019-09|2020-12/.test(name)) &&
      '$schema' in own
    ) {
      delete own.$schema;
    }
    return ajv.compile(own as object);
  };
  try {
    return compile(true);
  } catch (error) {
    if (/Invalid regular expression/.test(String(error))) {
      return compile(false);
    }
    throw error;
  }
}

function some(value: unknown, test: (name: string, value: unknown) => boolean): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).some(([name, inner]) => test(name, inner) || some(inner, test))
  );
}

function usesOldKeywords(schema: unknown): boolean {
  return some(
    schema,
    (name, value) => (name === 'exclusiveMinimum' || name === 'exclusiveMaximum') && typeof value === 'boolean',
  );
}

function hasItemLists(schema: unknown): boolean {
  return some(schema, (name, value) => name === 'items' && Array.isArray(value));
}
