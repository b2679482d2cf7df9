import type { LRUCache } from 'lru-cache';
import type { Matcher } from '../answers/Matcher.js';
import type { SubmittedRequest } from '../protocol.js';
import { seededRandom } from '../seededRandom.js';
import { chooseCandidate, penalised } from './chooseCandidate.js';
import type { Candidate, Native, Sampler } from './native.js';
import { repeatWindow } from './samplerConfig.js';
import type { TokenChooser } from './TokenChooser.js';
import type { TokenText } from './TokenText.js';

/** Read when the free choice is refused; what is allowed is nearly always among them. */
const mostCandidates = 256;
/** How often the demo model, whose text is noise, takes a byte that closes something where it may. */
const closingShare = 0.8;
const nothingFollows = -1;
/**
 * What the matching of one answer may take, in ms, at its beginning and for each token: past that it ends. Formats that
 * are slow everywhere are refused before; this bounds what one that is slow somewhere takes from the others.
 */
const patience = { first: 2000, perToken: 20 };

/**
 * Chooses the tokens of an answer that is held to a format. The free choice comes first, and most of the time it is
 * allowed; else the likeliest tokens that are allowed are sampled as llama.cpp would. When none of these is, a token of
 * a single byte goes on: each byte that is allowed has one.
 */
export class ConstrainedSampler implements TokenChooser {
  private readonly random: () => number;
  private reader: Sampler | undefined;
  private readonly generated: number[] = [];
  private matchingMs = 0;

  constructor(
    private readonly native: Native,
    private readonly text: TokenText,
    private readonly request: SubmittedRequest,
    private matcher: Matcher,
    /** Tokens of texts that had to follow, for all requests of the model. */
    private readonly forcedTokens: LRUCache<string, readonly number[]>,
  ) {
    const { seed, temperature } = request.sampling;
    this.random = seededRandom(temperature === 0 ? 0 : seed);
  }

  get isComplete(): boolean {
    return this.matcher.isComplete;
  }

  get isOver(): boolean {
    return this.matcher.isOver;
  }

  async choose(decoded: Promise<void>, logits: number, free: Sampler): Promise<number> {
    if (!this.native.isDemo && !this.hasPenalties) {
      const token = await this.native.sample(decoded, logits, free);
      if (token >= 0 && this.allows(token)) return token;
    }
    await decoded;
    const { sampling } = this.request;
    this.reader ??= this.native.createReader(sampling.logitBias, mostCandidates);
    const likeliest = await this.native.likeliest(decoded, logits, this.reader, mostCandidates);
    const candidates = this.hasPenalties ? penalised(likeliest, this.counts(), sampling) : likeliest;
    let allowed = this.likeliestAllowed(candidates);
    if (allowed.length === 0) allowed = await this.singleBytes(decoded, logits);
    if (allowed.length === 0) return nothingFollows;
    if (this.native.isDemo) return this.demoChoice(allowed);
    return chooseCandidate(allowed, sampling, this.random());
  }

  accept(token: number): void {
    const next = this.after(token);
    if (next === undefined) throw new Error('a token was accepted that the response format refuses');
    this.matcher = next;
    this.generated.push(token);
  }

  takeForced(): readonly number[] {
    const begun = performance.now();
    const bytes = Buffer.from(this.isTooSlow ? [] : this.matcher.forced());
    this.matchingMs += performance.now() - begun;
    const tokens = bytes.length === 0 ? [] : this.tokensOf(bytes);
    for (const token of tokens) this.accept(token);
    return tokens;
  }

  dispose(): void {
    this.reader?.dispose();
  }

  private tokensOf(bytes: Buffer): readonly number[] {
    const text = bytes.toString('utf8');
    const known = this.forcedTokens.get(text);
    if (known !== undefined) return known;
    const tokens = this.native.vocabulary.tokenize(text, { special: false, continues: true });
    const spelled = Buffer.concat(tokens.map((token) => this.text.bytesOf(token)));
    const exact = spelled.equals(bytes) ? tokens : [];
    this.forcedTokens.set(text, exact);
    return exact;
  }

  /** Those that are allowed, likeliest first, as many as sampling looks at. */
  private likeliestAllowed(candidates: readonly Candidate[]): Candidate[] {
    const { temperature, topK, minP } = this.request.sampling;
    const most = temperature === 0 ? 1 : topK > 0 ? topK : candidates.length;
    const allowed: Candidate[] = [];
    for (const candidate of candidates) {
      const [first] = allowed;
      const isOut = first !== undefined && candidate.logit < first.logit + Math.log(minP);
      if (!this.native.isDemo && (isOut || allowed.length >= most)) break;
      if (this.allows(candidate.token)) allowed.push(candidate);
    }
    return allowed;
  }

  private allows(token: number): boolean {
    if (this.native.vocabulary.isEndOfGeneration(token)) return this.matcher.isComplete;
    const begun = performance.now();
    const isAllowed = !this.isTooSlow && this.after(token) !== undefined;
    this.matchingMs += performance.now() - begun;
    return isAllowed;
  }

  private get isTooSlow(): boolean {
    return this.matchingMs > patience.first + patience.perToken * this.generated.length;
  }

  private after(token: number): Matcher | undefined {
    const bytes = this.text.bytesOf(token);
    // Control tokens have no text: they would be no part of the answer.
    if (bytes.length === 0) return undefined;
    let matcher: Matcher | undefined = this.matcher;
    for (const byte of bytes) {
      matcher = matcher.advance(byte);
      if (matcher === undefined) return undefined;
    }
    return matcher;
  }

  private async singleBytes(decoded: Promise<void>, logits: number): Promise<Candidate[]> {
    const tokens = this.text.singleByteTokens.filter((token) => this.allows(token));
    if (tokens.length === 0 || this.reader === undefined) return [];
    const reader = this.native.createReader(this.request.sampling.logitBias);
    try {
      const read = await this.native.logitsOf(decoded, logits, reader, tokens);
      return read.logits;
    } finally {
      reader.dispose();
    }
  }

  /** It ends as soon as it may. */
  private demoChoice(allowed: readonly Candidate[]): number {
    const { vocabulary } = this.native;
    const end = allowed.find(({ token }) => vocabulary.isEndOfGeneration(token));
    if (end !== undefined) return end.token;
    const byte = ({ token }: Candidate) => this.text.bytesOf(token)[0] ?? 0;
    const first = Buffer.from(this.matcher.wanted ?? '')[0];
    const wanted = allowed.find((candidate) => byte(candidate) === first);
    if (wanted !== undefined) return wanted.token;
    const at = (character: string) => allowed.filter((candidate) => byte(candidate) === character.charCodeAt(0));
    // Within a string a bracket closes nothing.
    const brackets = at('a').length > 0 ? [] : [...at(']'), ...at('}')];
    const closing = brackets.length > 0 ? brackets : at('"');
    const printable = allowed.filter((candidate) => byte(candidate) >= 0x20 && byte(candidate) < 0x7f);
    const closes = closing.length > 0 && this.random() < closingShare;
    const pool = closes ? closing : printable.length > 0 ? printable : allowed;
    return pool[Math.floor(this.random() * pool.length)]?.token ?? nothingFollows;
  }

  private get hasPenalties(): boolean {
    const { repeatPenalty, presencePenalty, frequencyPenalty } = this.request.sampling;
    return repeatPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0;
  }

  /** What the penalties look back on, as for the free choice. */
  private counts(): Map<number, number> {
    const repeats = this.request.sampling.repeatPenalty !== 1;
    const window = repeats ? [...this.request.tokens, ...this.generated].slice(-repeatWindow) : this.generated;
    const counts = new Map<number, number>();
    for (const token of window) counts.set(token, (counts.get(token) ?? 0) + 1);
    return counts;
  }
}
