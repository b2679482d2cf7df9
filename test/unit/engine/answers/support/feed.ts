import { compileAnswer } from '../../../../../src/engine/answers/compileAnswer.js';
import type { AnswerFormat, Matcher } from '../../../../../src/engine/answers/Matcher.js';
import { SchemaError } from '../../../../../src/engine/answers/SchemaError.js';

/** The state after the text, `undefined` when it is refused on the way. */
export function feed(start: Matcher, text: string | Uint8Array): Matcher | undefined {
  let state: Matcher | undefined = start;
  for (const byte of Buffer.from(text)) {
    state = state?.advance(byte);
  }
  return state;
}

export function accepts(start: Matcher, text: string | Uint8Array): boolean {
  return feed(start, text)?.isComplete === true;
}

export function ofSchema(schema: unknown): Matcher {
  return compileAnswer({ kind: 'jsonSchema', schema });
}

/** The error that compiling the format throws. */
export function refusal(format: AnswerFormat): SchemaError {
  try {
    compileAnswer(format);
  } catch (error) {
    if (error instanceof SchemaError) {
      return error;
    }
    throw error;
  }
  throw new Error('The format was not refused.');
}
