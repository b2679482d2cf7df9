import type { SubmittedRequest } from '../protocol.js';
import { seededRandom } from '../seededRandom.js';
import { chooseCandidate } from './chooseCandidate.js';
import type { Candidate, Native, Sampler } from './native.js';
import type { TokenChooser } from './TokenChooser.js';

/**
 * Chooses between texts by the tokens that the vocabulary makes of each of them. By bytes, a model that has not made up
 * its mind would begin with a single letter, for that is how all words begin.
 */
export class ChoiceSampler implements TokenChooser {
  private readonly random: () => number;
  private readonly reader: Sampler;
  private position = 0;
  private left: readonly (readonly number[])[];

  constructor(
    private readonly native: Native,
    private readonly request: SubmittedRequest,
    choices: readonly string[],
  ) {
    const { seed, temperature, logitBias } = request.sampling;
    this.random = seededRandom(temperature === 0 ? 0 : seed);
    this.reader = native.createReader(logitBias);
    this.left = choices.map((choice) => native.vocabulary.tokenize(choice, { special: false, continues: true }));
  }

  get isComplete(): boolean {
    return this.left.some((tokens) => tokens.length === this.position);
  }

  get isOver(): boolean {
    return this.left.every((tokens) => tokens.length === this.position);
  }

  async choose(decoded: Promise<void>, logits: number): Promise<number> {
    await decoded;
    const { vocabulary, isDemo } = this.native;
    const next = new Set(this.left.flatMap((tokens) => tokens[this.position] ?? []));
    const ends = this.isComplete ? vocabulary.endTokens : [];
    const read = await this.native.logitsOf(decoded, logits, this.reader, [...next, ...ends]);
    const candidates = read.logits.sort((a, b) => b.logit - a.logit);
    return isDemo ? this.anyOf(candidates, ends) : chooseCandidate(candidates, this.request.sampling, this.random());
  }

  accept(token: number): void {
    this.left = this.left.filter((tokens) => tokens[this.position] === token);
    this.position++;
  }

  takeForced(): readonly number[] {
    const [only, ...others] = this.left;
    if (only === undefined || others.length > 0) return [];
    const rest = only.slice(this.position);
    this.position = only.length;
    return rest;
  }

  dispose(): void {
    this.reader.dispose();
  }

  /** The demo model ends as soon as it may, and its mind is noise. */
  private anyOf(candidates: readonly Candidate[], ends: readonly number[]): number {
    const [end] = ends;
    return end ?? candidates[Math.floor(this.random() * candidates.length)]?.token ?? -1;
  }
}
