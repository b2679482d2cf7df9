import { LRUCache } from 'lru-cache';
import type { TokenLogprob } from '../Engine.js';
import type { SubmittedRequest } from '../protocol.js';
import type { ResponseFormat } from '../ResponseFormat.js';
import { ChoiceSampler } from './ChoiceSampler.js';
import { ConstrainedSampler } from './ConstrainedSampler.js';
import { LogprobReader } from './LogprobReader.js';
import type { Native, Sampler } from './native.js';
import { ResponseFormats } from './ResponseFormats.js';
import type { TokenChooser } from './TokenChooser.js';
import type { TokenText } from './TokenText.js';

export interface ChosenToken {
  /** -1: none may follow. */
  token: number;
  logprob: TokenLogprob | undefined;
}

/** Chooses the tokens of one request. Each has its own: its random numbers begin with the request's seed. */
export class RequestSampler {
  constructor(
    private readonly native: Native,
    private readonly sampler: Sampler,
    private readonly chooser: TokenChooser | undefined,
    private readonly logprobs: LogprobReader | undefined,
  ) {}

  /** The next token by the logits of a decode. It may not be disposed of before this has settled. */
  async choose(decoded: Promise<void>, logits: number): Promise<ChosenToken> {
    const token =
      this.chooser === undefined
        ? await this.native.sample(decoded, logits, this.sampler)
        : await this.chooser.choose(decoded, logits, this.sampler);
    return { token, logprob: token < 0 ? undefined : await this.logprobs?.read(logits, token) };
  }

  /** Takes in a token that was chosen and does not end the answer; gives those that must follow it. */
  accept(token: number): readonly number[] {
    if (this.chooser === undefined) return [];
    this.chooser.accept(token);
    // What is put in without a choice has no probability.
    return this.logprobs === undefined ? this.chooser.takeForced() : [];
  }

  /** The text so far is what was asked for. */
  get isComplete(): boolean {
    return this.chooser?.isComplete ?? true;
  }

  /** Nothing can follow. */
  get isOver(): boolean {
    return this.chooser?.isOver ?? false;
  }

  dispose(): void {
    this.sampler.dispose();
    this.chooser?.dispose();
    this.logprobs?.dispose();
  }
}

/** Makes the samplers of a model's requests. */
export class RequestSamplers {
  private readonly formats = new ResponseFormats();
  private readonly forcedTokens = new LRUCache<string, readonly number[]>({ max: 1000 });

  constructor(
    private readonly native: Native,
    private readonly text: TokenText,
  ) {}

  /** @throws SchemaError for a response format that can't be enforced */
  create(request: SubmittedRequest): RequestSampler {
    const { native, text } = this;
    const { sampling, tokens } = request;
    const { responseFormat, logprobs } = sampling;
    const chooser = responseFormat === null ? undefined : this.chooser(request, responseFormat);
    const reader = logprobs === null ? undefined : new LogprobReader(native, text, logprobs);
    return new RequestSampler(native, native.createSampler(sampling, tokens), chooser, reader);
  }

  private chooser(request: SubmittedRequest, format: ResponseFormat): TokenChooser {
    const { native, text } = this;
    if (format.choices !== undefined) return new ChoiceSampler(native, request, format.choices);
    return new ConstrainedSampler(native, text, request, this.formats.start(format, request.scope), this.forcedTokens);
  }
}
