import type { Principal } from '../access/Principal.js';
import { withEngine } from '../engine/withEngine.js';
import { invalidRequest } from '../errors/index.js';
import { wellFormed } from './checkParameter.js';
import type { PromptServiceOptions } from './PromptServiceOptions.js';
import { promptLimits } from './promptLimits.js';

export interface TokenizeInput {
  text: string;
  /** Catalogue id or alias; the one that Config says when absent. */
  model?: string | null | undefined;
  /** Texts like `<|im_end|>` become their special token. Default false. */
  special?: boolean | null | undefined;
}

/** The tokens of a text alone, without a template; loads the model when needed. Counts as an estimate. */
export async function tokenizeText(
  { models, access }: PromptServiceOptions,
  principal: Principal,
  { text, model, special }: TokenizeInput,
): Promise<number[]> {
  const { maximum } = promptLimits.tokenizedText;
  if (text.length > maximum) {
    throw invalidRequest('text', `text may have at most ${maximum} characters: send it in parts.`, { maximum });
  }
  const checked = wellFormed('text', text);
  const { id } = models.resolve(model);
  await access.countEstimate(principal);
  const { result } = await withEngine(
    () => models.engine(id),
    (engine) => engine.tokenizeText(checked, special ?? false),
  );
  return result;
}
