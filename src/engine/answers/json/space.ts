/** Space so far at one place: 0 none, 1 one blank, from 2 a line end and as many blanks or tabs less two. */
export type Space = number;

export const NO_SPACE: Space = 0;
/** More blanks than this begin a line only where nesting needs them. */
const USUAL_INDENT = 40;
/** No space can follow. */
export const MAX_INDENT: Space = Number.MAX_SAFE_INTEGER;

/**
 * The space after one more byte; `undefined` when the byte is no space or no more of it is allowed here. One blank, or a line end with
 * an indentation, is what printers write; a model can't go on with space for ever.
 * @param depth How deep the place is nested; 0 where a line can't end.
 */
export function spaceAfter(space: Space, byte: number, depth: number): Space | undefined {
  const isBlank = byte === 0x20 || byte === 0x09;
  if (space === NO_SPACE) {
    return byte === 0x20 ? 1 : byte === 0x0a && depth > 0 ? 2 : undefined;
  }
  return isBlank && space >= 2 && space - 2 < Math.max(USUAL_INDENT, 4 * depth) ? space + 1 : undefined;
}
