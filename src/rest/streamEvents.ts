import { setTimeout } from 'node:timers/promises';
import { fromTold } from '../graphql/Operations.js';
import { EventLines, errorLine, type Line, type RestEvent } from './eventLines.js';
import { formatFor, streamResponse } from './streamResponse.js';

/** How long an answer waits for the first event, so that an early failure still has an HTTP status of its own. */
const patienceMs = 500;

export interface StreamEventsOptions {
  accept: string | null;
  resumable: boolean;
  /** Asked for when the answer begins. */
  headers: () => Record<string, string>;
  signal: AbortSignal;
}

/**
 * Answers with the events of a subscription as lines. A failure that is known at once is thrown, a later one is a line.
 * The client leaving ends the subscription.
 */
export async function streamEvents(
  events: AsyncIterator<RestEvent, void>,
  { accept, resumable, headers, signal }: StreamEventsOptions,
): Promise<Response> {
  const first = events.next();
  const early = await Promise.race([first, setTimeout(patienceMs, undefined, { ref: false })]);
  if (early !== undefined && !early.done && early.value.__typename === 'PromptFailed') {
    throw fromTold(early.value.error);
  }
  const format = formatFor(accept);
  // An empty stream would make an EventSource come back for ever; 204 is what ends it.
  if (early?.done && format === 'sse') return new Response(null, { status: 204, headers: headers() });
  return streamResponse(linesOf(first, events), { format, resumable, headers: headers(), signal });
}

function linesOf(
  first: Promise<IteratorResult<RestEvent, void>>,
  events: AsyncIterator<RestEvent, void>,
): AsyncIterator<Line, void> {
  const lines = new EventLines();
  let pending: Promise<IteratorResult<RestEvent, void>> | undefined = first;
  return {
    async next() {
      try {
        for (;;) {
          const step = await (pending ?? events.next());
          pending = undefined;
          if (step.done) return { done: true, value: undefined };
          const line = lines.of(step.value);
          if (line !== undefined) return { done: false, value: line };
        }
      } catch (error) {
        return { done: false, value: errorLine(error) };
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** The events in the results of a subscription. */
export function eventsOf<Data>(
  results: AsyncIterator<Data, void>,
  pick: (data: Data) => RestEvent,
): AsyncIterator<RestEvent, void> {
  return {
    async next() {
      const step = await results.next();
      return step.done ? { done: true, value: undefined } : { done: false, value: pick(step.value) };
    },
    async return() {
      await results.return?.();
      return { done: true, value: undefined };
    },
  };
}
