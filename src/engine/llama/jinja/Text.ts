/** A stretch of a text that comes from one place. */
export interface TextRun {
  text: string;
  /** It comes from what somebody wrote, not from the template. */
  isContent: boolean;
}

const ofTemplate = 't';
const ofContent = 'c';

/**
 * A string that knows of each of its characters whether a template wrote it or the content of a message: whatever the
 * template does with contents (cut, trim, join), it can be told afterwards who wrote `<|im_end|>`.
 */
export class Text {
  /** @param origins one letter for each UTF-16 unit of `value`: cutting and joining is the same for both */
  private constructor(
    readonly value: string,
    private readonly origins: string,
  ) {}

  static ofTemplate(value: string): Text {
    return new Text(value, ofTemplate.repeat(value.length));
  }

  static ofContent(value: string): Text {
    return new Text(value, ofContent.repeat(value.length));
  }

  /** A text made from others in a way that can't be followed: it counts as content when any of them has some. */
  static madeFrom(value: string, sources: readonly Text[]): Text {
    return sources.some(({ hasContent }) => hasContent) ? Text.ofContent(value) : Text.ofTemplate(value);
  }

  static join(parts: readonly Text[], separator?: Text): Text {
    const value = parts.map((part) => part.value).join(separator?.value ?? '');
    return new Text(value, parts.map((part) => part.origins).join(separator?.origins ?? ''));
  }

  get length(): number {
    return this.value.length;
  }

  get hasContent(): boolean {
    return this.origins.includes(ofContent);
  }

  /** Whether any of the units from `start` up to `end` comes from a content. */
  hasContentIn(start: number, end: number): boolean {
    const found = this.origins.indexOf(ofContent, start);
    return found !== -1 && found < end;
  }

  /** In UTF-16 units, as `String.slice`. */
  slice(start: number, end?: number): Text {
    return new Text(this.value.slice(start, end), this.origins.slice(start, end));
  }

  /** The characters, whole ones. */
  characters(): Text[] {
    let at = 0;
    return Array.from(this.value, (character) => {
      const start = at;
      at += character.length;
      return this.slice(start, at);
    });
  }

  /** Changes letters; where that changes their number, it is done letter by letter. */
  mapped(change: (text: string) => string): Text {
    const value = change(this.value);
    if (value.length === this.length) return new Text(value, this.origins);
    return Text.join(this.characters().map((character) => Text.madeFrom(change(character.value), [character])));
  }

  /** Cut where `separator` stands, at most `most` times. */
  split(separator: string, most = Number.POSITIVE_INFINITY): Text[] {
    const parts: Text[] = [];
    let start = 0;
    for (let at = this.value.indexOf(separator); at !== -1 && parts.length < most; ) {
      parts.push(this.slice(start, at));
      start = at + separator.length;
      at = this.value.indexOf(separator, start);
    }
    return [...parts, this.slice(start)];
  }

  /** As `split`, counted from the end. */
  splitFromEnd(separator: string, most: number): Text[] {
    const parts = this.split(separator);
    const kept = Math.max(1, parts.length - most);
    const separators = Text.join(parts.slice(0, kept), Text.ofTemplate(separator));
    return [this.slice(0, separators.length), ...parts.slice(kept)];
  }

  runs(): TextRun[] {
    return [...this.origins.matchAll(/t+|c+/g)].map(({ 0: { length }, index }) => ({
      text: this.value.slice(index, index + length),
      isContent: this.origins[index] === ofContent,
    }));
  }
}
