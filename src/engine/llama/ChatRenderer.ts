import type { ChatMessage } from '../Engine.js';
import { Template } from './jinja/Template.js';
import { Text } from './jinja/Text.js';
import { dictOf, type Value } from './jinja/values.js';

/** A chat template that can't be read. */
export class TemplateFault extends Error {}

/** Two forms in which templates take a content: a text, or a list of parts of which each has a type. */
type ContentForm = (content: Text) => Value;
const asText: ContentForm = (content) => content;
const asParts: ContentForm = (content) => [
  dictOf([
    ['type', Text.ofTemplate('text')],
    ['text', content],
  ]),
];

const blankLine = Text.ofTemplate('\n\n');
const probe = 'llamahome probe';

/** Renders conversations with a model's chat template, as the Transformers library does. */
export class ChatRenderer {
  private readonly template: Template | undefined;
  private readonly form: ContentForm;

  /**
   * Without a template the contents are joined by blank lines, as a base model expects plain text.
   * @throws TemplateFault for a template that can't be read
   */
  constructor(
    source: string | undefined,
    private readonly specialTexts: { bos: string; eos: string },
  ) {
    try {
      this.template = source === undefined ? undefined : new Template(source);
    } catch (error) {
      throw new TemplateFault(error instanceof Error ? error.message : String(error));
    }
    this.form = !this.shows(asText) && this.shows(asParts) ? asParts : asText;
  }

  /** @throws Error with the template's words when it refuses the messages */
  render(messages: readonly ChatMessage[]): Text {
    try {
      return this.renderIn(this.form, messages);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`the chat template of this model refused them: ${reason}`);
    }
  }

  private renderIn(form: ContentForm, messages: readonly ChatMessage[]): Text {
    const contents = messages.map(({ content }) => Text.ofContent(content));
    if (this.template === undefined) return Text.join(contents, blankLine);
    return this.template.render({
      messages: messages.map(({ role }, index) =>
        dictOf([
          ['role', Text.ofTemplate(role)],
          ['content', form(contents[index] ?? blankLine)],
        ]),
      ),
      add_generation_prompt: true,
      bos_token: Text.ofTemplate(this.specialTexts.bos),
      eos_token: Text.ofTemplate(this.specialTexts.eos),
    });
  }

  /** Whether a content that is given in this form comes out of the template. */
  private shows(form: ContentForm): boolean {
    try {
      return this.renderIn(form, [{ role: 'user', content: probe }]).value.includes(probe);
    } catch {
      return false;
    }
  }
}
