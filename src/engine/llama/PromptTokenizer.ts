import type { ChatMessage } from '../Engine.js';
import type { ChatRenderer } from './ChatRenderer.js';
import type { SpecialTexts } from './SpecialTexts.js';

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

  /** @throws Error saying what can't be made of the messages */
  tokenize(messages: readonly ChatMessage[]): number[] {
    const prompt = this.renderer.render(messages);
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
