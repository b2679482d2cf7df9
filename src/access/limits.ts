/** Limits of one GraphQL operation. Every document of the schema's own clients passes them with room to spare. */
export const operationLimits = {
  /** Lexical tokens of a document. */
  tokens: 4000,
  /** Levels of fields. */
  depth: 12,
  /** Aliased fields. */
  aliases: 128,
  /** Fields, weighed by what they hold: see graphql-armor's cost limit. */
  cost: 20_000,
  /** Tokens that all prompts of an operation may ask for together, each counted up to `weighedTokens`. */
  generatedTokens: 1_000_000,
  /** What one prompt weighs at most, so that a single prompt is judged by its model's context alone. */
  weighedTokens: 16_384,
} as const;

/** Parsed documents that are kept for the next time. */
export const documentCacheLimits = { entries: 250, characters: 4000 } as const;
