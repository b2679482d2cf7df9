import { ConnectionError } from './errors.js';
import { onAbort } from './waiting.js';

export interface HedgeOptions {
  /** Milliseconds of silence that raise a doubt. */
  hedgeAfterMs: number;
  /** Rejects when the server is not there. */
  check: (signal: AbortSignal) => Promise<void>;
  signal: AbortSignal | undefined;
}

/**
 * Waits for an answer that may take as long as it needs, but trusts no connection for ever: whenever nothing came for
 * `hedgeAfterMs` and the server is there, the same request is sent once more beside the older one, and the first answer
 * counts. The request must have an idempotency key, or change nothing. The server goes on as long as one of its callers
 * is there, so a connection that was silently lost, or that a proxy cuts for being idle, costs nothing.
 * @param send is told whether it is a repetition
 */
export function hedgedRequest<T>(
  send: (signal: AbortSignal, repeated: boolean) => Promise<T>,
  { hedgeAfterMs, check, signal }: HedgeOptions,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const open: AbortController[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let forget = () => {};

    const settle = (act: () => void) => {
      if (over.signal.aborted) return;
      clearTimeout(timer);
      forget();
      const reason = new ConnectionError('Another answer was first.', 'connection_left');
      over.abort(reason);
      for (const each of open) each.abort(reason);
      act();
    };
    const start = (repeated: boolean) => {
      const controller = new AbortController();
      open.push(controller);
      // Two at a time: the older one has been silent for twice as long.
      if (open.length > 2) open.shift()?.abort(new ConnectionError('This answer was left.', 'connection_left'));
      timer = setTimeout(doubt, hedgeAfterMs);
      send(controller.signal, repeated).then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) => {
          const index = open.indexOf(controller);
          if (index >= 0) open.splice(index, 1);
          if (index >= 0 && open.length === 0) settle(() => reject(error));
        },
      );
    };
    const doubt = () => {
      check(over.signal).then(
        () => over.signal.aborted || start(true),
        (error: unknown) => settle(() => reject(error)),
      );
    };
    forget = onAbort(signal, () => settle(() => reject(signal?.reason)));
    if (!over.signal.aborted) start(false);
  });
}
