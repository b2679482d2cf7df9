import { Template } from '@huggingface/jinja';
import type { ChatMessage } from '../Engine.js';

/** A rendered conversation: template parts, in which special tokens count, and contents, which are only text. */
export type RenderedPart = { text: string; special: boolean };

const mark = '\uE000';
const marked = /\uE000(\d+)\uE000/g;

/**
 * Renders conversations with a model's chat template. Contents are put in after rendering, so that nobody can write a
 * turn of the system or the assistant by typing the template's own markers.
 */
export class ChatRenderer {
  private readonly template: Template | undefined;

  /** Without a template the contents are joined by blank lines, as a base model expects plain text. */
  constructor(
    source: string | undefined,
    private readonly specialTexts: { bos: string; eos: string },
  ) {
    this.template = source === undefined ? undefined : new Template(source);
  }

  render(messages: readonly ChatMessage[]): RenderedPart[] {
    if (this.template === undefined) {
      return [{ text: messages.map(({ content }) => content).join('\n\n'), special: false }];
    }
    const rendered = this.template.render({
      messages: messages.map(({ role }, index) => ({ role, content: `${mark}${index}${mark}` })),
      add_generation_prompt: true,
      bos_token: this.specialTexts.bos,
      eos_token: this.specialTexts.eos,
    });
    const parts: RenderedPart[] = [];
    let end = 0;
    for (const match of rendered.matchAll(marked)) {
      parts.push({ text: rendered.slice(end, match.index), special: true });
      parts.push({ text: messages[Number(match[1])]?.content ?? '', special: false });
      end = match.index + match[0].length;
    }
    parts.push({ text: rendered.slice(end), special: true });
    return parts.filter(({ text }) => text !== '');
  }
}
