import { Arguments } from './Arguments.js';
import { toText } from './printing.js';
import { Scope } from './Scope.js';
import { strftime } from './strftime.js';
import { Callable, dictOf, isDict, Namespace, TemplateError, text, type Value } from './values.js';

/** As in Jinja's sandbox. */
const longestRange = 100_000;

function range(args: Arguments): Value {
  const [start, stop] = args.has(1)
    ? [args.integer(0, undefined, 0), args.integer(1, undefined, 0)]
    : [0, args.integer(0, undefined, 0)];
  const step = args.integer(2, undefined, 1);
  if (step === 0) throw new TemplateError('the step of range must not be 0');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > longestRange) throw new TemplateError(`a range has at most ${longestRange} items`);
  return Array.from({ length }, (_, index) => start + index * step);
}

function namespace(args: Arguments): Value {
  const made = new Namespace();
  const [first] = args.placed;
  if (isDict(first)) for (const [key, value] of first) made.attributes.set(String(key), value);
  for (const [name, value] of args.named) made.attributes.set(name, value);
  return made;
}

const functions: Record<string, (args: Arguments) => Value> = {
  range,
  namespace,
  dict: (args) => {
    const [first] = args.placed;
    return new Map([...(isDict(first) ? first : []), ...dictOf(args.named)]);
  },
  raise_exception: (args) => {
    throw new TemplateError(toText(args.value(0)).value);
  },
  strftime_now: (args) => text(strftime(args.text(0).value, new Date())),
};

/** What every chat template finds: Jinja's own functions and those that the Transformers library adds. */
export function globalScope(): Scope {
  const scope = new Scope();
  for (const [name, value] of [
    ['true', true],
    ['false', false],
    ['none', null],
  ] as const) {
    scope.set(name, value);
    scope.set(name[0]?.toUpperCase() + name.slice(1), value);
  }
  for (const [name, run] of Object.entries(functions)) {
    scope.set(name, new Callable(name, (placed, named) => run(new Arguments(name, placed, named))));
  }
  return scope;
}
