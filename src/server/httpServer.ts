import { createServer, IncomingMessage, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { OpenServer } from './openServer.js';

const timeouts = {
  /** For all headers of a request to arrive. */
  headersMs: 10_000,
  /** For a whole request to arrive. */
  requestMs: 60_000,
  /** For answers that are still being sent when the server stops. */
  lastAnswersMs: 2_000,
};

/**
 * A request that asks for an upgrade to WebSocket, or for none. Node hands every other upgrade to the `upgrade` listener
 * too, where it could only be refused: curl and Java offer HTTP/2 that way, and go on in HTTP/1.1 when nobody takes it up.
 */
class Incoming extends IncomingMessage {
  private wanted: boolean | null = null;

  /** Node's parser says here whether the request asks for an upgrade, and looks when it knows the headers. */
  get upgrade(): boolean | null {
    return this.wanted === true && this.headers.upgrade?.toLowerCase() === 'websocket';
  }

  set upgrade(wanted: boolean | null) {
    this.wanted = wanted;
  }
}

/** An HTTP server that serves nothing else; it does not listen yet. */
export function createHttpServer({ handler, upgrade }: Pick<OpenServer, 'handler' | 'upgrade'>): Server {
  const server = createServer(
    {
      IncomingMessage: Incoming,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: 1000,
    },
    handler.requestListener,
  );
  return server.on('upgrade', upgrade);
}

/** Drains and ends everything, with the HTTP server that it listened with, if it did. */
export async function stopServer(open: OpenServer, server?: Server): Promise<void> {
  await open.drain();
  const closed = server === undefined ? Promise.resolve() : new Promise((resolve) => server.close(resolve));
  server?.closeIdleConnections();
  await open.closeSockets(timeouts.lastAnswersMs);
  await Promise.race([closed, delay(timeouts.lastAnswersMs, undefined, { ref: false })]);
  server?.closeAllConnections();
  await closed;
  await open.close();
}
