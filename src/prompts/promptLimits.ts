/** How much a request may hold, next to its parameters; both ends are allowed. */
export const promptLimits = {
  /** In one batch. */
  prompts: { minimum: 1, maximum: 1000 },
  messages: { minimum: 1, maximum: 1000 },
} as const;
