import { toText } from './printing.js';
import { Text } from './Text.js';
import {
  compare,
  contains,
  Float,
  isEqual,
  isList,
  numberOf,
  numeric,
  TemplateError,
  Tuple,
  tupleOf,
  typeName,
  type Value,
} from './values.js';

function numbers(operator: string, left: Value, right: Value): [number, number] {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return [a, b];
  throw new TemplateError(`${typeName(left)} ${operator} ${typeName(right)} has no meaning`);
}

function add(left: Value, right: Value): Value {
  if (left instanceof Text && right instanceof Text) return Text.join([left, right]);
  if (isList(left) && isList(right)) {
    return left instanceof Tuple ? tupleOf(...left, ...right) : [...left, ...right];
  }
  const [a, b] = numbers('+', left, right);
  return numeric(a + b, left, right);
}

function multiply(left: Value, right: Value): Value {
  if (typeof left === 'number' && (right instanceof Text || isList(right))) return multiply(right, left);
  if (typeof right === 'number' && left instanceof Text) return Text.join(Array<Text>(Math.max(0, right)).fill(left));
  if (typeof right === 'number' && isList(left)) return Array.from({ length: Math.max(0, right) }, () => left).flat(1);
  const [a, b] = numbers('*', left, right);
  return numeric(a * b, left, right);
}

function divide(left: Value, right: Value): [number, number] {
  const [a, b] = numbers('/', left, right);
  if (b === 0) throw new TemplateError('division by zero');
  return [a, b];
}

/** As Python's `%`: the sign of the result is the divisor's. */
function modulo(left: Value, right: Value): Value {
  if (left instanceof Text) return formatted(left, right);
  const [a, b] = divide(left, right);
  return numeric(a - b * Math.floor(a / b), left, right);
}

function formatted(format: Text, values: Value): Text {
  const given = values instanceof Tuple ? [...values] : [values];
  const pieces: Text[] = [];
  let start = 0;
  for (const { 0: field, 1: kind, index } of format.value.matchAll(/%([sdirf%])/g)) {
    pieces.push(format.slice(start, index));
    start = index + field.length;
    if (kind === '%') pieces.push(format.slice(index, index + 1));
    else if (kind === 's') pieces.push(toText(given.shift()));
    else if (kind === 'f') pieces.push(Text.ofTemplate((numberOf(given.shift()) ?? Number.NaN).toFixed(6)));
    else pieces.push(toText(given.shift()));
  }
  return Text.join([...pieces, format.slice(start)]);
}

/** The operators of two operands that evaluate both. */
export const operators: Record<string, (left: Value, right: Value) => Value> = {
  '+': add,
  '-': (left, right) => {
    const [a, b] = numbers('-', left, right);
    return numeric(a - b, left, right);
  },
  '*': multiply,
  '/': (left, right) => {
    const [a, b] = divide(left, right);
    return new Float(a / b);
  },
  '//': (left, right) => {
    const [a, b] = divide(left, right);
    return numeric(Math.floor(a / b), left, right);
  },
  '%': modulo,
  '**': (left, right) => {
    const [a, b] = numbers('**', left, right);
    return b < 0 ? new Float(a ** b) : numeric(a ** b, left, right);
  },
  '~': (left, right) => Text.join([toText(left), toText(right)]),
  '==': isEqual,
  '!=': (left, right) => !isEqual(left, right),
  '<': (left, right) => compare(left, right) < 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>': (left, right) => compare(left, right) > 0,
  '>=': (left, right) => compare(left, right) >= 0,
  in: (left, right) => contains(right, left),
  'not in': (left, right) => !contains(right, left),
};
