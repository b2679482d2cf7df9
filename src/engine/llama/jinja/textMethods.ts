import type { Arguments } from './Arguments.js';
import { toText } from './printing.js';
import { Text } from './Text.js';
import { isList, itemsOf, TemplateError, text, textOf, tupleOf, type Value } from './values.js';

type Method = (self: Text, args: Arguments) => Value;

// What str.isspace() of Python holds for; JavaScript's trim takes U+FEFF too and leaves the separators and U+0085.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are white space there.
const space = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

function isSpace(character: string): boolean {
  return space.test(character);
}

/** As `str.strip`: takes off white space, or any of the given characters, at one end or both. */
export function strip(self: Text, characters: string | undefined, side: 'both' | 'left' | 'right' = 'both'): Text {
  const taken = characters === undefined ? undefined : new Set(characters);
  const isTaken = (character: string) => (taken === undefined ? isSpace(character) : taken.has(character));
  const all = Array.from(self.value);
  let [start, end] = [0, self.length];
  if (side !== 'right') {
    for (const character of all) {
      if (!isTaken(character)) break;
      start += character.length;
    }
  }
  if (side !== 'left') {
    for (let index = all.length - 1; index >= 0; index--) {
      const character = all[index] ?? '';
      if (end <= start || !isTaken(character)) break;
      end -= character.length;
    }
  }
  return self.slice(start, end);
}

/** As `str.replace`; `most` below 0 is all. */
export function replace(self: Text, old: Text, by: Text, most: number): Text {
  const limit = most < 0 ? Number.POSITIVE_INFINITY : most;
  if (old.value !== '') return Text.join(self.split(old.value, limit), by);
  const characters = self.characters();
  const count = Math.min(limit, characters.length + 1);
  return Text.join(
    Array.from({ length: characters.length + 1 }, (_, index) => [
      index < count ? by : text(''),
      characters[index] ?? text(''),
    ]).flat(),
  );
}

function wordsOf(self: Text, most: number): Text[] {
  const words: Text[] = [];
  let rest = strip(self, undefined, 'left');
  while (rest.length > 0 && words.length < most) {
    const end = Array.from(rest.value).findIndex(isSpace);
    if (end === -1) break;
    const length = Array.from(rest.value).slice(0, end).join('').length;
    words.push(rest.slice(0, length));
    rest = strip(rest.slice(length), undefined, 'left');
  }
  return rest.length === 0 ? words : [...words, rest];
}

function split(self: Text, args: Arguments, fromEnd: boolean): Text[] {
  const separator = args.optionalText(0, 'sep');
  const wanted = args.integer(1, 'maxsplit', -1);
  const most = wanted < 0 ? Number.POSITIVE_INFINITY : wanted;
  if (separator === undefined) {
    if (!fromEnd || most === Number.POSITIVE_INFINITY) return wordsOf(self, most);
    throw new TemplateError('rsplit needs a separator when it has a maxsplit');
  }
  if (separator.value === '') throw new TemplateError('empty separator');
  return fromEnd ? self.splitFromEnd(separator.value, most) : self.split(separator.value, most);
}

function matchesAny(args: Arguments, holds: (part: string) => boolean): boolean {
  const wanted = args.required(0);
  const parts = isList(wanted) ? wanted.map((item) => textOf(item, 'a part to look for')) : [args.text(0)];
  return parts.some(({ value }) => holds(value));
}

/** The part of a text between two positions given as further arguments, and where it begins in UTF-16 units. */
function part(self: Text, args: Arguments): { text: string; offset: number } {
  if (!args.has(1)) return { text: self.value, offset: 0 };
  const characters = Array.from(self.value);
  const start = args.integer(1, 'start', 0);
  const end = args.integer(2, 'end', characters.length);
  const from = start < 0 ? Math.max(0, start + characters.length) : start;
  return { text: characters.slice(from, end).join(''), offset: characters.slice(0, from).join('').length };
}

function find(self: Text, args: Arguments, last: boolean): number {
  const { text: within, offset } = part(self, args);
  const wanted = args.text(0).value;
  const at = last ? within.lastIndexOf(wanted) : within.indexOf(wanted);
  return at === -1 ? -1 : Array.from(self.value.slice(0, offset + at)).length;
}

function partition(self: Text, separator: Text, last: boolean): Value {
  const at = last ? self.value.lastIndexOf(separator.value) : self.value.indexOf(separator.value);
  if (at === -1) return last ? tupleOf(text(''), text(''), self) : tupleOf(self, text(''), text(''));
  const end = at + separator.length;
  return tupleOf(self.slice(0, at), self.slice(at, end), self.slice(end));
}

function splitLines(self: Text, keepEnds: boolean): Text[] {
  const lines: Text[] = [];
  let start = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these end a line for str.splitlines().
  for (const { 0: end, index } of self.value.matchAll(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g)) {
    lines.push(self.slice(start, keepEnds ? index + end.length : index));
    start = index + end.length;
  }
  return start < self.length ? [...lines, self.slice(start)] : lines;
}

/** As `str.title`: capitals where a run of letters begins. */
function title(value: string): string {
  return value.toLowerCase().replace(/\p{L}+/gu, (word) => capitalise(word));
}

export function capitalise(value: string): string {
  const [first = '', ...rest] = value;
  return first.toUpperCase() + rest.join('').toLowerCase();
}

function all(pattern: RegExp): Method {
  return ({ value }) => value !== '' && Array.from(value).every((character) => pattern.test(character));
}

/** As `str.format`, with plain fields: `{}`, `{0}`, `{name}`. */
function format(self: Text, args: Arguments): Text {
  const pieces: Text[] = [];
  let [start, next] = [0, 0];
  for (const { 0: field, 1: name, index } of self.value.matchAll(/\{\{|\}\}|\{(\w*)\}/g)) {
    pieces.push(self.slice(start, index));
    start = index + field.length;
    if (name === undefined) pieces.push(self.slice(index, index + 1));
    else if (/^\d*$/.test(name)) pieces.push(toText(args.required(name === '' ? next++ : Number(name))));
    else if (args.named.has(name)) pieces.push(toText(args.named.get(name)));
    else throw new TemplateError(`format has no argument ${name}`);
  }
  return Text.join([...pieces, self.slice(start)]);
}

function padded(self: Text, args: Arguments, places: (missing: number) => [number, number]): Text {
  const missing = Math.max(0, args.integer(0, 'width', 0) - Array.from(self.value).length);
  const [before, after] = places(missing);
  const filling = args.optionalText(1, 'fillchar')?.value ?? ' ';
  return Text.join([text(filling.repeat(before)), self, text(filling.repeat(after))]);
}

/** Methods of Python's `str` that templates may call. */
export const textMethods: Record<string, Method> = {
  upper: (self) => self.mapped((value) => value.toUpperCase()),
  lower: (self) => self.mapped((value) => value.toLowerCase()),
  casefold: (self) => self.mapped((value) => value.toLowerCase()),
  title: (self) => self.mapped(title),
  capitalize: (self) => self.mapped(capitalise),
  strip: (self, args) => strip(self, args.optionalText(0)?.value),
  lstrip: (self, args) => strip(self, args.optionalText(0)?.value, 'left'),
  rstrip: (self, args) => strip(self, args.optionalText(0)?.value, 'right'),
  split: (self, args) => split(self, args, false),
  rsplit: (self, args) => split(self, args, true),
  splitlines: (self, args) => splitLines(self, args.flag(0, 'keepends')),
  partition: (self, args) => partition(self, args.text(0), false),
  rpartition: (self, args) => partition(self, args.text(0), true),
  replace: (self, args) => replace(self, args.text(0), args.text(1), args.integer(2, 'count', -1)),
  startswith: (self, args) => matchesAny(args, (wanted) => part(self, args).text.startsWith(wanted)),
  endswith: (self, args) => matchesAny(args, (wanted) => part(self, args).text.endsWith(wanted)),
  find: (self, args) => find(self, args, false),
  rfind: (self, args) => find(self, args, true),
  index: (self, args) => {
    const at = find(self, args, false);
    if (at === -1) throw new TemplateError('substring not found');
    return at;
  },
  count: (self, args) => part(self, args).text.split(args.text(0).value).length - 1,
  join: (self, args) =>
    Text.join(
      itemsOf(args.required(0)).map((item) => textOf(item, 'what is joined')),
      self,
    ),
  format,
  removeprefix: (self, args) => (self.value.startsWith(args.text(0).value) ? self.slice(args.text(0).length) : self),
  removesuffix: (self, args) =>
    self.value.endsWith(args.text(0).value) ? self.slice(0, self.length - args.text(0).length) : self,
  ljust: (self, args) => padded(self, args, (missing) => [0, missing]),
  rjust: (self, args) => padded(self, args, (missing) => [missing, 0]),
  center: (self, args) => padded(self, args, (missing) => [Math.floor(missing / 2), Math.ceil(missing / 2)]),
  zfill: (self, args) => text(self.value.padStart(args.integer(0, 'width', 0), '0')),
  isdigit: all(/\p{Nd}/u),
  isnumeric: all(/\p{N}/u),
  isdecimal: all(/\p{Nd}/u),
  isalpha: all(/\p{L}/u),
  isalnum: all(/[\p{L}\p{N}]/u),
  isspace: all(space),
  isupper: ({ value }) => /\p{Lu}/u.test(value) && !/\p{Ll}/u.test(value),
  islower: ({ value }) => /\p{Ll}/u.test(value) && !/\p{Lu}/u.test(value),
  istitle: ({ value }) => /\p{L}/u.test(value) && title(value) === value,
};
