/** Where a line may break: behind white space, and behind a character of a script that has no spaces. */
const pieces =
  /\n|[^\S\n]+|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]|[^\s\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]+/gu;
const wide = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}]/u;
const noWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns of a terminal that a text takes. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) if (!noWidth.test(character)) columns += wide.test(character) ? 2 : 1;
  return columns;
}

/** Breaks a text that comes in pieces at words. The word that is still coming is held back until it has ended. */
export class WordWrap {
  private column = 0;
  /** White space that is left out where a line breaks. */
  private gap = '';
  private word = '';
  /** A part of the word that is coming is shown already. */
  private begun = false;

  /** @param columns asked anew each time, for a window changes its size */
  constructor(private readonly columns: () => number) {}

  /** What can be shown of a text and what was held back. */
  push(text: string): string {
    let shown = '';
    for (const [piece] of text.matchAll(pieces)) {
      if (piece === '\n') {
        shown += `${this.takeWord()}\n`;
        this.gap = '';
        this.column = 0;
        this.begun = false;
      } else if (/^\s/u.test(piece)) {
        shown += this.takeWord();
        this.begun = false;
        this.gap += piece;
      } else {
        if (this.word !== '' && wide.test(piece)) shown += this.takeWord();
        this.word += piece;
        if (wide.test(piece)) shown += this.takeWord();
        // A word longer than the line is broken by the terminal.
        else if (width(this.word) >= this.columns()) {
          shown += this.takeWord();
          this.begun = true;
        }
      }
    }
    return shown;
  }

  /** What was held back, at the end of the text. */
  end(): string {
    const shown = this.takeWord();
    this.column = 0;
    this.gap = '';
    this.begun = false;
    return shown;
  }

  private takeWord(): string {
    if (this.word === '') return '';
    const taken = this.word;
    const gap = this.gap;
    this.word = '';
    this.gap = '';
    const before = this.column + width(gap);
    if (this.column > 0 && !this.begun && before + width(taken) > this.columns()) {
      this.column = width(taken);
      return `\n${taken}`;
    }
    this.column = before + width(taken);
    return gap + taken;
  }
}
