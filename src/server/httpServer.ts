import { createServer, IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { requestIdFrom } from '../http/requestId.js';
import type { OpenServer } from './openServer.js';
import { refuseBrokenRequest, refuseExpectation } from './refuseBrokenRequest.js';

const timeouts = {
  /** For all headers of a request to arrive. */
  headersMs: 10_000,
  /** For a whole request to arrive. */
  requestMs: 60_000,
  /** For the next request on a connection: longer than proxies keep theirs, so that none is closed while they use it. */
  idleMs: 75_000,
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

/**
 * Makes a request line that names the host as well, as proxies write them, one that names the path. The host in it counts
 * and not the header (RFC 9112, section 3.2.2).
 */
function toOriginForm(request: IncomingMessage): void {
  const [whole, host] = /^https?:\/\/([^/?#]*)/i.exec(request.url ?? '') ?? [];
  if (whole === undefined || request.url === undefined) return;
  const target = request.url.slice(whole.length);
  request.url = target.startsWith('/') ? target : `/${target}`;
  request.headers.host = host;
}

type HttpOptions = Pick<OpenServer, 'handler' | 'upgrade' | 'services'>;

/** An HTTP server that serves nothing else; it does not listen yet. */
export function createHttpServer({ handler, upgrade, services }: HttpOptions): Server {
  /** The latest answer of each connection, and those whose turn has not come. */
  const answers = new WeakMap<Duplex, ServerResponse>();
  const waiting = new WeakSet<ServerResponse>();
  const server = createServer(
    {
      IncomingMessage: Incoming,
      // Refused by the handler, which says what is missing.
      requireHostHeader: false,
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.idleMs,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      const before = answers.get(request.socket);
      answers.set(request.socket, response);
      toOriginForm(request);
      if (before === undefined || before.closed) {
        handler.requestListener(request, response);
        return;
      }
      // Answered one after the other: unread answers of one connection would fill the memory. When it breaks, their turn
      // never comes.
      waiting.add(response);
      before.once('close', () => {
        waiting.delete(response);
        if (!request.socket.destroyed) handler.requestListener(request, response);
      });
    },
  );
  server.on('clientError', (error, socket) => {
    const response = answers.get(socket);
    const isAnswering = response !== undefined && (waiting.has(response) || response.headersSent);
    // Nothing may be put into the middle of an answer, or before one.
    if (isAnswering && !response.writableFinished) socket.destroy(error);
    else refuseBrokenRequest(error, { socket, telemetry: services.telemetry });
  });
  server.on('checkExpectation', ({ socket, headers }) =>
    refuseExpectation({ socket, telemetry: services.telemetry }, requestIdFrom(headers['x-request-id'])),
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
