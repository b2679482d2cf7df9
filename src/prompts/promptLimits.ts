/** How much a request may hold, next to its parameters; both ends are allowed. */
export const promptLimits = {
  /** In one batch. */
  prompts: { minimum: 1, maximum: 1000 },
  messages: { minimum: 1, maximum: 1000 },
  /** Characters of a text that is only taken apart: no other work of its engine goes on meanwhile. */
  tokenizedText: { maximum: 65_536 },
} as const;
