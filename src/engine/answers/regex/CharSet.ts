/**
 * A set of Unicode code points as sorted, disjoint, non-adjacent ranges: `[first, last, first, last, …]`.
 * Surrogates are never members: they are no characters of a UTF-8 text.
 */
export type CharSet = readonly number[];

const LAST = 0x10ffff;

export const ANY: CharSet = [0, 0xd7ff, 0xe000, LAST];
export const DIGIT: CharSet = [0x30, 0x39];
export const WORD: CharSet = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];
/** White space and line terminators, as ECMAScript's `\s`. */
export const SPACE: CharSet = [
  0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f,
  0x3000, 0x3000, 0xfeff, 0xfeff,
];
/** What `.` doesn't match. */
export const LINE_END: CharSet = [0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029];

/** Makes a set of ranges in any order, which may overlap. */
export function charSet(ranges: readonly (readonly [number, number])[]): CharSet {
  const result: number[] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const end = result.at(-1);
    if (end !== undefined && first <= end + 1) {
      result[result.length - 1] = Math.max(end, last);
    } else {
      result.push(first, last);
    }
  }
  return intersect(result, ANY);
}

export function* rangesOf(set: CharSet): Generator<readonly [number, number]> {
  for (let i = 0; i < set.length; i += 2) {
    yield [set[i] ?? 0, set[i + 1] ?? 0];
  }
}

export function union(...sets: readonly CharSet[]): CharSet {
  return charSet(sets.flatMap((set) => [...rangesOf(set)]));
}

export function intersect(a: CharSet, b: CharSet): CharSet {
  const result: number[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const first = Math.max(a[i] ?? 0, b[j] ?? 0);
    const endA = a[i + 1] ?? 0;
    const endB = b[j + 1] ?? 0;
    const last = Math.min(endA, endB);
    if (first <= last) {
      result.push(first, last);
    }
    if (endA < endB) {
      i += 2;
    } else {
      j += 2;
    }
  }
  return result;
}

export function complement(set: CharSet): CharSet {
  const result: number[] = [];
  let next = 0;
  for (const [first, last] of rangesOf(set)) {
    if (next < first) {
      result.push(next, first - 1);
    }
    next = last + 1;
  }
  if (next <= LAST) {
    result.push(next, LAST);
  }
  return intersect(result, ANY);
}

export function contains(set: CharSet, codePoint: number): boolean {
  let low = 0;
  let high = set.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codePoint < (set[2 * middle] ?? 0)) {
      high = middle;
    } else if (codePoint > (set[2 * middle + 1] ?? 0)) {
      low = middle + 1;
    } else {
      return true;
    }
  }
  return false;
}

/** Adds the other case of each ASCII letter. */
export function ignoringCase(set: CharSet): CharSet {
  const more: (readonly [number, number])[] = [...rangesOf(set)];
  for (const [first, last] of rangesOf(intersect(set, [0x41, 0x5a, 0x61, 0x7a]))) {
    const shift = first < 0x61 ? 0x20 : -0x20;
    more.push([first + shift, last + shift]);
  }
  return charSet(more);
}
