import type { Prompt, Usage } from '../prompts/Prompt.js';

/** The usage of several Prompts together; one that has none yet counts as nothing. */
export function totalUsage(prompts: readonly Prompt[]): Usage {
  const total: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0, totalTokens: 0 };
  for (const { usage } of prompts) {
    if (usage === null) continue;
    total.promptTokens += usage.promptTokens;
    total.cachedTokens += usage.cachedTokens;
    total.completionTokens += usage.completionTokens;
    total.totalTokens += usage.totalTokens;
  }
  return total;
}
