import type { WebSocket } from 'ws';

const limits = {
  /** All together. */
  sockets: 500,
  /** Of one address; generous, for a whole office may come through one. */
  perAddress: 250,
  /** For the client to answer that it was told to go. */
  closeMs: 1_000,
};

/** "Try again later": clients do, for they may have been only slow. */
const tryAgainLater = 1013;

/**
 * Sockets that have not said yet who they are. There is always room for one more: the one that has been silent for the
 * longest time has to go, of those from the same address when there are many of them.
 */
export class PendingSockets {
  /** Addresses by socket, the oldest first. */
  private readonly addresses = new Map<WebSocket, string>();

  add(socket: WebSocket, address: string): void {
    const same = [...this.addresses].filter(([, other]) => other === address).map(([waiting]) => waiting);
    if (same.length >= limits.perAddress) this.evict(same[0]);
    else if (this.addresses.size >= limits.sockets) this.evict(this.addresses.keys().next().value);
    this.addresses.set(socket, address);
  }

  /** It has said who it is, or it has gone. */
  remove(socket: WebSocket): void {
    this.addresses.delete(socket);
  }

  private evict(socket: WebSocket | undefined): void {
    if (socket === undefined) return;
    this.remove(socket);
    socket.close(tryAgainLater, 'overloaded');
    setTimeout(() => socket.terminate(), limits.closeMs).unref();
  }
}
