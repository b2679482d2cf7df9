import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChatMessage } from '../Engine.js';
import type { ChatRenderer } from './ChatRenderer.js';
import type { Text } from './jinja/Text.js';
import type { SpecialTexts } from './SpecialTexts.js';

/** Characters of a prompt from which on it is counted piece by piece first: fewer are tokenized in some 30 ms. */
const longText = 32_768;
const pieceLength = 8192;

/** What is needed of a vocabulary. */
export interface Vocabulary {
  /** `special`: whether texts like <|im_end|> become their special token. `continues`: other text stands before it. */
  tokenize(text: string, how: { special: boolean; continues: boolean }): number[];
  readonly specialTexts: SpecialTexts;
  /** The token that a prompt must begin with, or undefined when this model wants none. */
  readonly requiredFirstToken: number | undefined;
}

/** Makes tokens of conversations: exactly those of the whole rendered text, unless somebody wrote a special token. */
export class PromptTokenizer {
  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly renderer: ChatRenderer,
  ) {}

  /**
   * Makes tokens of a conversation that may be very long. One that has more than `limit` is counted no further than
   * that, and steps of the model go on while a long one is counted.
   * @throws Error saying what can't be made of the messages
   */
  async tokenizeWithin(messages: readonly ChatMessage[], limit: number): Promise<number[] | { moreThan: number }> {
    const prompt = this.renderer.render(messages);
    const isTooLong = prompt.value.length > longText && (await this.hasMoreThan(limit, prompt.value));
    return isTooLong ? { moreThan: limit } : this.tokensOf(prompt);
  }

  /** @throws Error saying what can't be made of the messages */
  tokenize(messages: readonly ChatMessage[]): number[] {
    return this.tokensOf(this.renderer.render(messages));
  }

  private async hasMoreThan(limit: number, text: string): Promise<boolean> {
    let count = 0;
    for (let start = 0; start < text.length; start += pieceLength) {
      const piece = text.slice(start, start + pieceLength);
      // What stands at the cuts may be one token in the whole text.
      count += this.vocabulary.tokenize(piece, { special: true, continues: true }).length - 1;
      if (count > limit) return true;
      await nextTurn();
    }
    return false;
  }

  private tokensOf(prompt: Text): number[] {
    const { vocabulary } = this;
    const tokens = vocabulary.specialTexts
      .segments(prompt)
      .flatMap(({ text, isPlain }, index) => vocabulary.tokenize(text, { special: !isPlain, continues: index > 0 }));
    if (tokens.length === 0)
      throw new Error('the chat template of this model leaves nothing of them; add a message of the user');
    const first = vocabulary.requiredFirstToken;
    return first === undefined || tokens[0] === first ? tokens : [first, ...tokens];
  }
}
