import { Text } from './Text.js';
import {
  Float,
  fromKey,
  isDict,
  isList,
  Namespace,
  TemplateError,
  Tuple,
  text,
  typeName,
  type Value,
} from './values.js';

/** A value as Python's `str` writes it. */
export function toText(value: Value): Text {
  if (value instanceof Text) return value;
  if (value === undefined) return text('');
  if (isList(value) || isDict(value)) return Text.madeFrom(represent(value), textsIn(value));
  return text(represent(value));
}

/** A value as Python's `repr` writes it. */
function represent(value: Value): string {
  if (value === undefined) return 'Undefined';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Text) return quoted(value.value);
  if (value instanceof Tuple) return `(${value.map(represent).join(', ')}${value.length === 1 ? ',' : ''})`;
  if (isList(value)) return `[${value.map(represent).join(', ')}]`;
  if (isDict(value)) {
    return `{${[...value].map(([key, item]) => `${represent(fromKey(key))}: ${represent(item)}`).join(', ')}}`;
  }
  return value instanceof Namespace ? '<Namespace>' : `<function ${value.name}>`;
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return Object.is(value, -0) ? '-0.0' : `${value}.0`;
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quoted(value: string): string {
  const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what Python writes as numbers.
  const escaped = value.replace(/[\\\n\r\t\0-\x1f\x7f-\xa0\xad]/g, (character) => {
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}

/** All texts of a value, however deep. */
export function textsIn(value: Value): Text[] {
  if (value instanceof Text) return [value];
  if (isList(value)) return value.flatMap(textsIn);
  return isDict(value) ? [...value.values()].flatMap(textsIn) : [];
}

export interface JsonStyle {
  asciiOnly: boolean;
  indent: string | undefined;
  separators: readonly [string, string] | undefined;
  sortKeys: boolean;
}

/** A value as Python's `json.dumps` writes it. */
export function toJson(value: Value, style: JsonStyle): Text {
  return Text.madeFrom(json(value, style, '\n'), textsIn(value));
}

function json(value: Value, style: JsonStyle, lineStart: string): string {
  const [comma, colon] = style.separators ?? [style.indent === undefined ? ', ' : ',', ': '];
  const inner = lineStart + (style.indent ?? '');
  const wrapped = (open: string, items: string[], close: string) => {
    if (items.length === 0) return open + close;
    if (style.indent === undefined) return open + items.join(comma) + close;
    return `${open}${inner}${items.join(comma + inner)}${lineStart}${close}`;
  };
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof Text) return jsonString(value.value, style.asciiOnly);
  if (isList(value))
    return wrapped(
      '[',
      value.map((item) => json(item, style, inner)),
      ']',
    );
  if (isDict(value)) {
    const entries = [...value].map(
      ([key, item]) => [typeof key === 'string' ? key : json(key, style, ''), item] as const,
    );
    if (style.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const written = entries.map(([key, item]) => jsonString(key, style.asciiOnly) + colon + json(item, style, inner));
    return wrapped('{', written, '}');
  }
  throw new TemplateError(`${typeName(value)} can not be written as JSON`);
}

function jsonString(value: string, asciiOnly: boolean): string {
  // JSON.stringify leaves DEL alone, as Python does; beyond ASCII Python writes UTF-16 units.
  const written = JSON.stringify(value);
  if (!asciiOnly) return written;
  return written.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
