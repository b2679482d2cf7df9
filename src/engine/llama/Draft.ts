/** How long a run of equal tokens must be before it is taken as a sign of what comes next. */
const matchLength = 3;
/** Of the guesses before, this part must have been right for guesses to be acted on. */
const trustedFrom = 0.7;
/** How fast the part of right guesses follows the latest ones. */
const memory = 0.85;

/**
 * Guesses the next tokens by input look-up: when the last few tokens stood somewhere before, in the prompt or in what
 * was generated, what followed them there may follow again. Each token that comes tells, at no cost, whether the guess
 * would have been right; only a text that proves predictable is worth evaluating guesses for.
 * Source of the method: prompt lookup decoding (A. Saxena, 2023).
 */
export class Draft {
  private readonly tokens: number[];
  /** Where the tokens behind each run of `matchLength` tokens begin, the latest place of each. */
  private readonly places = new Map<string, number>();
  private expected: number | undefined;
  /** Part of the guesses of one token that were right lately. */
  private right = 0;

  constructor(prompt: readonly number[]) {
    this.tokens = [...prompt];
    for (let end = matchLength; end < prompt.length; end++) this.places.set(this.key(end), end);
    this.expected = this.tokens[this.place() ?? -1];
  }

  /** Takes in a token that was generated. */
  push(token: number): void {
    if (this.expected !== undefined)
      this.right = memory * this.right + (1 - memory) * (this.expected === token ? 1 : 0);
    const end = this.tokens.length;
    if (end >= matchLength) this.places.set(this.key(end), end);
    this.tokens.push(token);
    this.expected = this.tokens[this.place() ?? -1];
  }

  /** Part of right guesses that can be counted on; 0 while they are not to be acted on. */
  get trust(): number {
    return this.right >= trustedFrom ? this.right : 0;
  }

  /** What followed the last tokens where they stood before; at most `most`. */
  guess(most: number): number[] {
    const place = this.place();
    if (place === undefined) return [];
    const guessed: number[] = [];
    for (let index = place; guessed.length < most; index++) {
      // A text that repeats itself is followed into what is only guessed yet.
      guessed.push(index < this.tokens.length ? (this.tokens[index] ?? 0) : (guessed[index - this.tokens.length] ?? 0));
    }
    return guessed;
  }

  private place(): number | undefined {
    const end = this.tokens.length;
    return end < matchLength ? undefined : this.places.get(this.key(end));
  }

  private key(end: number): string {
    return this.tokens.slice(end - matchLength, end).join();
  }
}
