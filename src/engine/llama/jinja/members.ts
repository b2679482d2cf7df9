import { Arguments } from './Arguments.js';
import { dictMethods, itemAt, listMethods } from './collectionMethods.js';
import { Text } from './Text.js';
import { textMethods } from './textMethods.js';
import { Callable, isDict, isList, Namespace, TemplateError, toKey, type Value } from './values.js';

function bound<Self>(methods: Record<string, (self: Self, args: Arguments) => Value>, self: Self, name: string): Value {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return undefined;
  return new Callable(name, (placed, named) => method(self, new Arguments(name, placed, named)));
}

function attribute(object: Value, name: string): Value {
  if (object instanceof Text) return bound(textMethods, object, name);
  if (isList(object)) return bound(listMethods, object, name);
  if (isDict(object)) return bound(dictMethods, object, name);
  return object instanceof Namespace ? object.attributes.get(name) : undefined;
}

function item(object: Value, key: Value): Value {
  if (isDict(object)) return object.get(toKey(key));
  if (isList(object)) return itemAt(object, key);
  return object instanceof Text ? itemAt(object.characters(), key) : undefined;
}

/**
 * `object.name` (attributes first) or `object[key]` (items first), undefined when there is none, as in Jinja.
 * @throws TemplateError for a member of what is undefined itself
 */
export function member(object: Value, key: Value, attributesFirst: boolean): Value {
  if (object === undefined) {
    throw new TemplateError(
      `${key instanceof Text ? `"${key.value}"` : 'an item'} of an undefined value was asked for`,
    );
  }
  const name = key instanceof Text ? key.value : undefined;
  const found = [() => item(object, key), () => (name === undefined ? undefined : attribute(object, name))];
  if (attributesFirst) found.reverse();
  const [first, second] = found;
  // None is a value as well.
  const value = first?.();
  return value === undefined ? second?.() : value;
}
