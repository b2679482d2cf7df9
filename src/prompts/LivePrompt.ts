import type { EngineProgress } from '../engine/Engine.js';
import type { LlamaHomeError } from '../errors/index.js';
import type { Position } from './cursor.js';
import { type FinishReason, isFinished, type Prompt } from './Prompt.js';
import { type FollowedPrompt, type FollowOptions, PromptFollower } from './PromptFollower.js';
import { ThrottledNotifier } from './ThrottledNotifier.js';

/** A Prompt that is not finished yet, with those who wait for it. Followers are not told what changed: each reads on. */
export class LivePrompt implements FollowedPrompt {
  readonly notifier = new ThrottledNotifier();
  private tellEnd: () => void = () => {};
  private readonly end = new Promise<void>((resolve) => {
    this.tellEnd = resolve;
  });
  private readonly arrivedAt = performance.now();
  private decodingAt: number | undefined;
  /** Prefill has begun: a follower sees `started`. */
  started = false;
  followers = 0;

  constructor(readonly prompt: Prompt) {}

  /** Takes in what one step brought. */
  advance(progress: EngineProgress): void {
    const { prompt } = this;
    const now = performance.now();
    if (progress.started) {
      this.started = true;
      prompt.status = 'RUNNING';
      prompt.timings.queueMs = now - this.arrivedAt;
    }
    if (progress.completionTokens > 0 && this.decodingAt === undefined) this.decodingAt = now;
    if (progress.text !== '') {
      prompt.timings.timeToFirstTokenMs ??= now - this.arrivedAt;
      prompt.text += progress.text;
    }
    if (progress.logprobs !== undefined) prompt.logprobs?.push(...progress.logprobs);
    if (progress.finished !== undefined) {
      const { usage, decodeMs } = progress.finished;
      prompt.usage = { ...usage, totalTokens: usage.promptTokens + usage.completionTokens };
      prompt.timings.decodeMs = decodeMs;
      // The first token comes out of prefill: only the others were decoded in this time.
      const decoded = usage.completionTokens - 1;
      prompt.timings.tokensPerSecond = decoded > 0 && decodeMs > 0 ? (decoded * 1000) / decodeMs : null;
    }
    if (progress.started) this.notifier.notify();
    else this.notifier.notifyThrottled();
  }

  /** It has to run once more, from its beginning: for its followers the text begins anew. */
  restart(): void {
    const { prompt } = this;
    prompt.attempt++;
    prompt.status = 'QUEUED';
    prompt.text = '';
    if (prompt.logprobs !== null) prompt.logprobs = [];
    prompt.timings.queueMs = null;
    prompt.timings.timeToFirstTokenMs = null;
    this.started = false;
    this.decodingAt = undefined;
    this.notifier.notify();
  }

  complete(reason: Exclude<FinishReason, 'ERROR'>): void {
    this.prompt.finishReason = reason;
    this.finish(reason === 'CANCELLED' ? 'CANCELLED' : 'COMPLETED');
  }

  fail(error: LlamaHomeError): void {
    const { code, message, details } = error;
    this.prompt.finishReason = 'ERROR';
    this.prompt.error = { code, message, ...(details === undefined ? {} : { details }) };
    this.finish('FAILED');
  }

  private finish(status: 'COMPLETED' | 'CANCELLED' | 'FAILED'): void {
    if (isFinished(this.prompt.status)) return;
    this.prompt.status = status;
    this.prompt.finishedAt = new Date();
    this.notifier.notify();
    this.tellEnd();
  }

  /** Settles when the prompt has ended, or when `signal` says that nobody waits any more. */
  async ended(signal?: AbortSignal): Promise<void> {
    if (isFinished(this.prompt.status) || signal?.aborted === true) return;
    const { promise, stop } = abortable(signal);
    await Promise.race([this.end, promise]);
    stop();
  }

  /** Every event from a position on, ending with completed or failed. */
  follow(from: Position, options?: FollowOptions): PromptFollower {
    return new PromptFollower(this, from, options);
  }
}

function abortable(signal: AbortSignal | undefined): { promise: Promise<void>; stop: () => void } {
  let stop = () => {};
  const promise = new Promise<void>((resolve) => {
    const listener = () => resolve();
    signal?.addEventListener('abort', listener, { once: true });
    stop = () => signal?.removeEventListener('abort', listener);
  });
  return { promise, stop };
}
