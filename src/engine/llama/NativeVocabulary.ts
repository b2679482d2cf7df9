import type { LlamaModel, Token } from 'node-llama-cpp';
import { isSpecialText, SpecialTexts } from './SpecialTexts.js';

/** Vocabulary types of llama.cpp (`llama_vocab_type`) whose tokens are texts of the GPT-2 byte alphabet. */
const bytePairVocabulary = 2;

/** What a text can be put behind to be tokenized as the rest of one; it is no anchor where both would grow together. */
const anchors = ['\n', '.', 'a'];

/** What LlamaModel wraps: the part that is used of `dist/bindings/AddonTypes.d.ts` (3.22), which the package does not export. */
interface AddonModel {
  getTokenString(token: number): string;
  getVocabularyType(): number;
}

function addonOf(model: LlamaModel): AddonModel {
  // biome-ignore lint/suspicious/noExplicitAny: the marked border to an untyped part of a library.
  return (model as any)._model;
}

export interface HowToTokenize {
  /** Whether texts like <|im_end|> become their special token; never for what a user wrote. */
  special: boolean;
  /** Other text stands before: a vocabulary that puts a space before every text must not do so here. */
  continues: boolean;
}

/** The vocabulary of a loaded model. It may be used while the model decodes. */
export class NativeVocabulary {
  /** The texts that only a template may write. */
  readonly specialTexts: SpecialTexts;
  private readonly addon: AddonModel;
  private ends: number[] | undefined;

  constructor(private readonly model: LlamaModel) {
    this.addon = addonOf(model);
    this.specialTexts = new SpecialTexts(this.findSpecialTexts());
  }

  /** Beginning and end of a text as templates write them; empty when the model has none. */
  get boundaryTexts(): { bos: string; eos: string } {
    const { bosString, eosString } = this.model.tokens;
    return { bos: bosString ?? '', eos: eosString ?? '' };
  }

  /** The token that a prompt must begin with, or undefined when this model wants none. */
  get requiredFirstToken(): number | undefined {
    return this.model.tokens.shouldPrependBosToken ? (this.model.tokens.bos ?? undefined) : undefined;
  }

  get isBytePairVocabulary(): boolean {
    return this.addon.getVocabularyType() === bytePairVocabulary;
  }

  tokenize(text: string, { special, continues }: HowToTokenize): number[] {
    const tokens = this.piece(text, special, continues);
    const isSpecial = this.specialTexts.has(text) && tokens.some((token) => this.spellingOf(token) === text);
    if (special || text.length < 2 || !isSpecial) return tokens;
    // A token that was added to a vocabulary by hand is found in plain text too, unless its text comes in two pieces.
    return [...this.piece(text.slice(0, 1), false, continues), ...this.piece(text.slice(1), false, true)];
  }

  /** Tokens of a text without the space that some vocabularies put before it, when it continues another. */
  private piece(text: string, special: boolean, continues: boolean): number[] {
    if (continues && !this.isBytePairVocabulary) {
      for (const anchor of anchors) {
        const before = this.model.tokenize(anchor, special);
        const all = this.model.tokenize(anchor + text, special);
        if (before.every((token, index) => token === all[index])) return all.slice(before.length);
      }
    }
    return this.model.tokenize(text, special);
  }

  /** All tokens that end an answer. */
  get endTokens(): readonly number[] {
    this.ends ??= [...this.model.iterateAllTokens()].filter((token) => this.model.isEogToken(token));
    return this.ends;
  }

  isEndOfGeneration(token: number): boolean {
    return this.model.isEogToken(token as Token);
  }

  /** Text of a token after another one; U+FFFD stands where it holds only part of a character. */
  textOf(token: number, previous: number): string {
    return this.model.detokenize([token as Token], false, [previous as Token]);
  }

  /** The vocabulary's own spelling of a token. */
  spellingOf(token: number): string {
    return this.addon.getTokenString(token);
  }

  byteTokens(): number[] {
    const found: number[] = [];
    for (const token of this.model.iterateAllTokens()) {
      const spelling = this.spellingOf(token);
      if (spelling.length === 1 || (spelling.length === 6 && spelling.startsWith('<0x'))) found.push(token);
    }
    return found;
  }

  private *findSpecialTexts(): Generator<string> {
    for (const token of this.model.iterateAllTokens()) {
      const { control, unknown, userDefined } = this.model.getTokenAttributes(token);
      if (!control && !unknown && !userDefined) continue;
      const text = this.spellingOf(token);
      if (!userDefined || isSpecialText(text) || this.model.isEogToken(token)) yield text;
    }
  }
}
