import type { TokenLogprob } from '../Engine.js';
import type { Native, Sampler } from './native.js';
import type { TokenText } from './TokenText.js';

/**
 * Reads how likely tokens were by the model alone: before biases, penalties, temperature and whatever the answer is
 * held to.
 */
export class LogprobReader {
  private readonly top: Sampler;
  private readonly whole: Sampler;

  /** @param count alternatives of each token */
  constructor(
    private readonly native: Native,
    private readonly text: TokenText,
    private readonly count: number,
  ) {
    this.top = native.createReader([], Math.max(1, count));
    this.whole = native.createReader([]);
  }

  async read(logits: number, token: number): Promise<TokenLogprob> {
    const decoded = Promise.resolve();
    const likeliest = await this.native.likeliest(decoded, logits, this.top, Math.max(1, this.count));
    const { logits: own, totalWeight } = await this.native.logitsOf(decoded, logits, this.whole, [token]);
    const highest = likeliest[0]?.logit ?? 0;
    const described = (each: { token: number; logit: number }) => ({
      token: each.token,
      text: Buffer.from(this.text.bytesOf(each.token)).toString('utf8'),
      logprob: each.logit - highest - Math.log(totalWeight),
    });
    const logit = own.find((each) => each.token === token)?.logit ?? Number.NEGATIVE_INFINITY;
    return { ...described({ token, logit }), top: likeliest.slice(0, this.count).map(described) };
  }

  dispose(): void {
    this.top.dispose();
    this.whole.dispose();
  }
}
