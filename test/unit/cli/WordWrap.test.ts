import { expect, test } from 'vitest';
import { WordWrap } from '../../../src/cli/WordWrap.js';

/** What comes out when a text comes in pieces of so many characters. */
function wrapped(text: string, columns: number, size: number): string {
  const wrap = new WordWrap(() => columns);
  let shown = '';
  for (let at = 0; at < text.length; at += size) shown += wrap.push(text.slice(at, at + size));
  return shown + wrap.end();
}

test.each([1, 2, 5, 100])('lines break at words, however the text comes: pieces of %i', (size) => {
  expect(wrapped('the quick brown fox jumps', 10, size)).toBe('the quick\nbrown fox\njumps');
  expect(wrapped('one two\n\n  three', 20, size)).toBe('one two\n\n  three');
  expect(wrapped('exactly ten', 7, size)).toBe('exactly\nten');
});

test('a word longer than the line is shown whole', () => {
  expect(wrapped('a https://example.com/long b', 10, 3).replaceAll('\n', ' ')).toBe('a https://example.com/long b');
});

test('scripts without spaces break anywhere, and count two columns', () => {
  expect(wrapped('你好世界再见', 6, 1)).toBe('你好世\n界再见');
});

test('a word is held back until it has ended', () => {
  const wrap = new WordWrap(() => 10);
  expect(wrap.push('hel')).toBe('');
  expect(wrap.push('lo wor')).toBe('hello');
  expect(wrap.end()).toBe(' wor');
});
