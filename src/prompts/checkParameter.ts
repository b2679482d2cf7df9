import type { LogitBias, LogitBiasParameter, NumberParameter, TextListParameter } from '../engine/sampling.js';
import { invalidRequest } from '../errors/index.js';

/** @throws LlamaHomeError `invalid_request` with the range */
export function checkNumber(
  field: string,
  value: unknown,
  parameter: Omit<NumberParameter, 'default' | 'description'>,
) {
  const { minimum, maximum, kind } = parameter;
  const whole = kind === 'int';
  if (typeof value === 'number' && value >= minimum && value <= maximum && (!whole || Number.isInteger(value))) {
    return value;
  }
  const kinds = whole ? 'a whole number' : 'a number';
  throw invalidRequest(field, `${field} must be ${kinds} from ${minimum} to ${maximum}.`, { minimum, maximum });
}

/** @throws LlamaHomeError `invalid_request` when it is no list, or too long, or one of its texts is */
export function checkTextList(field: string, value: unknown, { maxItems, maxLength }: TextListParameter): string[] {
  return checkList(field, value, maxItems, 'texts').map((text, index) => {
    const place = `${field}[${index}]`;
    if (typeof text !== 'string' || text === '' || text.length > maxLength) {
      const message = `${place} must be a text of 1 to ${maxLength} characters.`;
      throw invalidRequest(place, message, { minimum: 1, maximum: maxLength });
    }
    return wellFormed(place, text);
  });
}

/** @throws LlamaHomeError `invalid_request` when an entry is none, out of its range, or names a token again */
export function checkLogitBias(field: string, value: unknown, parameter: LogitBiasParameter): LogitBias[] {
  const { maxItems, ...range } = parameter;
  const seen = new Set<number>();
  return checkList(field, value, maxItems, 'entries').map((entry, index) => {
    const place = `${field}[${index}]`;
    const { token, bias } = Object(entry) as Record<string, unknown>;
    const number = checkNumber(`${place}.token`, token, { kind: 'int', minimum: 0, maximum: 2 ** 31 - 1 });
    if (seen.has(number)) throw invalidRequest(`${place}.token`, `${field} has token ${number} twice: give it once.`);
    seen.add(number);
    return { token: number, bias: checkNumber(`${place}.bias`, bias, { ...range, kind: 'float' }) };
  });
}

function checkList(field: string, value: unknown, maximum: number, items: string): unknown[] {
  if (Array.isArray(value) && value.length <= maximum) return value;
  throw invalidRequest(field, `${field} must be a list of at most ${maximum} ${items}.`, { maximum });
}

/** Half a surrogate pair is no character: it becomes U+FFFD, as in any UTF-8 encoder. NUL is text nowhere. */
export function wellFormed(field: string, text: string): string {
  if (text.includes('\0')) throw invalidRequest(field, `${field} must not contain the NUL character.`);
  return text.toWellFormed();
}
