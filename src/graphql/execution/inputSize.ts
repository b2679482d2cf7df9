import { errorLimits, inputLimits } from '../../access/limits.js';
import { invalidRequest, type LlamaHomeError } from '../../errors/index.js';
import { shorten } from '../../errors/shorten.js';

/** One of the limits, and the words for what is over it. */
interface Excess {
  measure: keyof typeof inputLimits;
  what: string;
}

const words: Readonly<Record<keyof typeof inputLimits, string>> = {
  depth: 'levels of objects and lists',
  keys: 'fields in one object',
  items: 'items in one list',
  values: 'fields and items in all',
};

/** Which limit a JSON value is over. It looks at no more than the limits allow. */
function excessOf(value: unknown): Excess | undefined {
  let values = 0;

  function look(inner: unknown, depth: number): keyof typeof inputLimits | undefined {
    if (typeof inner !== 'object' || inner === null) return undefined;
    if (depth > inputLimits.depth) return 'depth';
    if (Array.isArray(inner)) {
      if (inner.length > inputLimits.items) return 'items';
      for (const item of inner) {
        if (++values > inputLimits.values) return 'values';
        const found = look(item, depth + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    let keys = 0;
    for (const key in inner) {
      if (++keys > inputLimits.keys) return 'keys';
      if (++values > inputLimits.values) return 'values';
      const found = look(Reflect.get(inner, key), depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  const measure = look(value, 1);
  return measure && { measure, what: words[measure] };
}

/** The refusal of JSON with too much in it, before any of it is read; `field` says what it is. Undefined when it may be read. */
export function oversizedInput(value: unknown, field: string): LlamaHomeError | undefined {
  const excess = excessOf(value);
  if (excess === undefined) return undefined;
  const { measure, what } = excess;
  const maximum = inputLimits[measure];
  const name = shorten(field, errorLimits.name);
  return invalidRequest(name, `${name} may have ${maximum} ${what} at most.`, { measure, maximum });
}
