import { CloseCode, DEPRECATED_GRAPHQL_WS_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { WebSocket } from 'ws';

/**
 * Picks the subprotocol of a handshake. The legacy one of subscriptions-transport-ws is taken too, only for its client to
 * be told why it is refused: a client whose subprotocols are all left out fails before it hears anything.
 */
export function chooseSubprotocol(offered: Set<string>): string | false {
  return [GRAPHQL_TRANSPORT_WS_PROTOCOL, DEPRECATED_GRAPHQL_WS_PROTOCOL].find((each) => offered.has(each)) ?? false;
}

/** Closes a socket that does not speak graphql-transport-ws with a reason that says what to use; it has at most 123 bytes. */
export function refuseSubprotocol(socket: WebSocket): void {
  socket.on('error', () => socket.terminate());
  const what =
    socket.protocol === DEPRECATED_GRAPHQL_WS_PROTOCOL
      ? 'The legacy subprotocol graphql-ws is not served: use graphql-transport-ws, as the npm package graphql-ws does.'
      : 'Use the subprotocol graphql-transport-ws, as the npm package graphql-ws does.';
  socket.close(CloseCode.SubprotocolNotAcceptable, what);
}
