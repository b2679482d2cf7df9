import type { Arguments } from './Arguments.js';
import {
  type Dict,
  fromKey,
  isDict,
  isEqual,
  itemsOf,
  type List,
  numberOf,
  TemplateError,
  toKey,
  tupleOf,
  type Value,
} from './values.js';

/** Methods of Python's `dict`. What is given to a template are copies, so that it may change them. */
export const dictMethods: Record<string, (self: Dict, args: Arguments) => Value> = {
  get: (self, args) => {
    const key = toKey(args.required(0));
    return self.has(key) ? self.get(key) : args.has(1) ? args.value(1) : null;
  },
  items: (self) => [...self].map(([key, value]) => tupleOf(fromKey(key), value)),
  keys: (self) => [...self.keys()].map(fromKey),
  values: (self) => [...self.values()],
  copy: (self) => new Map(self),
  update: (self, args) => {
    const others = args.value(0);
    if (isDict(others)) for (const [key, value] of others) self.set(key, value);
    for (const [key, value] of args.named) self.set(key, value);
    return null;
  },
  setdefault: (self, args) => {
    const key = toKey(args.required(0));
    if (!self.has(key)) self.set(key, args.has(1) ? args.value(1) : null);
    return self.get(key);
  },
  pop: (self, args) => {
    const key = toKey(args.required(0));
    if (!self.has(key) && !args.has(1)) throw new TemplateError(`a dict has no key ${String(key)}`);
    const value = self.has(key) ? self.get(key) : args.value(1);
    self.delete(key);
    return value;
  },
};

function indexOf(self: List, wanted: Value): number {
  return self.findIndex((item) => isEqual(item, wanted));
}

/** Methods of Python's `list`. */
export const listMethods: Record<string, (self: List, args: Arguments) => Value> = {
  append: (self, args) => {
    self.push(args.required(0));
    return null;
  },
  extend: (self, args) => {
    self.push(...itemsOf(args.required(0)));
    return null;
  },
  insert: (self, args) => {
    self.splice(args.integer(0, undefined, 0), 0, args.required(1));
    return null;
  },
  pop: (self, args) => {
    if (self.length === 0) throw new TemplateError('pop from an empty list');
    return self.splice(args.integer(0, undefined, -1), 1)[0];
  },
  reverse: (self) => {
    self.reverse();
    return null;
  },
  copy: (self) => [...self],
  count: (self, args) => self.filter((item) => isEqual(item, args.required(0))).length,
  index: (self, args) => {
    const at = indexOf(self, args.required(0));
    if (at === -1) throw new TemplateError('the list has no such item');
    return at;
  },
};

/** What stands at an index, counted from the end when it is negative; undefined outside. */
export function itemAt<Item>(items: readonly Item[], index: Value): Item | undefined {
  const at = numberOf(index);
  return at === undefined ? undefined : items.at(at);
}
