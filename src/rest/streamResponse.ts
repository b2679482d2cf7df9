import { liveBody, liveHeaders } from '../streaming/liveBody.js';
import type { Line } from './eventLines.js';

export type StreamFormat = 'ndjson' | 'sse';

/** Server-sent events when the client asks for them, else newline-delimited JSON. */
export function formatFor(accept: string | undefined): StreamFormat {
  return accept?.toLowerCase().includes('text/event-stream') ? 'sse' : 'ndjson';
}

export interface StreamOptions {
  format: StreamFormat;
  /** Each line tells its cursor, so that the client can come back. */
  resumable: boolean;
  headers: Record<string, string>;
  /** Milliseconds of silence after which a sign of life is sent: a comment, or an empty line. */
  heartbeatMs: number;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

function encode(line: Line, { format, resumable }: StreamOptions): string {
  const value = resumable && line.cursor !== null ? { ...line.value, cursor: line.cursor } : line.value;
  const json = JSON.stringify(value);
  if (format === 'ndjson') return `${json}\n`;
  return resumable && line.cursor !== null ? `id: ${line.cursor}\ndata: ${json}\n\n` : `data: ${json}\n\n`;
}

const formats = {
  // Some browsers hand out an answer only with its first bytes.
  sse: { type: 'text/event-stream; charset=utf-8', opening: ':\n\n', heartbeat: ':\n\n' },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', opening: '', heartbeat: '\n' },
};

/** An answer that sends lines as the client takes them; however it ends, `lines` is returned from. */
export function streamResponse(lines: AsyncIterator<Line, void>, options: StreamOptions): Response {
  const { headers, heartbeatMs, signal } = options;
  const { type, opening, heartbeat } = formats[options.format];
  const body = liveBody(lines, {
    encode: (line) => encode(line, options),
    opening,
    heartbeat,
    heartbeatMs,
    closing: '',
    signal,
  });
  return new Response(body, { headers: { 'content-type': type, ...liveHeaders, ...headers } });
}
