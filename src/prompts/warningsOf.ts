import type { Model } from '../models/Model.js';
import type { PromptInput } from './Prompt.js';

/** What a prompt is told by name. */
type Answering = Pick<Model, 'id' | 'aliases' | 'capabilities'>;

/**
 * What was done otherwise than a prompt's input says, each in a sentence for its caller; nothing is substituted without
 * one. `model` is the one that answers.
 */
export function warningsOf(input: PromptInput, model: Answering): string[] {
  return [...ofModel(input, model), ...ofRoles(input, model), ...ofTexts(input)];
}

/** A name may stand for another model, as `llama3.3` does until a Llama 3.3 is installed. */
function ofModel({ model: wanted }: PromptInput, { id, aliases }: Answering): string[] {
  if (wanted == null || wanted === id || aliases.includes(wanted)) return [];
  return [
    `The model "${wanted}" is not installed: the default model, ${id}, answered instead. Install it with \`npx llamahome pull ${wanted}\`.`,
  ];
}

/** Without a chat template a model is shown the contents alone. */
function ofRoles({ messages, system }: PromptInput, { id, capabilities }: Answering): string[] {
  if (capabilities.includes('chat')) return [];
  const isPlain = system == null && (messages == null || (messages.length === 1 && messages[0]?.role === 'user'));
  if (isPlain) return [];
  return [`The model ${id} has no chat template: it was shown the texts one after the other, without their roles.`];
}

/** Half a surrogate pair is no character, and no encoding can carry it. */
function ofTexts({ prompt, messages, system, stop }: PromptInput): string[] {
  const texts: (readonly [string, string | null | undefined])[] = [
    ['prompt', prompt],
    ['system', system],
    ...(messages ?? []).map(({ content }, index) => [`messages[${index}].content`, content] as const),
    ...(stop ?? []).map((text, index) => [`stop[${index}]`, text] as const),
  ];
  const damaged = texts.flatMap(([field, text]) => (text == null || text.isWellFormed() ? [] : field));
  const [first] = damaged;
  if (first === undefined) return [];
  const others = damaged.length === 1 ? '' : ` and ${damaged.length - 1} more`;
  return [`Half a surrogate pair in ${first}${others} was replaced by U+FFFD: cut texts between characters.`];
}
