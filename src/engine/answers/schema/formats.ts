import { parsePattern } from '../regex/parsePattern.js';
import type { Term } from '../regex/Term.js';
import type { TermFactory } from '../regex/TermFactory.js';
import type { NumberLiteral } from './Schema.js';

/*
 * Each format is a part of what ajv-formats accepts in its full mode, so that what is written in it validates. Most expressions are
 * those of ajv-formats 3 (MIT), where they are sourced to their RFCs; date and time, which it checks in code, are written out here.
 */

const anyYear = String.raw`\d\d\d\d`;
const leapYear = String.raw`(?:(?:[02468][048]|[13579][26])00|\d\d(?:0[48]|[2468][048]|[13579][26]))`;
const date = [
  `${anyYear}-(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])`,
  `${anyYear}-(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)`,
  `${anyYear}-02-(?:0[1-9]|1\\d|2[0-8])`,
  `${leapYear}-02-29`,
].join('|');
const clock = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?`;
const zone = String.raw`(?:[zZ]|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)`;
/** Leap seconds are accepted as UTC has them; ajv-formats also takes them in other zones. */
const leapSecond = String.raw`23:59:60(?:\.\d+)?(?:[zZ]|[+-]00(?::?00)?)`;
const time = `(?:${clock}${zone}|${leapSecond})`;
const isoTime = `(?:${clock}${zone}?|${leapSecond})`;

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`;
const ipv4 = `${octet}(?:\\.${octet}){3}`;
const hex = '[0-9a-f]{1,4}';
/** `groups` before the `::`, and as many after it as still fit in front of an optional IPv4 address. */
function compressedIpv6(groups: number): string {
  const before = groups === 0 ? ':' : `(?:${hex}:){${groups}}`;
  const after = 7 - groups;
  const v4 = after >= 2 ? `|(?::${hex}){0,${after - 2}}:${ipv4}` : '';
  return `${before}(?:(?::${hex}){1,${after}}${v4}|:)`;
}
const ipv6 = [
  `(?:${hex}:){7}${hex}`,
  `(?:${hex}:){6}${ipv4}`,
  ...[0, 1, 2, 3, 4, 5, 6].map(compressedIpv6),
  `(?:${hex}:){7}:`,
].join('|');

const uriUser = String.raw`(?:(?:[a-z0-9\-._~!$&'()*+,;=:]|%[0-9a-f]{2})*@)?`;
const uriName = String.raw`(?:[a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*`;
const uriChar = String.raw`(?:[a-z0-9\-._~!$&'()*+,;=:@]|%[0-9a-f]{2})`;
const uriAuthority = String.raw`\/?\/${uriUser}(?:\[(?:${ipv6})\]|${uriName})(?::\d*)?(?:\/${uriChar}*)*`;
const uriPath = `(?:\\/(?:${uriChar}+(?:\\/${uriChar}*)*)?|${uriChar}+(?:\\/${uriChar}*)*)`;
const uriTail = String.raw`(?:\?(?:${uriChar}|[/?])*)?(?:#(?:${uriChar}|[/?])*)?`;
const uri = `[a-z][a-z0-9+\\-.]*:(?:${uriAuthority}|${uriPath})${uriTail}`;
const uriReference = `(?:[a-z][a-z0-9+\\-.]*:)?(?:${uriAuthority}|${uriPath})?${uriTail}`;

const word = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const email = `${word}(?:\\.${word})*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?`;
const hostname = `(?=.{1,253}\\.?$)${label}(?:\\.${label})*\\.?`;
const domain = '(?:[a-z0-9\\u00a1-\\uffff]+-)*[a-z0-9\\u00a1-\\uffff]+';
const url = [
  String.raw`(?:https?|ftp):\/\/(?:(?!(?:10|127)(?:\.\d{1,3}){3})(?!(?:169\.254|192\.168)(?:\.\d{1,3}){2})`,
  String.raw`(?!172\.(?:1[6-9]|2\d|3[0-1])(?:\.\d{1,3}){2})(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3])`,
  String.raw`(?:\.(?:1?\d{1,2}|2[0-4]\d|25[0-5])){2}(?:\.(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-4]))`,
  `|${domain}(?:\\.${domain})*(?:\\.(?:[a-z\\u00a1-\\uffff]{2,})))(?::\\d{2,5})?(?:\\/[^\\s]*)?`,
].join('');
const uriTemplate = [
  String.raw`(?:(?:[^\x00-\x20"'<>%\\^${'`'}{|}]|%[0-9a-f]{2})|\{[+#./;?&=,!@|]?(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?`,
  String.raw`(?:,(?:[a-z0-9_]|%[0-9a-f]{2})+(?::[1-9][0-9]{0,3}|\*)?)*\})*`,
].join('');
const duration = String.raw`P(?!$)(?:(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?|(?:\d+W)?)`;

/** Regular expressions with groups nested at most twice: all of them is no regular language. */
function someExpressions(): string {
  const literal = String.raw`[^\\^$.*+?()[\]{}|\n\r\u2028\u2029]`;
  const escaped = String.raw`\\(?:[dDwWsSbBtnrfv0^$.*+?()[\]{}|\/\\-]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})`;
  const member = String.raw`(?:[^\\\]\-\n\r\u2028\u2029]|\\[dDwWsStnrfv^$.*+?()[\]{}|\/\\-])`;
  const chars = String.raw`\[\^?-?(?:0-9|a-z|A-Z|a-f|A-F|${member})*-?\]`;
  const repeat = String.raw`(?:[*+?]\??|\{\d\}|\{\d,\}|\{0,[1-9]\d{0,2}\}|\{1,[1-9]\d{0,2}\})?`;
  const atom = `(?:${literal}|${escaped}|${chars}|\\.)`;
  const level = (inner: string) => `(?:\\^)?(?:${inner}${repeat}|\\|\\^?)*\\$?`;
  const nested = (inner: string) => `(?:${atom}|\\((?:\\?:)?${inner}\\))`;
  return level(nested(level(nested(level(atom)))));
}

interface Format {
  expression: string;
  ignoreCase?: boolean;
}

const formats: Readonly<Record<string, Format>> = {
  date: { expression: date },
  time: { expression: time },
  'date-time': { expression: `(?:${date})[tT]${time}` },
  'iso-time': { expression: isoTime },
  'iso-date-time': { expression: `(?:${date})[tT ]${isoTime}` },
  duration: { expression: duration },
  uri: { expression: uri, ignoreCase: true },
  'uri-reference': { expression: uriReference, ignoreCase: true },
  'uri-template': { expression: uriTemplate, ignoreCase: true },
  url: { expression: url, ignoreCase: true },
  email: { expression: email, ignoreCase: true },
  hostname: { expression: hostname, ignoreCase: true },
  ipv4: { expression: ipv4 },
  ipv6: { expression: ipv6, ignoreCase: true },
  regex: { expression: someExpressions() },
  uuid: { expression: '(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}', ignoreCase: true },
  'json-pointer': { expression: String.raw`(?:\/(?:[^~/]|~0|~1)*)*` },
  'json-pointer-uri-fragment': {
    expression: String.raw`#(?:\/(?:[a-z0-9_\-.!$&'()*+,;:=@]|%[0-9a-f]{2}|~0|~1)*)*`,
    ignoreCase: true,
  },
  'relative-json-pointer': { expression: String.raw`(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~0|~1)*)*)` },
  byte: { expression: '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?' },
};

/** Adds what a format demands; a name that ajv-formats doesn't know is an annotation. Unlike the rest, two are formats of numbers. */
export function readFormat(
  factory: TermFactory,
  name: string,
  demands: { strings: Term[]; numbers: NumberLiteral[] },
): void {
  if (name === 'int32') {
    const bound = 2 ** 31;
    demands.numbers.push(
      { kind: 'integer', not: false },
      { kind: 'over', bound: -bound, orEqual: true },
      { kind: 'under', bound, orEqual: false },
    );
  } else if (name === 'int64') {
    demands.numbers.push({ kind: 'integer', not: false });
  } else {
    const term = formatTerm(factory, name);
    if (term !== undefined) {
      demands.strings.push(term);
    }
  }
}

/** The texts of a format; `undefined` for a name that is no format of strings here. */
function formatTerm(factory: TermFactory, name: string): Term | undefined {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  return format === undefined
    ? undefined
    : parsePattern(factory, format.expression, {
        mode: 'whole',
        lookahead: true,
        ignoreCase: format.ignoreCase ?? false,
      });
}
