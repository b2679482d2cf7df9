import type { Arguments } from './Arguments.js';
import { toJson, toText } from './printing.js';
import { Text } from './Text.js';
import { capitalise, replace, strip } from './textMethods.js';
import {
  compare,
  Float,
  isDict,
  isEqual,
  isList,
  isTrue,
  itemsOf,
  type List,
  lengthOf,
  numberOf,
  numeric,
  TemplateError,
  text,
  tupleOf,
  type Value,
} from './values.js';

/** What filters need of the interpreter. */
export interface FilterContext {
  member(object: Value, name: Value): Value;
  filter(name: string, value: Value, args: Arguments): Value;
  test(name: string, value: Value, args: readonly Value[]): boolean;
  arguments(callee: string, placed: readonly Value[], named?: Arguments['named']): Arguments;
}

type Filter = (value: Value, args: Arguments, context: FilterContext) => Value;

/** As Jinja's `make_attrgetter`: dotted names, numbers for places in a list. */
function attributeGetter(attribute: Value, context: FilterContext): (item: Value) => Value {
  if (typeof attribute === 'number') return (item) => context.member(item, attribute);
  const names = toText(attribute).value.split('.');
  return (item) =>
    names.reduce<Value>((at, name) => context.member(at, /^\d+$/.test(name) ? Number(name) : text(name)), item);
}

function keyGetter(args: Arguments, index: number, context: FilterContext, caseSensitive: boolean) {
  const attribute = args.value(index, 'attribute');
  const get = attribute == null ? (item: Value) => item : attributeGetter(attribute, context);
  return (item: Value) => {
    const key = get(item);
    return !caseSensitive && key instanceof Text ? text(key.value.toLowerCase()) : key;
  };
}

/** As Jinja's filters of lists have it: what is not true has no items, even None. */
function itemsIfAny(value: Value): List {
  return isTrue(value) ? itemsOf(value) : [];
}

/** The four filters that keep what a test holds for, or does not. */
function selecting(keep: boolean, byAttribute: boolean): Filter {
  return (value, args, context) => {
    const skip = byAttribute ? 1 : 0;
    const get = byAttribute ? attributeGetter(args.required(0), context) : (item: Value) => item;
    const name = args.has(skip) ? args.text(skip).value : undefined;
    const rest = args.placed.slice(skip + 1);
    return itemsIfAny(value).filter((item) => {
      const tested = get(item);
      return (name === undefined ? isTrue(tested) : context.test(name, tested, rest)) === keep;
    });
  };
}

function map(value: Value, args: Arguments, context: FilterContext): Value {
  const attribute = args.named.get('attribute');
  if (attribute !== undefined) {
    const get = attributeGetter(attribute, context);
    return itemsIfAny(value).map((item) => {
      const found = get(item);
      return found === undefined && args.named.has('default') ? args.named.get('default') : found;
    });
  }
  const name = args.text(0).value;
  return itemsIfAny(value).map((item) =>
    context.filter(name, item, context.arguments(name, args.placed.slice(1), args.named)),
  );
}

function sorted(items: List, key: (item: Value) => Value, reverse: boolean): List {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  keyed.sort((a, b) => (reverse ? compare(b.key, a.key) : compare(a.key, b.key)));
  return keyed.map(({ item }) => item);
}

function dictSort(value: Value, args: Arguments): Value {
  if (!isDict(value)) throw new TemplateError('dictsort needs a dict');
  const place = args.optionalText(1, 'by')?.value === 'value' ? 1 : 0;
  const caseSensitive = args.flag(0, 'case_sensitive');
  const key = (item: Value) => {
    const found = isList(item) ? item[place] : undefined;
    return !caseSensitive && found instanceof Text ? text(found.value.toLowerCase()) : found;
  };
  const items = [...value].map(([name, item]) => tupleOf(typeof name === 'string' ? text(name) : name, item));
  return sorted(items, key, args.flag(2, 'reverse'));
}

function unique(value: Value, args: Arguments, context: FilterContext): Value {
  const key = keyGetter(args, 1, context, args.flag(0, 'case_sensitive'));
  const seen: Value[] = [];
  return itemsOf(value).filter((item) => {
    const found = key(item);
    if (seen.some((other) => isEqual(other, found))) return false;
    seen.push(found);
    return true;
  });
}

function groupBy(value: Value, args: Arguments, context: FilterContext): Value {
  const key = attributeGetter(args.required(0, 'attribute'), context);
  const groups: { key: Value; items: List }[] = [];
  for (const item of sorted(itemsOf(value), key, false)) {
    const found = key(item);
    const last = groups.at(-1);
    if (last !== undefined && isEqual(last.key, found)) last.items.push(item);
    else groups.push({ key: found, items: [item] });
  }
  return groups.map((group) => tupleOf(group.key, group.items));
}

function extreme(sign: 1 | -1): Filter {
  return (value, args, context) => {
    const key = keyGetter(args, 1, context, args.flag(0, 'case_sensitive'));
    return itemsOf(value).reduce<Value>(
      (best, item) => (best === undefined || sign * compare(key(item), key(best)) > 0 ? item : best),
      undefined,
    );
  };
}

function indent(value: Value, args: Arguments): Value {
  const width = args.value(0, 'width') ?? 4;
  const margin = width instanceof Text ? width : text(' '.repeat(numberOf(width) ?? 4));
  const [first, blank] = [args.flag(1, 'first'), args.flag(2, 'blank')];
  const lines = toText(value).split('\n');
  const indented = lines.map((line, index) => {
    const wanted = index === 0 ? first : blank || line.value.trim() !== '';
    return wanted ? Text.join([margin, line]) : line;
  });
  return Text.join(indented, text('\n'));
}

function round(value: Value, args: Arguments): Value {
  const factor = 10 ** args.integer(0, 'precision', 0);
  const scaled = (numberOf(value) ?? Number.NaN) * factor;
  const method = args.optionalText(1, 'method')?.value ?? 'common';
  if (method === 'ceil') return new Float(Math.ceil(scaled) / factor);
  if (method === 'floor') return new Float(Math.floor(scaled) / factor);
  const floor = Math.floor(scaled);
  const isHalf = scaled - floor === 0.5;
  return new Float((isHalf ? floor + (Math.abs(floor) % 2) : Math.round(scaled)) / factor);
}

function toInteger(value: Value, args: Arguments): Value {
  const otherwise = args.has(0, 'default') ? args.value(0, 'default') : 0;
  if (value instanceof Text) {
    const base = args.integer(1, 'base', 10);
    const trimmed = value.value.trim();
    if (base === 10) return /^[+-]?\d+(\.\d*)?$/.test(trimmed) ? Math.trunc(Number(trimmed)) : otherwise;
    const parsed = Number.parseInt(trimmed, base);
    return Number.isNaN(parsed) ? otherwise : parsed;
  }
  const number = numberOf(value);
  return number === undefined || !Number.isFinite(number) ? otherwise : Math.trunc(number);
}

function toFloat(value: Value, args: Arguments): Value {
  const number =
    value instanceof Text ? (value.value.trim() === '' ? Number.NaN : Number(value.value)) : numberOf(value);
  if (number !== undefined && !Number.isNaN(number)) return new Float(number);
  return args.has(0, 'default') ? args.value(0, 'default') : new Float(0);
}

const htmlEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

function escapeHtml(value: Value): Text {
  return toText(value).mapped((plain) => plain.replace(/[&<>'"]/g, (character) => htmlEntities[character] ?? ''));
}

function slices(value: Value, args: Arguments): Value {
  const items = itemsOf(value);
  const count = args.integer(0, 'slices', 1);
  const [size, larger] = [Math.floor(items.length / count), items.length % count];
  return Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, larger);
    const slice: List = items.slice(start, start + size + (index < larger ? 1 : 0));
    if (args.has(1, 'fill_with') && index >= larger) slice.push(args.value(1, 'fill_with'));
    return slice;
  });
}

function batch(value: Value, args: Arguments): Value {
  const items = itemsOf(value);
  const size = Math.max(1, args.integer(0, 'linecount', 1));
  const batches: List[] = [];
  for (let start = 0; start < items.length; start += size) batches.push(items.slice(start, start + size));
  const last = batches.at(-1);
  if (last !== undefined && args.has(1, 'fill_with')) {
    while (last.length < size) last.push(args.value(1, 'fill_with'));
  }
  return batches;
}

function first(value: Value): Value {
  return itemsOf(value)[0];
}

function defaultTo(value: Value, args: Arguments): Value {
  const isMissing = value === undefined || (args.flag(1, 'boolean') && !isTrue(value));
  return isMissing ? (args.has(0, 'default_value') ? args.value(0, 'default_value') : text('')) : value;
}

function itemsFilter(value: Value): Value {
  if (value === undefined) return [];
  if (!isDict(value)) throw new TemplateError('items needs a dict');
  return [...value].map(([key, item]) => tupleOf(typeof key === 'string' ? text(key) : key, item));
}

function sum(value: Value, args: Arguments, context: FilterContext): Value {
  const key = keyGetter(args, 0, context, true);
  const numbers = itemsOf(value).map(key);
  const start = args.has(1, 'start') ? args.value(1, 'start') : 0;
  const total = [start, ...numbers].reduce<number>((total, item) => total + (numberOf(item) ?? Number.NaN), 0);
  return numeric(total, start, ...numbers);
}

function json(value: Value, args: Arguments): Value {
  const width = args.value(1, 'indent');
  const separators = args.value(2, 'separators');
  return toJson(value, {
    asciiOnly: args.flag(0, 'ensure_ascii'),
    indent: width == null ? undefined : width instanceof Text ? width.value : ' '.repeat(numberOf(width) ?? 0),
    separators: isList(separators) ? [toText(separators[0]).value, toText(separators[1]).value] : undefined,
    sortKeys: args.flag(3, 'sort_keys'),
  });
}

function reverse(value: Value): Value {
  const turned = [...itemsOf(value)].reverse();
  return value instanceof Text ? Text.join(value.characters().reverse()) : turned;
}

function join(value: Value, args: Arguments, context: FilterContext): Value {
  const attribute = args.value(1, 'attribute');
  const get = attribute == null ? (item: Value) => item : attributeGetter(attribute, context);
  return Text.join(
    itemsOf(value).map((item) => toText(get(item))),
    toText(args.has(0, 'd') ? args.value(0, 'd') : text('')),
  );
}

/** Jinja's filters, and `tojson` as the Transformers library has it for chat templates. */
export const filters: Record<string, Filter> = {
  abs: (value) => numeric(Math.abs(numberOf(value) ?? Number.NaN), value),
  attr: (value, args, context) => context.member(value, args.required(0)),
  batch,
  capitalize: (value) => toText(value).mapped(capitalise),
  count: lengthOf,
  d: defaultTo,
  default: defaultTo,
  dictsort: dictSort,
  e: escapeHtml,
  escape: escapeHtml,
  first,
  float: toFloat,
  groupby: groupBy,
  indent,
  int: toInteger,
  items: itemsFilter,
  join,
  last: (value) => itemsOf(value).at(-1),
  length: lengthOf,
  list: (value) => [...itemsOf(value)],
  lower: (value) => toText(value).mapped((plain) => plain.toLowerCase()),
  map,
  max: extreme(1),
  min: extreme(-1),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  replace: (value, args) =>
    replace(toText(value), toText(args.required(0)), toText(args.required(1)), args.integer(2, 'count', -1)),
  reverse,
  round,
  safe: (value) => value,
  select: selecting(true, false),
  selectattr: selecting(true, true),
  slice: slices,
  sort: (value, args, context) =>
    sorted(itemsOf(value), keyGetter(args, 2, context, args.flag(1, 'case_sensitive')), args.flag(0, 'reverse')),
  string: toText,
  sum,
  title: (value) => toText(value).mapped((plain) => plain.replace(/[^-\s({[<]+/gu, capitalise)),
  tojson: json,
  trim: (value, args) => strip(toText(value), args.optionalText(0, 'chars')?.value),
  unique,
  upper: (value) => toText(value).mapped((plain) => plain.toUpperCase()),
  wordcount: (value) => toText(value).value.match(/\w+/gu)?.length ?? 0,
};
