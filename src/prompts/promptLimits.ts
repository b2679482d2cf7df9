/** What a prompt may hold; both ends are allowed. */
export const promptLimits = {
  /** In one batch. */
  prompts: { minimum: 1, maximum: 1000 },
  messages: { minimum: 1, maximum: 1000 },
  stops: { maximum: 16 },
  /** Characters, UTF-16 units. */
  stopLength: { minimum: 1, maximum: 256 },
  maxTokens: { minimum: 1, maximum: 2 ** 31 - 1 },
  temperature: { minimum: 0, maximum: 2 },
  topP: { minimum: 0, maximum: 1 },
  topK: { minimum: 0, maximum: 2 ** 31 - 1 },
  minP: { minimum: 0, maximum: 1 },
  repeatPenalty: { minimum: 0.1, maximum: 10 },
  /** As large as an Int of GraphQL. */
  seed: { minimum: 0, maximum: 2 ** 31 - 1 },
  /** A day. */
  deadlineMs: { minimum: 1, maximum: 24 * 3600 * 1000 },
} as const;

export interface Range {
  readonly minimum: number;
  readonly maximum: number;
}
