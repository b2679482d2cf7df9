import { encodeCursor, type Position } from './cursor.js';
import { isFinished, type Prompt, type PromptEvent } from './Prompt.js';
import type { ThrottledNotifier } from './ThrottledNotifier.js';

type Step = IteratorResult<PromptEvent, void>;

/** What a follower reads. */
export interface FollowedPrompt {
  readonly prompt: Prompt;
  /** Prefill has begun. */
  readonly started: boolean;
  /** Notifies when there may be more; a stored prompt has none, for it never changes. */
  readonly notifier?: ThrottledNotifier;
  followers: number;
}

export interface FollowOptions {
  /** Leaves as if by `return()` when aborted. */
  signal?: AbortSignal;
  /** Called once when the follower leaves before the last event. */
  onLeave?: () => void;
}

/**
 * Every event of a prompt from a position on, ending with completed or failed. A follower reads on from its own
 * position in the text, so a slow one gets larger chunks and slows nobody. It can leave at any moment, which ends a
 * waiting `next()`. Written out, because every token passes here, and a generator takes several times as long.
 */
export class PromptFollower implements AsyncIterableIterator<PromptEvent> {
  private attempt: number;
  private offset: number;
  private hasEnded: boolean;
  private index = 0;
  private isFollowing = false;
  private isOver = false;
  private waiting: Promise<Step> | undefined;
  private settle: ((step: Step) => void) | undefined;

  constructor(
    private readonly source: FollowedPrompt,
    { attempt, offset, ended }: Position,
    private readonly options: FollowOptions = {},
  ) {
    this.attempt = attempt;
    this.offset = offset;
    this.hasEnded = ended;
    options.signal?.addEventListener('abort', this.leave, { once: true });
    if (options.signal?.aborted) this.leave();
  }

  next(): Promise<Step> {
    if (this.waiting !== undefined) return this.waiting.then(() => this.next());
    if (!this.isFollowing && !this.isOver) {
      this.isFollowing = true;
      this.source.followers++;
    }
    const step = this.look();
    if (step !== undefined) return Promise.resolve(step);
    this.waiting = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.source.notifier?.once(this.onChange);
    return this.waiting;
  }

  return(): Promise<Step> {
    this.leave();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private readonly onChange = () => {
    const step = this.look();
    if (step === undefined) this.source.notifier?.once(this.onChange);
    else this.wake(step);
  };

  private readonly leave = () => {
    if (this.isOver) return;
    const step = this.end();
    this.options.onLeave?.();
    this.wake(step);
  };

  /** What comes next; undefined when that is not there yet. */
  private look(): Step | undefined {
    const { prompt, started, notifier } = this.source;
    if (this.isOver) return { done: true, value: undefined };
    if (this.attempt !== prompt.attempt && started) {
      this.attempt = prompt.attempt;
      this.offset = 0;
      this.hasEnded = false;
      return event({ type: 'started', attempt: this.attempt, cursor: this.cursor(), prompt });
    }
    if (this.hasEnded) return this.end();
    if (this.attempt === prompt.attempt && prompt.text.length > this.offset) {
      const text = prompt.text.slice(this.offset);
      this.offset = prompt.text.length;
      return event({ type: 'chunk', index: this.index++, text, cursor: this.cursor(), prompt });
    }
    if (isFinished(prompt.status)) {
      this.attempt = prompt.attempt;
      this.hasEnded = true;
      const { error } = prompt;
      const cursor = this.cursor();
      this.end();
      return event(error === null ? { type: 'completed', cursor, prompt } : { type: 'failed', error, cursor, prompt });
    }
    return notifier === undefined ? this.end() : undefined;
  }

  private cursor(): string {
    return encodeCursor({ attempt: this.attempt, offset: this.offset, ended: this.hasEnded });
  }

  private end(): Step {
    if (!this.isOver && this.isFollowing) this.source.followers--;
    this.isOver = true;
    this.source.notifier?.drop(this.onChange);
    this.options.signal?.removeEventListener('abort', this.leave);
    return { done: true, value: undefined };
  }

  private wake(step: Step): void {
    const { settle } = this;
    this.settle = undefined;
    this.waiting = undefined;
    settle?.(step);
  }
}

function event(value: PromptEvent): Step {
  return { done: false, value };
}

/** The stream of a prompt that has ended, read from what was stored. */
export function followStored(prompt: Prompt, from: Position, options?: FollowOptions): PromptFollower {
  const started = prompt.status === 'COMPLETED' || prompt.text !== '' || prompt.timings.queueMs !== null;
  return new PromptFollower({ prompt, started, followers: 0 }, from, options);
}
