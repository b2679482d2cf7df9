import type { Answer } from './Answer.js';
import { cancelled, type StreamEnd } from './answers.js';
import { compareWithStored } from './compareWithStored.js';
import { ConnectionError, InvalidRequestError, RestartedError } from './errors.js';
import { ReplayedText } from './ReplayedText.js';
import { readStream, type StreamLine } from './readStream.js';
import type { FollowChunk, GenerationResult, PromptState } from './types.js';
import { type BackoffOptions, backoffMs, wait } from './waiting.js';

export interface FollowSource {
  /** Connects to the stream of the prompt, behind a cursor. */
  open(after: string | undefined): Promise<Answer>;
  /** The prompt as the server has stored it; undefined when it is there no more. */
  stored(): Promise<PromptState | undefined>;
}

export interface FollowSettings {
  id: string;
  after: string | undefined;
  signal: AbortSignal | undefined;
  /** Connections in a row that may bring nothing. */
  maxReconnects: number;
  backoff: BackoffOptions;
  /** Compare the text with the stored one at the end. */
  verify: boolean;
  /** Nobody has seen the text yet: when it comes out differently in another attempt, that one counts. */
  mayBeginAnew: boolean;
}

/** One follower of one prompt: comes back with its cursor whenever the connection drops. */
export class Follower {
  private readonly replay = new ReplayedText();
  private cursor: string | undefined;
  private index = 0;

  constructor(
    private readonly source: FollowSource,
    private readonly settings: FollowSettings,
  ) {
    this.cursor = settings.after;
  }

  /** The text as it comes, every character once and in order. @throws APIError when it can't be brought to its end */
  async *chunks(): AsyncGenerator<FollowChunk, GenerationResult, void> {
    const { maxReconnects, backoff, signal } = this.settings;
    for (let failures = 0; ; failures++) {
      try {
        let end: StreamEnd | undefined;
        for await (const line of readStream(await this.source.open(this.cursor))) {
          if (line.type === 'end') {
            end = line.end;
            continue;
          }
          failures = 0;
          const chunk = this.take(line);
          if (chunk !== undefined) yield chunk;
        }
        // Only now: the stream has given back its connection, and this may need one.
        if (end !== undefined) return await this.end(end);
      } catch (error) {
        this.recover(error);
        if (failures >= maxReconnects) throw error;
      }
      await wait(backoffMs(failures, backoff, undefined, Math.random()), signal);
    }
  }

  private take({ text, cursor, attempt }: StreamLine & { type: 'chunk' }): FollowChunk | undefined {
    const { replay } = this;
    if (attempt !== undefined && attempt > 1) this.beginAnew();
    // A line that brings nothing is no place to come back to: it may be the damaged last one.
    if (text !== '' || attempt !== undefined) this.cursor = cursor ?? this.cursor;
    let fresh = replay.take(text);
    if (fresh === undefined) {
      if (!this.settings.mayBeginAnew) throw this.restarted();
      replay.cutBack();
      fresh = replay.take(text);
    }
    if (fresh === undefined || fresh === '') return undefined;
    return { text: fresh, index: this.index++, cursor: this.cursor ?? '' };
  }

  /** Another attempt at the prompt: its text comes from the beginning. */
  private beginAnew(): void {
    // What came before the caller's cursor is not known here, so it can't be left out.
    if (this.settings.after !== undefined) throw this.restarted();
    this.replay.rewind();
  }

  /** Prepares to connect again after what a new connection may mend; throws on anything else. */
  private recover(error: unknown): void {
    const { cursor, settings } = this;
    const refused = error instanceof InvalidRequestError && error.field === 'after' && cursor !== settings.after;
    if (refused) {
      // The cursor was damaged on its way here: from the beginning then, leaving out what came already.
      this.cursor = settings.after;
      this.replay.rewind();
      return;
    }
    if (!(error instanceof ConnectionError) || !error.retryable) throw error;
  }

  private async end(end: StreamEnd): Promise<GenerationResult> {
    const { settings, replay } = this;
    if (end.finishReason === 'cancelled') throw cancelled(end.id);
    if (!replay.caughtUp) {
      if (!settings.mayBeginAnew) throw this.restarted();
      // The last attempt ended before it had brought as much as an earlier one.
      replay.cutBack();
    }
    if (!settings.verify && settings.after === undefined) return { text: replay.text, ...end };
    const { id, after } = settings;
    const stored = () => this.source.stored();
    return compareWithStored({ id, stored, end, text: replay.text, isWhole: after === undefined });
  }

  private restarted(): RestartedError {
    return new RestartedError(
      'The prompt had to run again and its text came out differently: follow it from the beginning.',
      'prompt_restarted',
      409,
      { prompt_id: this.settings.id },
    );
  }
}
