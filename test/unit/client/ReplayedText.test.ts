import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayedText } from '../../../src/client/ReplayedText.js';

describe('ReplayedText', () => {
  test('what comes again is left out, however it is cut', () => {
    const cuts = fc.array(fc.string({ maxLength: 8 }), { maxLength: 20 });
    fc.assert(
      fc.property(
        cuts,
        fc.array(fc.nat(20), { maxLength: 5 }),
        fc.array(fc.nat(5), { minLength: 1 }),
        (pieces, drops, sizes) => {
          const whole = pieces.join('');
          const replay = new ReplayedText();
          let given = '';
          for (const drop of [...drops, Number.POSITIVE_INFINITY]) {
            replay.rewind();
            let sent = 0;
            for (let n = 0; sent < whole.length && n < drop; n++) {
              const size = (sizes[n % sizes.length] ?? 0) + 1;
              given += replay.take(whole.slice(sent, sent + size));
              sent += size;
            }
          }
          expect(given).toBe(whole);
          expect(replay.text).toBe(whole);
          expect(replay.caughtUp).toBe(true);
        },
      ),
    );
  });

  test('another text is told from the same one', () => {
    const replay = new ReplayedText();
    expect(replay.take('abc')).toBe('abc');
    replay.rewind();
    expect(replay.take('a')).toBe('');
    expect(replay.caughtUp).toBe(false);
    expect(replay.take('xc')).toBeUndefined();
    replay.cutBack();
    expect(replay.take('xc')).toBe('xc');
    expect(replay.text).toBe('axc');
  });
});
