/** Where one is between the quotes of a JSON string: between characters, or within an escape or a UTF-8 sequence. */
export interface LexState {
  readonly id: string;
  readonly kind: 'text' | 'escape' | 'hex' | 'lowEscape' | 'lowU' | 'bytes';
  /** Digits or bytes still to come. */
  readonly left: number;
  /** Number made of the digits or bytes so far. */
  readonly value: number;
  /** The high surrogate whose low half is read, 0: none. */
  readonly high: number;
  /** Bytes of the whole UTF-8 sequence. */
  readonly length: number;
}

export type Lexed =
  | { kind: 'end' }
  | { kind: 'character'; codePoint: number }
  /** A character of one of these ranges is being read. */
  | { kind: 'within'; ranges: readonly (readonly [number, number])[]; state: LexState };

const FIRST_OF_LENGTH = [0, 0, 0x80, 0x800, 0x10000];
/**
 * A character that needs no escape is not escaped: names and constants have one spelling then, which can be put in
 * without a choice. Beyond ASCII both spellings are usual.
 */
const ESCAPED: readonly (readonly [number, number])[] = [
  [0, 0x1f],
  [0x7f, 0xd7ff],
  [0xe000, 0x10ffff],
];
const ESCAPES = new Map<number, number>(
  Object.entries({ '"': 0x22, '\\': 0x5c, b: 8, f: 12, n: 10, r: 13, t: 9 }).map(([letter, codePoint]) => [
    letter.charCodeAt(0),
    codePoint,
  ]),
);

function state(kind: LexState['kind'], left = 0, value = 0, high = 0, length = 0): LexState {
  return { id: kind === 'text' ? 't' : `${kind}${left},${value},${high},${length}`, kind, left, value, high, length };
}

/** Between two characters. */
export const IN_TEXT = state('text');
const IN_ESCAPE = state('escape');
const CHARACTERS: readonly Lexed[] = Array.from({ length: 0x80 }, (_, codePoint) => ({ kind: 'character', codePoint }));
const END: Lexed = { kind: 'end' };
const ESCAPE: Lexed = { kind: 'within', ranges: [...ESCAPED, [0x22, 0x22], [0x5c, 0x5c]], state: IN_ESCAPE };

function withoutSurrogates(first: number, last: number): (readonly [number, number])[] {
  const parts: (readonly [number, number])[] = [
    [first, Math.min(last, 0xd7ff)],
    [Math.max(first, 0xe000), Math.min(last, 0x10ffff)],
  ];
  return parts.filter(([from, to]) => from <= to);
}

/** Reads the next byte of a string; `undefined` when no JSON string goes on with it. */
export function lexString(at: LexState, byte: number): Lexed | undefined {
  switch (at.kind) {
    case 'text':
      if (byte < 0x80) {
        return byte === 0x22 ? END : byte === 0x5c ? ESCAPE : byte < 0x20 ? undefined : CHARACTERS[byte];
      }
      if (byte >= 0xc2 && byte <= 0xf4) {
        const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
        return inBytes(length - 1, byte & (0x7f >> length), length);
      }
      return undefined;
    case 'bytes':
      return (byte & 0xc0) === 0x80 ? inBytes(at.left - 1, (at.value << 6) | (byte & 0x3f), at.length) : undefined;
    case 'escape': {
      const codePoint = ESCAPES.get(byte);
      if (codePoint !== undefined) {
        return { kind: 'character', codePoint };
      }
      return byte === 0x75 ? { kind: 'within', ranges: ESCAPED, state: state('hex', 4) } : undefined;
    }
    case 'lowEscape':
      return byte === 0x5c ? lowHalf(state('lowU', 0, 0, at.high)) : undefined;
    case 'lowU':
      return byte === 0x75 ? lowHalf(state('hex', 4, 0, at.high)) : undefined;
    case 'hex': {
      const digit = Number.parseInt(String.fromCharCode(byte), 16);
      return Number.isNaN(digit) ? undefined : inHex(at.left - 1, at.value * 16 + digit, at.high);
    }
  }
}

function inBytes(left: number, value: number, length: number): Lexed | undefined {
  const first = Math.max(value << (6 * left), FIRST_OF_LENGTH[length] ?? 0);
  const ranges = withoutSurrogates(first, ((value + 1) << (6 * left)) - 1);
  if (ranges.length === 0) {
    return undefined;
  }
  return left === 0
    ? { kind: 'character', codePoint: value }
    : { kind: 'within', ranges, state: state('bytes', left, value, 0, length) };
}

function escapedWithin(first: number, last: number): (readonly [number, number])[] {
  return ESCAPED.map(([from, to]) => [Math.max(from, first), Math.min(to, last, 0xffff)] as const).filter(
    ([from, to]) => from <= to,
  );
}

function lowHalf(next: LexState): Lexed {
  const first = 0x10000 + (next.high - 0xd800) * 0x400;
  return { kind: 'within', ranges: [[first, first + 0x3ff]], state: next };
}

function inHex(left: number, value: number, high: number): Lexed | undefined {
  const first = value * 16 ** left;
  const last = first + 16 ** left - 1;
  if (high > 0) {
    const base = 0x10000 + (high - 0xd800) * 0x400;
    const from = Math.max(first, 0xdc00);
    const to = Math.min(last, 0xdfff);
    if (from > to) {
      return undefined;
    }
    return left === 0
      ? { kind: 'character', codePoint: base + value - 0xdc00 }
      : {
          kind: 'within',
          ranges: [[base + from - 0xdc00, base + to - 0xdc00]],
          state: state('hex', left, value, high),
        };
  }
  const from = Math.max(first, 0xd800);
  const to = Math.min(last, 0xdbff);
  if (left === 0 && from <= to) {
    return lowHalf(state('lowEscape', 0, 0, value));
  }
  const ranges = escapedWithin(first, last);
  if (from <= to) {
    ranges.push([0x10000 + (from - 0xd800) * 0x400, 0x10000 + (to - 0xd800) * 0x400 + 0x3ff]);
  }
  if (ranges.length === 0) {
    return undefined;
  }
  return left === 0
    ? { kind: 'character', codePoint: value }
    : { kind: 'within', ranges, state: state('hex', left, value) };
}
