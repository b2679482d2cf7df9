/** What TokenText needs of a vocabulary. */
export interface Vocabulary {
  textOf(token: number, previous: number): string;
  spellingOf(token: number): string;
  tokenize(text: string, how: { special: boolean; continues: boolean }): number[];
  readonly isBytePairVocabulary: boolean;
  /** Those that may be of one byte: spelled by one character, or as `<0x0A>`. */
  byteTokens(): number[];
}

/**
 * The GPT-2 byte alphabet: printable Latin-1 stands for itself, the other bytes for characters from U+0100 on.
 * Source: `bytes_to_unicode` of the GPT-2 encoder.
 */
function byteAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    alphabet.set(String.fromCharCode(printable ? byte : next++), byte);
  }
  return alphabet;
}

const alphabet = byteAlphabet();
const encoder = new TextEncoder();

/** Bytes of each token, so that a character spread over several tokens can be put together exactly. */
export class TokenText {
  private readonly cache = new Map<number, Uint8Array>();
  private readonly anchor: number;
  private ofSingleBytes: number[] | undefined;

  constructor(private readonly vocabulary: Vocabulary) {
    // Some vocabularies drop the leading space of a text's first token: an ordinary token goes before each.
    this.anchor = vocabulary.tokenize('a', { special: false, continues: true }).at(-1) ?? 0;
  }

  /** The tokens that are one byte each, of every byte that has one; found at the first look. */
  get singleByteTokens(): readonly number[] {
    this.ofSingleBytes ??= this.vocabulary.byteTokens().filter((token) => this.bytesOf(token).length === 1);
    return this.ofSingleBytes;
  }

  /** Empty for control tokens, which are never shown. */
  bytesOf(token: number): Uint8Array {
    let bytes = this.cache.get(token);
    if (bytes === undefined) {
      const text = this.vocabulary.textOf(token, this.anchor);
      bytes = text.includes('\uFFFD') ? this.bytesOfSpelling(token) : encoder.encode(text);
      this.cache.set(token, bytes);
    }
    return bytes;
  }

  private bytesOfSpelling(token: number): Uint8Array {
    const spelling = this.vocabulary.spellingOf(token);
    const hex = /^<0x([0-9A-F]{2})>$/.exec(spelling)?.[1];
    if (hex !== undefined) return Uint8Array.of(Number.parseInt(hex, 16));
    if (!this.vocabulary.isBytePairVocabulary) return encoder.encode(spelling.replaceAll('\u2581', ' '));
    return Uint8Array.from(Array.from(spelling, (character) => alphabet.get(character) ?? 0x3f));
  }
}
