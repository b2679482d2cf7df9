import type { CharSet } from './CharSet.js';

const known = new Map<string, CharSet>();

/** The characters of a Unicode property, written as in a regular expression: `\p{L}`. Node's own tables answer, once a property. */
export function propertySet(property: string): CharSet {
  let set = known.get(property);
  if (set === undefined) {
    const expression = new RegExp(property, 'u');
    const ranges: number[] = [];
    for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) {
      if (codePoint === 0xd800) {
        codePoint = 0xe000;
      }
      if (expression.test(String.fromCodePoint(codePoint))) {
        if (ranges.at(-1) === codePoint - 1) {
          ranges[ranges.length - 1] = codePoint;
        } else {
          ranges.push(codePoint, codePoint);
        }
      }
    }
    set = ranges;
    known.set(property, set);
  }
  return set;
}
