import type { Text } from './jinja/Text.js';

/** A stretch of a rendered prompt: in a plain one no text counts as a special token. */
export interface Segment {
  text: string;
  isPlain: boolean;
}

/** Whether a token that a vocabulary has added by hand, and not as a special one, looks like the mark of a turn. */
export function isSpecialText(text: string): boolean {
  return /^<[|｜].*[|｜]>$|^\[\/?[A-Z_]+\]$|^<\/?(start|end)_of_turn>$/.test(text);
}

/** The texts that a vocabulary takes for special tokens, and where somebody wrote them into a content. */
export class SpecialTexts {
  private readonly texts: ReadonlySet<string>;
  /** Lengths of the texts by their first UTF-16 unit, the longest first. */
  private readonly lengths = new Map<string, number[]>();
  private readonly beginnings: RegExp | undefined;

  constructor(texts: Iterable<string>) {
    this.texts = new Set([...texts].filter((text) => text !== ''));
    for (const text of this.texts) {
      const lengths = this.lengths.get(text.charAt(0)) ?? [];
      if (!lengths.includes(text.length)) lengths.push(text.length);
      this.lengths.set(
        text.charAt(0),
        lengths.sort((a, b) => b - a),
      );
    }
    const units = [...this.lengths.keys()].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    this.beginnings = units.length === 0 ? undefined : new RegExp(`[${units.join('')}]`, 'g');
  }

  has(text: string): boolean {
    return this.texts.has(text);
  }

  /**
   * Cuts a prompt only where the text of a special token stands that the template did not write, or not all of it;
   * nothing is cut of a prompt in which there is none.
   */
  segments(prompt: Text): Segment[] {
    const segments: Segment[] = [];
    let start = 0;
    let end = 0;
    for (const { index } of this.beginnings === undefined ? [] : prompt.value.matchAll(this.beginnings)) {
      if (index < end) continue;
      const found = this.at(prompt, index);
      if (found === undefined) continue;
      end = index + found.length;
      if (!found.isContent) continue;
      segments.push({ text: prompt.value.slice(start, index), isPlain: false });
      segments.push({ text: prompt.value.slice(index, end), isPlain: true });
      start = end;
    }
    segments.push({ text: prompt.value.slice(start), isPlain: false });
    return segments.filter(({ text }) => text !== '');
  }

  /** The special text that begins at a place: the longest that is all the template's, else the longest. */
  private at(prompt: Text, index: number): { length: number; isContent: boolean } | undefined {
    let longest: { length: number; isContent: boolean } | undefined;
    for (const length of this.lengths.get(prompt.value.charAt(index)) ?? []) {
      if (!this.texts.has(prompt.value.slice(index, index + length))) continue;
      if (!prompt.hasContentIn(index, index + length)) return { length, isContent: false };
      longest ??= { length, isContent: true };
    }
    return longest;
  }
}
