import { invalidRequest } from '../errors/index.js';

/** Where a follower stands in a Prompt's stream. */
export interface Position {
  attempt: number;
  /** UTF-16 units of the text that were read. */
  offset: number;
  /** The last event was read too. */
  ended: boolean;
}

/** `<attempt>.<offset>` and `e` when the stream was read to its end, as base64url so that nobody builds on its form. */
export function encodeCursor({ attempt, offset, ended }: Position): string {
  return Buffer.from(`${attempt}.${offset}${ended ? 'e' : ''}`).toString('base64url');
}

/** @throws LlamaHomeError `invalid_request` for anything that did not come from a stream of this server */
export function decodeCursor(cursor: string): Position {
  const match = /^(\d{1,9})\.(\d{1,15})(e?)$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) {
    throw invalidRequest(
      'after',
      'The cursor is not valid: give the cursor of an event of this prompt, or leave it out.',
    );
  }
  return { attempt: Number(match[1]), offset: Number(match[2]), ended: match[3] === 'e' };
}
