/** How long a stream is silent, in milliseconds, before it gives a sign of life; well under what proxies wait for. */
export const defaultHeartbeatMs = 10_000;

/** Headers of every answer that streams: no proxy may keep it back, or change it, until it is whole. */
export const liveHeaders = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

export interface LiveBodyOptions<Item> {
  /** How an item is written. */
  encode: (item: Item) => string;
  /** What is sent at once, before anything is told; even nothing, for the headers leave with it. */
  opening: string;
  /** A sign of life that readers skip. */
  heartbeat: string;
  /** Milliseconds of silence after which a sign of life is sent. */
  heartbeatMs: number;
  /** What is sent behind the last item. */
  closing: string;
  /** Aborted when the client has gone: one that does not read is noticed by nothing else. */
  signal: AbortSignal;
}

/**
 * The body of an answer that tells items as they come and as the client takes them. However it ends, at its end, by an
 * error or by the client, `items` is returned from, once, and nothing is kept. Who does not read gets no signs of life,
 * so that they can't pile up.
 */
export function liveBody<Item>(
  items: AsyncIterator<Item, unknown>,
  { encode, opening, heartbeat, heartbeatMs, closing, signal }: LiveBodyOptions<Item>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let alive: NodeJS.Timeout | undefined;
  let isOver = false;
  let isCancelled = false;

  function giveBack(): void {
    if (isOver) return;
    isOver = true;
    clearInterval(alive);
    signal.removeEventListener('abort', giveBack);
    // Nobody listens any more: what the source says to that concerns nobody.
    Promise.resolve(items.return?.()).catch(() => undefined);
  }

  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(opening));
      if (signal.aborted) return giveBack();
      signal.addEventListener('abort', giveBack, { once: true });
      alive = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(heartbeat));
      }, heartbeatMs).unref();
    },
    async pull(controller) {
      try {
        const step = await items.next();
        if (isCancelled) return;
        if (step.done !== true) {
          controller.enqueue(encoder.encode(encode(step.value)));
          alive?.refresh();
          return;
        }
      } catch (error) {
        giveBack();
        throw error;
      }
      giveBack();
      if (closing !== '') controller.enqueue(encoder.encode(closing));
      controller.close();
    },
    cancel() {
      isCancelled = true;
      giveBack();
    },
  });
}
