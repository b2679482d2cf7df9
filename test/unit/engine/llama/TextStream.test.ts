import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextStream } from '../../../../src/engine/llama/TextStream.js';

const encoder = new TextEncoder();

/** Feeds a text in pieces of the given byte lengths, over and over. */
function feed(text: string, stops: string[], sizes: number[]): { shown: string[]; stopped: boolean; rest: string } {
  const stream = new TextStream(stops);
  const bytes = encoder.encode(text);
  const shown: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length && !stream.stopped; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    shown.push(stream.push(bytes.slice(at, at + size)));
    at += size;
  }
  return { shown, stopped: stream.stopped, rest: stream.end() };
}

const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });

describe('the text of generated tokens', () => {
  test('is complete however the bytes are cut, and never holds half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), sizes, (text, cuts) => {
        const { shown, rest } = feed(text, [], cuts);
        expect(shown.join('') + rest).toBe(text);
        for (const piece of shown) expect(text).toContain(piece);
      }),
    );
  });

  test('shows an emoji once its last byte is there', () => {
    const { shown } = feed('a🦙b', [], [1]);
    expect(shown).toEqual(['a', '', '', '', '🦙', 'b']);
  });

  test('ends before a stop text, however it is cut, and shows no part of it', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ minLength: 1, maxLength: 6 }),
        fc.string(),
        sizes,
        (before, stop, after, cuts) => {
          const text = before + stop + after;
          const { shown, stopped } = feed(text, [stop], cuts);
          expect(stopped).toBe(true);
          expect(shown.join('')).toBe(text.slice(0, text.indexOf(stop)));
        },
      ),
    );
  });

  test('shows what looked like the beginning of a stop text once it is none', () => {
    const { shown, stopped, rest } = feed('one STAR', ['STOP'], [1]);
    expect(shown.join('') + rest).toBe('one STAR');
    expect(stopped).toBe(false);
  });

  test('takes the first of several stop texts', () => {
    expect(feed('abcdef', ['ef', 'cd'], [6]).shown).toEqual(['ab']);
  });

  test('drops an unfinished character at the end', () => {
    const stream = new TextStream([]);
    expect(stream.push(Uint8Array.of(0x61, 0xf0, 0x9f)) + stream.end()).toBe('a');
  });
});
