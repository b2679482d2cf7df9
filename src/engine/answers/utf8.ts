import { IN_TEXT, type Lexed, type LexState, lexString } from './json/lexString.js';

/** Between two characters of a text. */
export const BETWEEN: LexState = IN_TEXT;

/** Reads the next byte of a UTF-8 text without quotes; `undefined` when it is no such text. */
export function lexUtf8(at: LexState, byte: number): Lexed | undefined {
  return at === BETWEEN && byte < 0x80 ? { kind: 'character', codePoint: byte } : lexString(at, byte);
}
