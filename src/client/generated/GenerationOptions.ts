/* Made from src/prompts/parameters.ts by `npm run schema`. */

/**
 * How a text is generated. What is left out comes from the server's Config, or is what is said here. A value out of its
 * range is refused with an InvalidRequestError that names the field.
 */
export interface GenerationOptions {
  /** Instructions that go before the prompt. Default none. */
  system?: string | undefined;
  /** Catalogue id or alias of the model. Default the one that Config says. */
  model?: string | undefined;
  /** Tokens generated at most. Prompt and this must fit into the context. 1 or more; default what Config says. */
  maxTokens?: number | undefined;
  /** 0 always takes the likeliest token. 0 to 2; default what Config says. */
  temperature?: number | undefined;
  /** Only the likeliest tokens that together have this probability. 0 to 1; default 0.95. */
  topP?: number | undefined;
  /** Only this many of the likeliest tokens, 0 for all. 0 or more; default 40. */
  topK?: number | undefined;
  /** Only tokens at least this likely, relative to the likeliest. 0 to 1; default 0.05. */
  minP?: number | undefined;
  /** Equal seeds give equal text for an equal prompt. 0 or more; default another one each time. */
  seed?: number | undefined;
  /** Texts that end generation; they are never part of the text. At most 16 of up to 256 characters; default none. */
  stop?: readonly string[] | undefined;
  /** Above 1 makes the last 64 tokens, those of the prompt included, less likely. 0.1 to 10; default 1. */
  repeatPenalty?: number | undefined;
  /** Above 0 makes tokens that the answer holds already less likely, below 0 likelier. -2 to 2; default 0. */
  presencePenalty?: number | undefined;
  /** As presencePenalty, once for each time that the answer holds the token. -2 to 2; default 0. */
  frequencyPenalty?: number | undefined;
  /** Makes single tokens likelier or less likely: -100 all but forbids one, 100 all but forces it. At most 1024 tokens; default none. */
  logitBias?: readonly { token: number; bias: number }[] | undefined;
  /** Gives the log probability of each token of the answer, and of so many that were likeliest in its place. 0 to 20; default none. */
  logprobs?: number | undefined;
  /** The shape of the answer. One that ended with STOP, and not by a stop text, is in it. Default none: the answer is free. */
  responseFormat?: { json: true } | { jsonSchema: object | boolean } | { grammar: string } | { regex: string } | { choices: readonly string[] } | undefined;
  /** Milliseconds within which the answer must be whole, or it ends with `deadline_exceeded`. 1 to 86400000; default none. */
  deadlineMs?: number | undefined;
  /** Order among one's own waiting prompts. Default normal. */
  priority?: 'low' | 'normal' | 'high' | undefined;
}
