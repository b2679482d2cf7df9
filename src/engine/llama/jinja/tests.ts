import { Text } from './Text.js';
import {
  Callable,
  compare,
  contains,
  Float,
  isDict,
  isEqual,
  isList,
  numberOf,
  TemplateError,
  type Value,
} from './values.js';

export type Test = (value: Value, args: readonly Value[]) => boolean;

function remainder(value: Value, by: Value): number {
  return (numberOf(value) ?? Number.NaN) % (numberOf(by) ?? Number.NaN);
}

function isInteger(value: Value): boolean {
  return typeof value === 'number';
}

const equal: Test = (value, [other]) => isEqual(value, other);
const unequal: Test = (value, [other]) => !isEqual(value, other);
const below: Test = (value, [other]) => compare(value, other) < 0;
const atMost: Test = (value, [other]) => compare(value, other) <= 0;
const above: Test = (value, [other]) => compare(value, other) > 0;
const atLeast: Test = (value, [other]) => compare(value, other) >= 0;

/** Jinja's tests, what stands behind `is`. */
export const tests: Record<string, Test> = {
  boolean: (value) => typeof value === 'boolean',
  callable: (value) => value instanceof Callable,
  defined: (value) => value !== undefined,
  divisibleby: (value, [by]) => remainder(value, by) === 0,
  escaped: () => false,
  even: (value) => remainder(value, 2) === 0,
  false: (value) => value === false,
  float: (value) => value instanceof Float,
  in: (value, [container]) => contains(container, value),
  integer: isInteger,
  iterable: (value) => value === undefined || isList(value) || isDict(value) || value instanceof Text,
  lower: (value) => value instanceof Text && value.value === value.value.toLowerCase() && /\p{L}/u.test(value.value),
  mapping: isDict,
  none: (value) => value === null,
  number: (value) => numberOf(value) !== undefined,
  odd: (value) => Math.abs(remainder(value, 2)) === 1,
  sameas: (value, [other]) => value === other || (value instanceof Text && isEqual(value, other)),
  sequence: (value) => value === undefined || isList(value) || isDict(value) || value instanceof Text,
  string: (value) => value instanceof Text,
  true: (value) => value === true,
  undefined: (value) => value === undefined,
  upper: (value) => value instanceof Text && value.value === value.value.toUpperCase() && /\p{L}/u.test(value.value),
  eq: equal,
  equalto: equal,
  '==': equal,
  ne: unequal,
  '!=': unequal,
  lt: below,
  lessthan: below,
  '<': below,
  le: atMost,
  '<=': atMost,
  gt: above,
  greaterthan: above,
  '>': above,
  ge: atLeast,
  '>=': atLeast,
};

/** @throws TemplateError when there is no test of that name */
export function test(name: string, value: Value, args: readonly Value[]): boolean {
  const found = Object.hasOwn(tests, name) ? tests[name] : undefined;
  if (found === undefined) throw new TemplateError(`there is no test named "${name}"`);
  return found(value, args);
}
