import type { Matcher } from '../../../../../src/engine/answers/Matcher.js';

const CLOSING = [...Buffer.from('}]"')];
const SHORT = [...Buffer.from(',:ntf0123456789')];
const ALL = Array.from({ length: 256 }, (_, byte) => byte);
const PRINTABLE = ALL.filter((byte) => byte >= 0x20 && byte < 0x7f);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export interface Walk {
  ended: 'complete' | 'deadEnd' | 'tooLong';
  text: string;
}

interface WalkOptions {
  start: Matcher;
  random: () => number;
  /** After so many bytes the walk turns to the way out. */
  freeBytes: number;
  maxBytes: number;
  /** Names that members may need to have for the walk to come to an end. */
  names?: readonly string[];
}

/** A walk through random allowed bytes. */
export function randomAnswer({ start, random, freeBytes, maxBytes, names = [] }: WalkOptions): Walk {
  const bytes: number[] = [];
  let state = start;
  let inText = false;
  let isEscaped = false;
  const take = (byte: number, next: Matcher) => {
    bytes.push(byte);
    state = next;
    if (inText && isEscaped) {
      isEscaped = false;
    } else if (inText && byte === BACKSLASH) {
      isEscaped = true;
    } else if (byte === QUOTE) {
      inText = !inText;
    }
  };
  const tryOneOf = (of: readonly number[]): boolean => {
    const from = Math.floor(random() * of.length);
    for (let i = 0; i < of.length; i++) {
      const byte = of[(from + i) % of.length] ?? 0;
      const next = state.advance(byte);
      if (next !== undefined) {
        take(byte, next);
        return true;
      }
    }
    return false;
  };
  /** Writes one of the names with its quotes and colon, where it fits. */
  const tryName = (): boolean => {
    const from = Math.floor(random() * names.length);
    for (let i = 0; i < names.length; i++) {
      const text = Buffer.from(`${JSON.stringify(names[(from + i) % names.length])}:`);
      let next: Matcher | undefined = state;
      for (const byte of text) {
        next = next?.advance(byte);
      }
      if (next !== undefined) {
        bytes.push(...text);
        state = next;
        return true;
      }
    }
    return false;
  };
  const result = (ended: Walk['ended']): Walk => ({ ended, text: Buffer.from(bytes).toString('utf8') });
  while (bytes.length < maxBytes) {
    const isHurried = bytes.length > freeBytes;
    if (state.isComplete && (isHurried || random() < 0.3 || state.isOver)) {
      return result('complete');
    }
    const wantsEnd = isHurried || random() < 0.15;
    const isDone = inText
      ? wantsEnd && !isEscaped && tryOneOf([QUOTE])
      : (wantsEnd && (tryOneOf(CLOSING.slice(0, 2)) || tryName() || tryOneOf(CLOSING))) ||
        (isHurried && tryOneOf(SHORT));
    if (!isDone && !(random() < 0.9 && tryOneOf(PRINTABLE)) && !tryOneOf(ALL)) {
      return result(state.isComplete ? 'complete' : 'deadEnd');
    }
  }
  return result('tooLong');
}

/** All names that a schema requires somewhere. */
export function requiredNames(schema: unknown): string[] {
  const names = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        for (const one of name === 'required' && Array.isArray(inner) ? inner : []) {
          names.add(String(one));
        }
        visit(inner);
      }
    }
  };
  visit(schema);
  return [...names];
}
