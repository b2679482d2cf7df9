import { type ResponseFormat, responseFormatKinds } from '../engine/ResponseFormat.js';
import type { ResponseFormatParameter } from '../engine/sampling.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { checkTextList, wellFormed } from './checkParameter.js';

/**
 * Checks all of a response format but what is written in it: that is compiled later.
 * @throws LlamaHomeError `invalid_request`; `unsupported_schema` for a schema that is none
 */
export function checkResponseFormat(field: string, value: unknown, limits: ResponseFormatParameter): ResponseFormat {
  const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const [kind, ...others] = responseFormatKinds.filter((each) => given[each] !== undefined && given[each] !== null);
  if (kind === undefined || others.length > 0) {
    const message = `${field} must have exactly one of ${responseFormatKinds.join(', ')}.`;
    throw invalidRequest(field, message, { allowed: [...responseFormatKinds] });
  }
  const place = `${field}.${kind}`;
  switch (kind) {
    case 'json':
      if (given.json !== true) throw invalidRequest(place, `${place} must be true; leave ${field} out for free text.`);
      return { json: true };
    case 'jsonSchema': {
      const schema = given.jsonSchema;
      if (typeof schema === 'boolean' || (typeof schema === 'object' && !Array.isArray(schema))) {
        return { jsonSchema: schema };
      }
      throw new LlamaHomeError('unsupported_schema', 'A JSON Schema must be an object, true or false.', {
        path: '',
        keyword: 'type',
      });
    }
    case 'choices':
      return { choices: checkChoices(place, given.choices, limits) };
    default:
      return { [kind]: checkPattern(place, given[kind], limits.maxLength) };
  }
}

function checkChoices(field: string, value: unknown, { maxChoices, maxLength }: ResponseFormatParameter): string[] {
  const choices = checkTextList(field, value, { kind: 'textList', maxItems: maxChoices, maxLength, description: '' });
  if (choices.length > 0) return choices;
  throw invalidRequest(field, `${field} must have a text to choose.`, { minimum: 1, maximum: maxChoices });
}

function checkPattern(field: string, value: unknown, maximum: number): string {
  if (typeof value !== 'string' || value === '' || value.length > maximum) {
    throw invalidRequest(field, `${field} must be a text of 1 to ${maximum} characters.`, { minimum: 1, maximum });
  }
  return wellFormed(field, value);
}
