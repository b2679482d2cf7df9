import type { Line } from './eventLines.js';

/** How often an idle event stream says that it is alive. */
const aliveMs = 15_000;

export type StreamFormat = 'ndjson' | 'sse';

/** Server-sent events when the client asks for them, else newline-delimited JSON. */
export function formatFor(accept: string | null): StreamFormat {
  return accept?.toLowerCase().includes('text/event-stream') ? 'sse' : 'ndjson';
}

export interface StreamOptions {
  format: StreamFormat;
  /** Each line tells its cursor, so that the client can come back. */
  resumable: boolean;
  headers: Record<string, string>;
  /** Aborted when the client has gone: one that does not read is noticed by nothing else. */
  signal: AbortSignal;
}

function encode(line: Line, { format, resumable }: StreamOptions): string {
  const value = resumable && line.cursor !== null ? { ...line.value, cursor: line.cursor } : line.value;
  const json = JSON.stringify(value);
  if (format === 'ndjson') return `${json}\n`;
  return resumable && line.cursor !== null ? `id: ${line.cursor}\ndata: ${json}\n\n` : `data: ${json}\n\n`;
}

/** An answer that sends lines as the client takes them; when the client leaves, `lines` is returned from. */
export function streamResponse(lines: AsyncIterator<Line, void>, options: StreamOptions): Response {
  const encoder = new TextEncoder();
  let alive: NodeJS.Timeout | undefined;
  const leave = () => {
    clearInterval(alive);
    void lines.return?.();
  };
  options.signal.addEventListener('abort', leave, { once: true });
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (options.format === 'ndjson') return;
      alive = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
      }, aliveMs);
      alive.unref();
      if (options.signal.aborted) leave();
    },
    async pull(controller) {
      const step = await lines.next();
      if (!step.done) controller.enqueue(encoder.encode(encode(step.value, options)));
      if (step.done || step.value.last) {
        clearInterval(alive);
        options.signal.removeEventListener('abort', leave);
        controller.close();
      }
    },
    cancel: leave,
  });
  return new Response(body, {
    headers: {
      'content-type':
        options.format === 'sse' ? 'text/event-stream; charset=utf-8' : 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      ...options.headers,
    },
  });
}
