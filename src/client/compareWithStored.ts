import type { StreamEnd } from './answers.js';
import { IntegrityError } from './errors.js';
import type { GenerationResult, PromptState } from './types.js';

export interface Received {
  /** Of the prompt, as it was asked for. */
  id: string;
  /** The prompt as the server has stored it; undefined when it is there no more. */
  stored: () => Promise<PromptState | undefined>;
  /** What came: the text, or its end only, and what was said of it. */
  text: string;
  isWhole: boolean;
  end: StreamEnd;
}

/** How often the stored text is read before a difference is believed. */
const looks = 3;

/**
 * What the server has stored of a prompt, once it was found equal to what came of it; what came, when it is stored no more.
 * @throws IntegrityError when they differ
 */
export async function compareWithStored(received: Received): Promise<GenerationResult> {
  const { id, text, isWhole, end } = received;
  let isGone = true;
  for (let look = 0; look < looks; look++) {
    const stored = await received.stored();
    if (stored === undefined) continue;
    isGone = false;
    const isSame = isWhole ? stored.text === text : stored.text.endsWith(text);
    if (!isSame || stored.id !== id) continue;
    const { model, created, warnings, json, logprobs } = stored;
    const usage = stored.usage ?? end.usage;
    const finishReason = stored.finishReason ?? end.finishReason;
    return {
      ...{ text: stored.text, usage, model, created, id, finishReason, warnings },
      ...(json === undefined ? {} : { json }),
      ...(logprobs === undefined ? {} : { logprobs }),
    };
  }
  if (isGone) return { text, ...end };
  throw new IntegrityError(
    'The text was damaged on its way: it is not the one that the server has stored. Read that with prompt(id).',
    'text_damaged',
    0,
    { prompt_id: id },
  );
}
