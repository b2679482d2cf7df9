import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { graphqlPath, isUnder, plainPath, restPath } from '../http/paths.js';

export interface Attachment {
  prefix: string;
  handle: (request: IncomingMessage, response: ServerResponse) => void;
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/**
 * Puts itself in front of what an HTTP server does already: takes what is under the prefix or, without one, `/graphql` and
 * `/api/v1`; the rest goes on to the listeners that were there. Where there were none, it takes everything.
 * @returns how to leave it as it was
 */
export function attachTo(server: Server, { prefix, handle, upgrade }: Attachment): () => void {
  const others = server.listeners('request');
  const owned = prefix === '' ? [graphqlPath, restPath] : [prefix];

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = plainPath(request.url ?? '');
    if (others.length === 0 || owned.some((each) => isUnder(path, each))) handle(request, response);
    else for (const other of others) Reflect.apply(other, server, [request, response]);
  }

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const isOurs = plainPath(request.url ?? '') === prefix + graphqlPath;
    // A socket that nobody takes over would stay open for ever.
    if (isOurs || server.listenerCount('upgrade') === 1) upgrade(request, socket, head);
  }

  server.removeAllListeners('request').on('request', onRequest).on('upgrade', onUpgrade);
  return () => {
    server.off('request', onRequest).off('upgrade', onUpgrade);
    for (const other of others)
      server.on('request', (request, response) => Reflect.apply(other, server, [request, response]));
  };
}
