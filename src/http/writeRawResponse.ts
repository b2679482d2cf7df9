import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  /** Told as JSON. */
  body: unknown;
  requestId: string;
}

/** Writes an answer on a connection that no request object of Node stands for, and ends it. */
export function writeRawResponse(socket: Duplex, { status, headers: own, body, requestId }: RawResponse): void {
  const json = JSON.stringify(body);
  const headers = {
    ...own,
    connection: 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(json)),
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  // A client that does not close its half would keep the connection.
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${json}`);
}
