import { once } from 'node:events';
import { WebSocket } from 'ws';

/** Looks into the heap of a server that runs with `--inspect`, by the protocol of V8's inspector. */
export class HeapProbe {
  private id = 0;

  private constructor(private readonly socket: WebSocket) {}

  /** @param log what the process has written to standard error: the address stands there */
  static async open(log: string): Promise<HeapProbe> {
    const address = /Debugger listening on (ws:\S+)/.exec(log)?.[1];
    if (address === undefined) throw new Error('this process runs without --inspect');
    const socket = new WebSocket(address);
    await once(socket, 'open');
    return new HeapProbe(socket);
  }

  /** Bytes that are in use after everything that nobody holds was collected. */
  async usedBytes(): Promise<number> {
    // What the first collection finalises, the second one can free.
    for (let round = 0; round < 2; round++) await this.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.send('Runtime.getHeapUsage');
    if (typeof usedSize !== 'number') throw new Error('the inspector tells no size of the heap');
    return usedSize;
  }

  close(): void {
    this.socket.terminate();
  }

  private async send(method: string): Promise<Record<string, unknown>> {
    const id = ++this.id;
    this.socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [data] = await once(this.socket, 'message');
      const message = JSON.parse(String(data));
      if (message.id === id) return message.result ?? {};
    }
  }
}
