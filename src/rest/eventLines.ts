import { LlamaHomeError } from '../errors/index.js';
import { endOf, errorAnswer } from './answers.js';
import type { RestStreamSubscription } from './generated/graphql.js';
import { respell } from './respell.js';

export type RestEvent = RestStreamSubscription['stream'];

/** One object of a stream, with where to come back to. */
export interface Line {
  cursor: string | null;
  value: Record<string, unknown>;
  /** Nothing follows. */
  last: boolean;
}

/** Turns the events of one answer into its lines, counting chunks from 0. */
export class EventLines {
  private index = 0;

  /** The line for an event, or undefined when there is nothing to say. */
  of(event: RestEvent): Line | undefined {
    const { cursor } = event;
    switch (event.__typename) {
      case 'PromptStarted':
        // A first attempt needs no word; another one does, for the text begins anew.
        if (event.attempt === 1) return undefined;
        return { cursor, value: { chunk: '', index: this.index++, attempt: event.attempt }, last: false };
      case 'PromptChunk':
        return { cursor, value: { chunk: event.text, index: this.index++ }, last: false };
      case 'PromptCompleted':
        return { cursor, value: { chunk: '', index: this.index, done: true, ...endOf(event.prompt) }, last: true };
      case 'PromptFailed':
        return { cursor, value: { error: errorAnswer(respell(event.error)) }, last: true };
    }
  }
}

/** The line that tells an error after the first byte. */
export function errorLine(error: unknown): Line {
  const shown =
    error instanceof LlamaHomeError
      ? error
      : new LlamaHomeError('internal_error', 'Something went wrong on the server.');
  return { cursor: null, value: { error: errorAnswer(shown) }, last: true };
}
