import { setImmediate } from 'node:timers/promises';
import { fromErrorBody } from '../graphql/execution/Operations.js';
import { EventLines, errorLine, type Line, type RestEvent } from './eventLines.js';
import { formatFor, streamResponse } from './streamResponse.js';

export interface StreamEventsOptions {
  accept: string | undefined;
  resumable: boolean;
  headers: Record<string, string>;
  heartbeatMs: number;
  signal: AbortSignal;
}

/**
 * Answers with the events of a subscription as lines, at once, whenever the first one comes. What is there already, as
 * with a prompt that has ended, can still give the answer a status of its own. The client leaving ends the subscription.
 */
export async function streamEvents(
  events: AsyncIterator<RestEvent, void>,
  { accept, headers, ...options }: StreamEventsOptions,
): Promise<Response> {
  const first = events.next();
  const early = await Promise.race([first, setImmediate(undefined)]).catch((error: unknown) => {
    leave(events);
    throw error;
  });
  if (early !== undefined && !early.done && early.value.__typename === 'PromptFailed') {
    leave(events);
    throw fromErrorBody(early.value.error);
  }
  const format = formatFor(accept);
  // An empty stream would make an EventSource come back for ever; 204 is what ends it.
  if (early?.done && format === 'sse') return new Response(null, { status: 204, headers });
  return streamResponse(linesOf(first, events), { ...options, format, headers });
}

/** Nobody waits for the rest of these events. */
function leave(events: AsyncIterator<RestEvent, void>): void {
  events.return?.().catch(() => undefined);
}

/** The lines of events; the stream ends behind the last line, whatever the events would say. */
function linesOf(
  first: Promise<IteratorResult<RestEvent, void>>,
  events: AsyncIterator<RestEvent, void>,
): AsyncIterator<Line, void> {
  const lines = new EventLines();
  let pending: Promise<IteratorResult<RestEvent, void>> | undefined = first;
  let isOver = false;
  const resultOf = (line: Line): IteratorResult<Line, void> => {
    isOver = line.last;
    return { done: false, value: line };
  };
  return {
    async next() {
      if (isOver) return { done: true, value: undefined };
      try {
        for (;;) {
          const step = await (pending ?? events.next());
          pending = undefined;
          if (step.done) return { done: true, value: undefined };
          const line = lines.of(step.value);
          if (line !== undefined) return resultOf(line);
        }
      } catch (error) {
        return resultOf(errorLine(error));
      }
    },
    async return() {
      isOver = true;
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
