import { GraphQLError, valueFromASTUntyped } from 'graphql';
import { builder } from '../builder.js';

function toDate(value: unknown): Date {
  const date = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw new GraphQLError('DateTime must be an ISO 8601 date and time.');
  return date;
}

function toBytes(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new GraphQLError('Bytes must be a whole number.');
  }
  return value;
}

builder.scalarType('DateTime', {
  description: 'A point in time, ISO 8601 in UTC, like `2026-01-31T12:00:00.000Z`.',
  serialize: (value) => toDate(value).toISOString(),
  parseValue: toDate,
});

builder.scalarType('JSON', {
  description: 'Any JSON value.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

builder.scalarType('Bytes', {
  description: 'A whole number of bytes; it may exceed 32 bits.',
  serialize: toBytes,
  parseValue: toBytes,
});
