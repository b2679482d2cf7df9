/** Assumed until the first prefill was measured. */
const initialPrefillRate = 400;
/** What one more token of each sequence adds to a step, in parts of it, until it was measured: on a processor this much. */
const assumedShare = 0.6;
/** Guesses longer than this are rarely right to their end. */
export const mostDrafted = 7;
/** With more sequences than this a step is so full that guesses take the time of tokens that are sure. */
export const mostDrafting = 4;

/** What steps have taken lately: how large a chunk may be and whether guesses pay are answered by measurement. */
export class StepCosts {
  /** Prompt tokens evaluated per second. */
  prefillRate = initialPrefillRate;
  /** Milliseconds of a step that only decodes, by its number of tokens. */
  private readonly decodeMs: (number | undefined)[] = [];

  note({ evaluated, prefilled, stepMs }: { evaluated: number; prefilled: number; stepMs: number }): void {
    if (prefilled >= 32) this.prefillRate = 0.7 * this.prefillRate + 0.3 * ((prefilled * 1000) / stepMs);
    if (prefilled === 0) this.decodeMs[evaluated] = blend(this.decodeMs[evaluated], stepMs);
  }

  /**
   * How many guessed tokens of each sequence bring the most tokens per second, when one of sequence i is right with
   * probability `trust[i]`. All get equally many, because only then they are evaluated in one pass.
   */
  worthDrafting(trust: readonly number[]): number {
    const sequences = trust.length;
    const plain = this.decodeMs[sequences];
    if (plain === undefined || sequences > mostDrafting || trust.every((part) => part === 0)) return 0;
    let best = { drafted: 0, rate: sequences / plain };
    for (let drafted = 1; drafted <= mostDrafted; drafted++) {
      const ms = this.decodeMs[sequences * (1 + drafted)] ?? plain * (1 + assumedShare * drafted);
      const rate = trust.reduce((sum, part) => sum + expectedTokens(part, drafted), 0) / ms;
      if (rate > best.rate) best = { drafted, rate };
    }
    return best.drafted;
  }
}

/** The one that is sure, and each guess that is right together with all before it. */
function expectedTokens(trust: number, drafted: number): number {
  return Array.from({ length: drafted + 1 }, (_, index) => trust ** index).reduce((sum, chance) => sum + chance, 0);
}

function blend(before: number | undefined, now: number): number {
  return before === undefined ? now : 0.8 * before + 0.2 * now;
}
