import type { AnswerFormat } from './answers/Matcher.js';

/** The shape that an answer is held to; exactly one of these. */
export interface ResponseFormat {
  /** Any JSON. */
  json?: boolean;
  /** JSON that validates under this JSON Schema: draft 2020-12, and 4 to 7 too. */
  jsonSchema?: unknown;
  /** A grammar in llama.cpp's GBNF. */
  grammar?: string;
  /** The whole answer matches: ECMAScript's syntax without look-around and back-references. */
  regex?: string;
  /** One of these texts. */
  choices?: string[];
}

export const responseFormatKinds = ['json', 'jsonSchema', 'grammar', 'regex', 'choices'] as const;

export function toAnswerFormat({ jsonSchema, grammar, regex, choices }: ResponseFormat): AnswerFormat {
  if (jsonSchema !== undefined) return { kind: 'jsonSchema', schema: jsonSchema };
  if (grammar !== undefined) return { kind: 'grammar', grammar };
  if (regex !== undefined) return { kind: 'regex', pattern: regex };
  return choices === undefined ? { kind: 'json' } : { kind: 'choices', choices };
}

/** Whether an answer in this shape is JSON. */
export function isJsonFormat({ json, jsonSchema }: ResponseFormat): boolean {
  return json === true || jsonSchema !== undefined;
}
