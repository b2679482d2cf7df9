import {
  GraphQLBoolean,
  GraphQLError,
  GraphQLFloat,
  GraphQLID,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';
import { errorLimits } from '../../access/limits.js';
import { type ErrorDetails, LlamaHomeError } from '../../errors/index.js';
import { shorten } from '../../errors/shorten.js';
import { similarIds } from '../../models/similarIds.js';
import { toGraphQLError } from './toGraphQLError.js';
import type { RefusedValue } from './variables.js';

/** What is wrong with a value, in words that never repeat it. */
export interface WrongInput {
  message: string;
  details: ErrorDetails;
}

/** Where a value stands: as it is written in a message, and as `details.field`. */
export interface Place {
  written: string;
  field: string;
}

const plainTypes = new Map<GraphQLInputType, string>([
  [GraphQLInt, 'a whole number of 32 bits (Int)'],
  [GraphQLFloat, 'a number (Float)'],
  [GraphQLString, 'a text (String)'],
  [GraphQLBoolean, 'true or false (Boolean)'],
  [GraphQLID, 'a text (ID)'],
]);

function nullable(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type.ofType : type;
}

/** What may be written for a type; an enum's values only where the schema is no secret. */
export function allowedFor(type: GraphQLInputType, hidden: boolean): { words: string; details: ErrorDetails } {
  const found = nullable(type);
  if (isListType(found)) return { words: `a list (${found})`, details: {} };
  if (isInputObjectType(found)) return { words: `an object (${found.name})`, details: {} };
  if (isEnumType(found) && !hidden) {
    const allowed = found.getValues().map(({ name }) => name);
    return { words: `one of ${allowed.join(', ')}`, details: { allowed } };
  }
  return { words: plainTypes.get(found) ?? `a ${found.name}`, details: {} };
}

/** A field that an input object does not have. The name is the client's own. */
export function unknownField(
  { name: of, getFields }: Pick<GraphQLInputObjectType, 'name' | 'getFields'>,
  name: string,
  { parent, hidden }: { parent: string; hidden: boolean },
): WrongInput {
  const shown = shorten(name, errorLimits.name);
  const [near] = hidden ? [] : similarIds(shown, Object.keys(getFields()), 1);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  return {
    message: `There is no field "${shown}" in ${of}.${hint}`,
    details: { field: parent === '' ? shown : `${parent}.${shown}` },
  };
}

/** A field that has to be there. */
export function missingField(place: Place, type: GraphQLInputType, hidden: boolean): WrongInput {
  const { words, details } = allowedFor(type, hidden);
  return { message: `${place.written} is missing: write ${words}.`, details: { field: place.field, ...details } };
}

/** A value of the wrong kind. `reason` is said of it by a scalar of our own, whose words do not repeat it. */
export function wrongValue(place: Place, type: GraphQLInputType, hidden: boolean, reason?: string): WrongInput {
  const { words, details } = allowedFor(type, hidden);
  const message = reason === undefined ? `${place.written} must be ${words}.` : `${place.written}: ${reason}`;
  return { message, details: { field: place.field, ...details } };
}

/** A null where none may be. */
function nullValue(place: Place, type: GraphQLInputType, hidden: boolean): WrongInput {
  const { words, details } = allowedFor(type, hidden);
  return {
    message: `${place.written} must not be null: write ${words}.`,
    details: { field: place.field, ...details },
  };
}

/** Whether what a type says of a bad value is in words of ours. */
export function speaksForItself(type: GraphQLInputType): boolean {
  const found = nullable(type);
  return !isListType(found) && !isInputObjectType(found) && !isEnumType(found) && !plainTypes.has(found);
}

function placeOf(variable: string, path: readonly (string | number)[]): Place {
  const steps = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  const name = shorten(variable, errorLimits.name);
  return { written: `$${name}${steps}`, field: steps === '' ? name : steps.replace(/^\./, '') };
}

/** The type that a value at a path has to be of. */
function typeAt(type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType {
  const [key, ...rest] = path;
  if (key === undefined) return type;
  const found = nullable(type);
  if (isListType(found)) return typeAt(found.ofType, typeof key === 'number' ? rest : path);
  const field = isInputObjectType(found) ? found.getFields()[key] : undefined;
  return field === undefined ? type : typeAt(field.type, rest);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is wrong with an object: a field that it lacks, or one that it may not have; nothing of these for a @oneOf. */
function wrongObject(
  type: GraphQLInputObjectType,
  value: Record<string, unknown>,
  { place, hidden, isVariable }: { place: Place; hidden: boolean; isVariable: boolean },
): WrongInput {
  const fields = type.getFields();
  const parent = isVariable ? '' : place.field;
  for (const [name, field] of Object.entries(fields)) {
    if (value[name] !== undefined || !isNonNullType(field.type) || field.defaultValue !== undefined) continue;
    const missing = { written: `${place.written}.${name}`, field: parent === '' ? name : `${parent}.${name}` };
    return missingField(missing, field.type, hidden);
  }
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    return unknownField({ name: type.name, getFields: () => fields }, unknown, { parent, hidden });
  }
  return { message: `${place.written} must have exactly one field (${type.name}).`, details: { field: place.field } };
}

function wrongIn({ definition, type, path, value, cause }: RefusedValue, hidden: boolean): WrongInput {
  const place = placeOf(definition.variable.name.value, path);
  let wanted = typeAt(type, path);
  if (value === undefined) return missingField(place, wanted, hidden);
  if (value === null && isNonNullType(wanted)) return nullValue(place, wanted, hidden);
  // One value stands for a list of it.
  for (wanted = nullable(wanted); isListType(wanted); ) wanted = nullable(wanted.ofType);
  if (isInputObjectType(wanted) && isObject(value)) {
    return wrongObject(wanted, value, { place, hidden, isVariable: path.length === 0 });
  }
  return wrongValue(place, wanted, hidden, speaksForItself(wanted) ? cause?.message : undefined);
}

/** The error of a variable with a bad value: where it stands and what may stand there. `hidden`: nothing of the schema is told. */
export function wrongVariable(refused: RefusedValue, { hidden }: { hidden: boolean }): GraphQLError {
  const { message, details } = wrongIn(refused, hidden);
  const { message: text, extensions } = toGraphQLError(new LlamaHomeError('invalid_request', message, details));
  return new GraphQLError(text, { nodes: refused.definition, extensions });
}
