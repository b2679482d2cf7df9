import { expect, test } from 'vitest';
import { compileAnswer } from '../../../../src/engine/answers/compileAnswer.js';
import { accepts, feed, refusal } from './support/feed.js';

const regex = (pattern: string) => compileAnswer({ kind: 'regex', pattern });
const grammar = (source: string) => compileAnswer({ kind: 'grammar', grammar: source });

test.each<[string, string[], string[]]>([
  ['[a-z]+\\d{2}', ['a12', 'xyz00'], ['12', 'a1', 'a123']],
  ['^ab|c$', ['ab', 'c'], ['abc', 'a']],
  ['[é-ü]+', ['é', 'üé'], ['e', '']],
  ['.{2}', ['😀a'], ['a', '\n\n']],
  ['\\p{Lu}\\w*', ['Éa', 'A'], ['a', 'é']],
  ['', [''], ['a']],
])('the expression %s matches the whole answer', (pattern, accepted, refused) => {
  const start = regex(pattern);
  expect(accepted.filter((text) => !accepts(start, text))).toEqual([]);
  expect(refused.filter((text) => accepts(start, text))).toEqual([]);
});

test.each(['(?=a)a', '(?<!a)b', '(a)\\1', '\\bx', '(', 'a^b', '(a{1000}){1000}'])(
  'the expression %s is refused',
  (pattern) => {
    expect(refusal({ kind: 'regex', pattern })).toMatchObject({ keyword: 'regex', path: '' });
  },
);

test('forced bytes of an expression', () => {
  expect(Buffer.from(regex('héllo( world)?').forced()).toString()).toBe('héllo');
});

test('an answer is one of the choices', () => {
  const start = compileAnswer({ kind: 'choices', choices: ['yes', 'no', 'yesterday', 'ñ'] });
  expect(feed(start, 'yes')).toMatchObject({ isComplete: true, isOver: false });
  expect(feed(start, 'no')).toMatchObject({ isComplete: true, isOver: true });
  expect(accepts(start, 'ñ')).toBe(true);
  expect(accepts(start, 'yest')).toBe(false);
  expect(feed(start, 'maybe')).toBeUndefined();
  expect(Buffer.from(feed(start, 'yest')?.forced() ?? []).toString()).toBe('erday');
});

test.each([[[]], [['a', 'a']], [['\ud800']]])('the choices %j are refused', (choices) => {
  expect(refusal({ kind: 'choices', choices })).toMatchObject({ keyword: 'choices' });
});

test('any JSON', () => {
  const start = compileAnswer({ kind: 'json' });
  for (const value of [null, true, -0.5, 'é"\\\n', [], {}, [1, [2, { a: [] }]], { a: { b: 'c' }, d: 1e21 }]) {
    expect(accepts(start, JSON.stringify(value)), JSON.stringify(value)).toBe(true);
    expect(accepts(start, JSON.stringify(value, null, 4)), JSON.stringify(value)).toBe(true);
  }
  for (const text of ['', '{', '[1,]', "{'a':1}", '{"a"}', 'undefined', '"\n"', '{"a":1,"a":2}']) {
    expect(accepts(start, text), text).toBe(false);
  }
});

test.each<[string, string[], string[]]>([
  ['root ::= "a" | "b" root', ['a', 'ba', 'bba'], ['b', 'ab', '']],
  ['root ::= item ("," item)*\nitem ::= [a-z]+ # a word', ['a', 'ab,c'], ['a,', ',a']],
  ['root ::= "(" root ")" | ""', ['', '(())'], ['(', '())']],
  ['root ::= [^"\\\\]{2,3}', ['ab', 'éé😀'], ['a', 'abcd', 'a"']],
  ['root ::= "\\x41\\u00e9\\U0001F600\\n"', ['Aé😀\n'], ['A']],
  ['root ::= (("a"*)*)* "b"?', ['', 'aab', 'b'], ['ba']],
  ['root ::= . "-"{2} [0-9-]+', ['é--1-'], ['é-1', '--']],
  ['root ::= (\n  "a" |\n  "b"\n)+\n', ['ab'], ['']],
  ['root ::= ws "x"\nws ::= ([ \\t\\n] ws)?', ['x', ' \n x'], [' ']],
])('the grammar %j', (source, accepted, refused) => {
  const start = grammar(source);
  expect(accepted.filter((text) => !accepts(start, text))).toEqual([]);
  expect(refused.filter((text) => accepts(start, text))).toEqual([]);
});

test('alternatives that never end are not entered', () => {
  expect(feed(grammar('root ::= "a" loop | "b"\nloop ::= "x" loop'), 'a')).toBeUndefined();
});

test.each<[string, string]>([
  ['root ::= root "a" | "b"', 'Line 1: The rule root is left-recursive.'],
  ['root ::= "x" a\na ::= b? a "x" | "y"\nb ::= "b"', 'Line 2: The rule a is left-recursive.'],
  ['root ::= "a"\nb ::= c', 'Line 2: The rule c is used but not defined.'],
  ['a ::= "x"', 'Line 1: There is no rule root.'],
  ['root ::= "a"\n\nroot ::= "b"', 'Line 3: The rule root is defined twice.'],
  ['root ::= x\nx ::= "a" x', 'Line 1: No text ever completes the rule root.'],
  ['root ::= "a', 'Line 1: The text or class is not closed.'],
  ['root = "a"', 'Line 1: ::= is expected.'],
  ['root ::= ("a"', 'Line 1: ) is expected.'],
  ['root ::= "a"{3,2}', 'Line 1: A repetition ends before it begins.'],
  ['root ::= "a"{1000000}', 'Line 1: A part is repeated at most 10000 times.'],
])('the grammar %j is refused', (source, message) => {
  expect(refusal({ kind: 'grammar', grammar: source })).toMatchObject({ keyword: 'grammar', message });
});
