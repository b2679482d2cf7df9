import { restName } from './restName.js';

export interface ErrorBody {
  code: string;
  message: string;
  details?: unknown;
}

/** A field of the schema, maybe within another one, as REST spells it. */
function restField(field: string): string {
  // It comes in a header.
  return field === 'idempotencyKey' ? 'Idempotency-Key' : restName(field);
}

/** An error of an operation, which names a field of the schema, with the field as REST spells it. */
export function respell({ code, message, details }: ErrorBody): ErrorBody {
  if (typeof details !== 'object' || details === null || !('field' in details)) return { code, message, details };
  const { field } = details;
  if (typeof field !== 'string') return { code, message, details };
  // The message may name the field itself where `field` is a place in it.
  const [name = field] = /^\w+/.exec(field) ?? [];
  return {
    code,
    message: message.replaceAll(field, restField(field)).replaceAll(new RegExp(`\\b${name}\\b`, 'g'), restField(name)),
    details: { ...details, field: restField(field) },
  };
}
