import { Text } from './Text.js';

/** What stands for a value of Python while a template runs. `undefined` is Jinja's Undefined, a Map is a dict. */
export type Value = undefined | null | boolean | number | Float | Text | List | Dict | Namespace | Callable;
export type List = Value[];
export type Key = string | number | boolean | null;
export type Dict = Map<Key, Value>;
export type Named = ReadonlyMap<string, Value>;

/** A number that prints with a point; other numbers are integers. */
export class Float {
  constructor(readonly value: number) {}
}

/** A list that prints as a tuple. */
export class Tuple extends Array<Value> {}

export function tupleOf(...items: Value[]): Tuple {
  const tuple = new Tuple();
  tuple.push(...items);
  return tuple;
}

/** What `namespace()` makes: attributes that can be set from inner scopes. */
export class Namespace {
  readonly attributes = new Map<string, Value>();
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: readonly Value[], named: Named) => Value,
  ) {}
}

/** What a template did wrong, or was not made for. */
export class TemplateError extends Error {}

export function text(value: string): Text {
  return Text.ofTemplate(value);
}

export function dictOf(entries: Iterable<readonly [string, Value]>): Dict {
  return new Map<Key, Value>(entries);
}

export function isList(value: Value): value is List {
  return Array.isArray(value);
}

export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

/** A number's value; booleans are numbers in Python. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return value instanceof Float ? value.value : undefined;
}

export function integerOf(value: Value, name: string): number {
  const number = value instanceof Float ? undefined : numberOf(value);
  if (number === undefined) throw new TemplateError(`${name} must be an integer, not ${typeName(value)}`);
  return number;
}

export function textOf(value: Value, name: string): Text {
  if (value instanceof Text) return value;
  throw new TemplateError(`${name} must be a text, not ${typeName(value)}`);
}

/** An integer stays one unless a float took part. */
export function numeric(result: number, ...operands: Value[]): number | Float {
  return operands.some((operand) => operand instanceof Float) ? new Float(result) : result;
}

export function toKey(value: Value): Key {
  if (value instanceof Text) return value.value;
  if (value instanceof Float) return value.value;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new TemplateError(`${typeName(value)} can not be the key of a dict`);
}

export function fromKey(key: Key): Value {
  return typeof key === 'string' ? text(key) : key;
}

export function typeName(value: Value): string {
  if (value === undefined) return 'an undefined value';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (value instanceof Float) return 'float';
  if (value instanceof Text) return 'str';
  if (value instanceof Tuple) return 'tuple';
  if (isList(value)) return 'list';
  if (isDict(value)) return 'dict';
  return value instanceof Namespace ? 'namespace' : 'function';
}

export function isTrue(value: Value): boolean {
  if (value instanceof Text || isList(value)) return value.length > 0;
  if (isDict(value)) return value.size > 0;
  return value instanceof Float ? value.value !== 0 : Boolean(value);
}

export function isEqual(a: Value, b: Value): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined || right !== undefined) return left === right;
  if (a instanceof Text && b instanceof Text) return a.value === b.value;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isEqual(value, b.get(key)));
  }
  return a === b;
}

/** Negative, zero or positive. @throws TemplateError for what has no order */
export function compare(a: Value, b: Value): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) return left - right;
  if (a instanceof Text && b instanceof Text) return compareCodePoints(a.value, b.value);
  if (isList(a) && isList(b)) {
    const at = a.findIndex((item, index) => index >= b.length || !isEqual(item, b[index]));
    if (at === -1) return a.length - b.length;
    return at >= b.length ? 1 : compare(a[at], b[at]);
  }
  throw new TemplateError(`${typeName(a)} and ${typeName(b)} have no order`);
}

function compareCodePoints(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (const [index, character] of left.entries()) {
    const difference = (character.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** What a loop goes over: a dict's keys, a text's characters, nothing of what is undefined. */
export function itemsOf(value: Value): List {
  if (value === undefined) return [];
  if (isList(value)) return value;
  if (value instanceof Text) return value.characters();
  if (isDict(value)) return [...value.keys()].map(fromKey);
  throw new TemplateError(`${typeName(value)} is not iterable`);
}

export function lengthOf(value: Value): number {
  if (isDict(value)) return value.size;
  if (value === undefined || isList(value) || value instanceof Text) return itemsOf(value).length;
  throw new TemplateError(`${typeName(value)} has no length`);
}

export function contains(container: Value, item: Value): boolean {
  if (container instanceof Text) return container.value.includes(textOf(item, 'what is looked for in a text').value);
  if (isDict(container)) return container.has(toKey(item));
  return itemsOf(container).some((other) => isEqual(other, item));
}

/** Where a slice from `start` to `end` begins, how many steps it has and how long each is, as Python counts. */
export function sliceOf<Item>(items: readonly Item[], start: Value, stop: Value, step: Value): Item[] {
  const stride = step == null ? 1 : integerOf(step, 'the step of a slice');
  if (stride === 0) throw new TemplateError('the step of a slice must not be 0');
  const { length } = items;
  const bound = (value: Value, otherwise: number) => {
    if (value == null) return otherwise;
    const index = integerOf(value, 'the bound of a slice');
    const fromStart = index < 0 ? index + length : index;
    return Math.max(stride > 0 ? 0 : -1, Math.min(stride > 0 ? length : length - 1, fromStart));
  };
  const [from, to] = stride > 0 ? [bound(start, 0), bound(stop, length)] : [bound(start, length - 1), bound(stop, -1)];
  const taken: Item[] = [];
  for (let index = from; stride > 0 ? index < to : index > to; index += stride) {
    const item = items[index];
    if (index in items) taken.push(item as Item);
  }
  return taken;
}
