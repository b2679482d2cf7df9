/** Limits of one GraphQL operation. Every document of the schema's own clients passes them with room to spare. */
export const operationLimits = {
  /** Lexical tokens of a document. */
  tokens: 4000,
  /** Levels of fields. */
  depth: 12,
  /** Line breaks of a document: what it takes to say where in it an error stands. */
  lines: 5000,
  /** Aliased fields. */
  aliases: 128,
  /** Names that a document may give to one value, maybe a long text, which each of them repeats. */
  namesOfValue: 10,
  /** Fields, weighed by what they hold: see graphql-armor's cost limit. */
  cost: 20_000,
  /** Tokens that all prompts of an operation may ask for together, each counted up to `weighedTokens`. */
  generatedTokens: 1_000_000,
  /** What one prompt weighs at most, so that a single prompt is judged by its model's context alone. */
  weighedTokens: 16_384,
} as const;

/** Limits of what comes as JSON beside a document: variables, and bodies of REST. They are looked at before anything is read of it. */
export const inputLimits = {
  /** Objects and lists within one another. */
  depth: 100,
  /** Keys of one object. */
  keys: 1000,
  /** Items of one list. */
  items: 10_000,
  /** Keys and items of all objects and lists together. */
  values: 100_000,
} as const;

/** Limits of what is told of errors. */
export const errorLimits = {
  /** Errors of one answer that were found before anything ran. */
  errors: 10,
  /** Places of one error. */
  places: 10,
  /** Characters of a message. */
  message: 600,
  /** Characters of a name that a client has chosen. */
  name: 80,
} as const;

/** Parsed documents that are kept for the next time. */
export const documentCacheLimits = { entries: 250, characters: 4000 } as const;
