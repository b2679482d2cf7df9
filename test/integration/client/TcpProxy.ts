import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of one connection. Positions count the bytes that the server has sent on it. */
export interface Fate {
  /** Never answers: the connection is reset at once. */
  refused?: boolean;
  /** Reset after so many bytes. */
  cutAfter?: number;
  /** After so many bytes nothing comes any more, and nobody says so. */
  silentAfter?: number;
  /** Bytes whose given bit is turned over. */
  flips?: ReadonlyMap<number, number>;
  /** Replaces bytes of the server. */
  rewrite?: (text: string) => string;
  /** The first request arrives as no HTTP. */
  spoilRequest?: boolean;
  /** Bytes of the client whose given bit is turned over. */
  requestFlips?: ReadonlyMap<number, number>;
  /** Replaces bytes of the client. */
  rewriteRequest?: (text: string) => string;
  /** Milliseconds that each piece waits. */
  delayMs?: number;
}

/** A TCP proxy before a server that decides the fate of each connection. */
export class TcpProxy {
  /** Connections that were made so far, and that are open now, and at most at once. */
  made = 0;
  open = 0;
  most = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly port: number,
    private readonly fateOf: (connection: number) => Fate,
  ) {
    server.on('connection', (client) => this.carry(client));
  }

  static async start(target: { port: number }, fateOf: (connection: number) => Fate = () => ({})): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target.port, fateOf);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Takes no connection any more and resets those there are. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.resetAndDestroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private carry(client: Socket): void {
    const fate = this.fateOf(this.made++);
    this.open++;
    this.most = Math.max(this.most, this.open);
    client.once('close', () => this.open--);
    this.sockets.add(client);
    client.on('error', () => undefined);
    if (fate.refused) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(this.port, '127.0.0.1');
    this.sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    const end = () => {
      client.destroy();
      upstream.destroy();
      this.sockets.delete(client);
      this.sockets.delete(upstream);
    };
    client.once('close', end);

    let asked = 0;
    client.on('data', (data) => {
      const { spoilRequest, requestFlips: flips, rewriteRequest: rewrite } = fate;
      const passed = damage(data, asked, { ...(flips && { flips }), ...(rewrite && { rewrite }) });
      if (spoilRequest && asked === 0) passed[0] = '?'.charCodeAt(0);
      asked += data.length;
      upstream.write(passed);
    });

    let sent = 0;
    let last = Promise.resolve();
    const later = (act: () => void) => {
      const { delayMs } = fate;
      last = last.then(async () => {
        if (delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, delayMs));
        act();
      });
    };
    upstream.on('data', (data) => {
      const { cutAfter = Number.POSITIVE_INFINITY, silentAfter = Number.POSITIVE_INFINITY } = fate;
      const passed = damage(data.subarray(0, Math.max(0, Math.min(cutAfter, silentAfter) - sent)), sent, fate);
      sent += data.length;
      const cut = sent >= cutAfter;
      later(() => {
        if (passed.length > 0 && !client.destroyed) client.write(passed);
        if (!cut) return;
        // What was let through should arrive before the end of it.
        client.end();
        end();
      });
    });
    upstream.once('close', () => {
      if (fate.silentAfter === undefined || sent < fate.silentAfter) later(end);
    });
  }
}

function damage(data: Buffer, from: number, { flips, rewrite }: Fate): Buffer {
  const damaged = Buffer.from(data);
  for (const [position, bit] of flips ?? []) {
    const index = position - from;
    if (index >= 0 && index < damaged.length) damaged[index] = (damaged[index] ?? 0) ^ (1 << bit);
  }
  return rewrite === undefined ? damaged : Buffer.from(rewrite(damaged.toString('latin1')), 'latin1');
}
