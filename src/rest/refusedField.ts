import { z } from 'zod';
import { errorLimits } from '../access/limits.js';
import { invalidRequest, type LlamaHomeError } from '../errors/index.js';
import { shorten } from '../errors/shorten.js';
import { similarIds } from '../models/similarIds.js';

/** A schema without what only says that a field may be left out, or that something else stands for it. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return bare(schema.unwrap());
  return schema;
}

/** What stands at a path of a request. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  const found = bare(schema);
  const [key, ...rest] = path;
  if (key === undefined) return found;
  if (found instanceof z.ZodPipe) return schemaAt(found.out, path);
  if (found instanceof z.ZodArray) return schemaAt(found.element, rest);
  return found instanceof z.ZodObject ? schemaAt(found.shape[String(key)], rest) : undefined;
}

function inWords(names: readonly string[], last: string): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} ${last} ${names.at(-1)}`;
}

function rangeOf(schema: z.ZodNumber): { minimum?: number; maximum?: number } {
  const { minimum, maximum } = schema.meta() ?? {};
  return typeof minimum === 'number' && typeof maximum === 'number' ? { minimum, maximum } : {};
}

/** What may be written for a schema: in words, of one and of many, and as details. */
function allowedBy(schema: unknown): { one: string; many: string; details: Record<string, unknown> } {
  const found = bare(schema);
  if (found instanceof z.ZodNumber) {
    const range = rangeOf(found);
    const kind = found.format === 'int32' ? 'whole number' : 'number';
    const ends = range.minimum === undefined ? '' : ` from ${range.minimum} to ${range.maximum}`;
    return { one: `a ${kind}${ends}`, many: `${kind}s${ends}`, details: range };
  }
  if (found instanceof z.ZodEnum) {
    const names = found.options.map((option) => JSON.stringify(option));
    return { one: inWords(names, 'or'), many: inWords(names, 'and'), details: { allowed: found.options } };
  }
  if (found instanceof z.ZodBoolean) return { one: 'true or false', many: 'true and false', details: {} };
  // A prompt of a batch: a text alone stands for an object with it.
  if (found instanceof z.ZodPipe) return { one: 'a text or an object', many: 'texts or objects', details: {} };
  if (found instanceof z.ZodArray) {
    const { many } = allowedBy(found.element);
    return { one: `a list of ${many}`, many: `lists of ${many}`, details: {} };
  }
  if (found instanceof z.ZodObject) {
    const fields = inWords(Object.keys(found.shape), 'and');
    return { one: `an object with ${fields}`, many: `objects with ${fields}`, details: {} };
  }
  return { one: 'a text', many: 'texts', details: {} };
}

/** Names whose words are written together, like those of GraphQL, are meant for these. */
function meantBy(name: string, fields: readonly string[]): string | undefined {
  const [near] = similarIds(
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    fields,
    1,
  );
  return near;
}

/** As GraphQL writes places: `messages[0].role`. */
function placeOf([first = '', ...rest]: readonly PropertyKey[]): string {
  return rest.reduce<string>(
    (place, key) => (typeof key === 'number' ? `${place}[${key}]` : `${place}.${String(key)}`),
    String(first),
  );
}

function unknownField(schema: z.ZodType, path: readonly PropertyKey[], name: string): LlamaHomeError {
  const parent = schemaAt(schema, path);
  const object = parent instanceof z.ZodPipe ? bare(parent.out) : parent;
  const allowed = object instanceof z.ZodObject ? Object.keys(object.shape) : [];
  const field = shorten(placeOf([...path, name]), errorLimits.name);
  const meant = meantBy(name, allowed);
  const hint = meant === undefined ? `there are ${inWords(allowed, 'and')}.` : `did you mean ${meant}?`;
  return invalidRequest(field, `There is no field "${field}" in this request; ${hint}`, { allowed });
}

/** The refusal of a request for one of the issues that its schema found: the field, and what to write there. */
export function refusedField(schema: z.ZodType, issue: z.core.$ZodIssue | undefined): LlamaHomeError {
  const path = issue?.path ?? [];
  if (issue?.code === 'unrecognized_keys') return unknownField(schema, path, issue.keys[0] ?? '');
  if (path.length === 0) return invalidRequest('body', 'The body must be a JSON object.');
  const field = placeOf(path);
  const { one, details } = allowedBy(schemaAt(schema, path));
  return invalidRequest(field, `${field} must be ${one}.`, details);
}
