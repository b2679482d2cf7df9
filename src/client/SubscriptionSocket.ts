import { type Client, createClient } from 'graphql-ws/client';
import { ConnectionError, InvalidRequestError } from './errors.js';
import { readApiKey } from './Http.js';
import type { Settings } from './options.js';
import { isRecord } from './toAPIError.js';
import { loadOnNode } from './transport.js';

export interface SocketOptions {
  /** Of the server, `http…`. */
  endpoint: string;
  apiKey: Settings['apiKey'];
  /** A WebSocket class, where the runtime has none. */
  webSocketImpl: unknown;
  /** Milliseconds of silence after which a socket is given up. */
  silenceTimeoutMs: number;
}

/** One WebSocket with the library's client on it. What breaks it ends what is subscribed over it, and nothing else. */
export class SubscriptionSocket {
  readonly client: Promise<Client>;
  private socket: unknown;
  private held = true;
  private readonly breaking = new AbortController();

  /** @param onClosed called when it can take no further subscription */
  constructor(
    private readonly options: SocketOptions,
    private readonly onClosed: (socket: SubscriptionSocket) => void,
  ) {
    this.client = this.connect();
    this.client.catch(() => onClosed(this));
  }

  /** Aborted, with the reason, when it can't go on and the library behind would not say so. */
  get broken(): AbortSignal {
    return this.breaking.signal;
  }

  /** Whether it keeps the program from ending. */
  hold(held: boolean): void {
    this.held = held;
    holdProcess(this.socket, held);
  }

  /** Closes it, once it is open. */
  dispose(): void {
    this.client.then(disposeOf, () => undefined);
  }

  async terminate(): Promise<void> {
    await this.client.then(
      (client) => client.terminate(),
      () => undefined,
    );
  }

  private breakOff(message: string): void {
    this.breaking.abort(new ConnectionError(message));
  }

  private async connect(): Promise<Client> {
    const { endpoint, apiKey, webSocketImpl, silenceTimeoutMs } = this.options;
    const own: unknown = Reflect.get(globalThis, 'WebSocket');
    // Node's own WebSocket keeps the program from ending for as long as it is open.
    const implementation = webSocketImpl ?? (await loadOnNode<{ WebSocket: unknown }>('ws'))?.WebSocket ?? own;
    if (typeof implementation !== 'function') {
      throw new InvalidRequestError(
        'There is no WebSocket here: give a class for it as webSocketImpl.',
        undefined,
        undefined,
        {
          field: 'webSocketImpl',
        },
      );
    }
    let pingTimer: ReturnType<typeof setTimeout> | undefined;
    let silenceTimer: ReturnType<typeof setTimeout> | undefined;
    // A message for nobody was damaged on its way: without it, somebody might wait for ever.
    const ids = new Set<string>();
    let lastId = 0;
    const expectAnswer = () => {
      clearTimeout(silenceTimer);
      silenceTimer = withoutHolding(setTimeout(() => client.terminate(), silenceTimeoutMs));
    };
    const pingLater = (socket: unknown) => {
      clearTimeout(pingTimer);
      pingTimer = withoutHolding(
        setTimeout(() => {
          if (!isSocket(socket)) return;
          socket.send('{"type":"ping"}');
          expectAnswer();
        }, silenceTimeoutMs),
      );
    };
    const answered = () => clearTimeout(silenceTimer);
    const gone = () => {
      clearTimeout(pingTimer);
      clearTimeout(silenceTimer);
    };
    const client = createClient({
      url: `${endpoint.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: quiet(implementation as SocketClass),
      // A subscription that is started again would begin anew, and `stream` would run a second prompt.
      retryAttempts: 0,
      // The timers of the library keep the program from ending: closing and pings are timed here.
      lazy: false,
      onNonLazyError: () => undefined,
      generateID: () => {
        const id = `${++lastId}-${crypto.getRandomValues(new Uint32Array(1)).join()}`;
        ids.add(id);
        return id;
      },
      connectionParams: async () => {
        const key = await readApiKey(apiKey);
        return key === undefined ? {} : { authorization: `Bearer ${key}` };
      },
      on: {
        connecting: expectAnswer,
        message: (message) => {
          if (!('id' in message) || ids.has(message.id)) return;
          this.breakOff('What came over the socket was damaged on its way.');
          client.terminate();
        },
        connected: (socket) => {
          answered();
          pingLater(socket);
          this.socket = socket;
          holdProcess(socket, this.held);
        },
        pong: () => {
          answered();
          pingLater(this.socket);
        },
        closed: (event) => {
          gone();
          this.onClosed(this);
          if (!isRecord(event) || event.code !== 1000) return;
          this.breakOff('The socket was closed before this had ended.');
          // Left alone, the library would connect and subscribe again.
          disposeOf(client);
        },
        error: answered,
      },
    });
    return client;
  }
}

interface OpenSocket {
  send(text: string): void;
}

function isSocket(value: unknown): value is OpenSocket {
  return typeof value === 'object' && value !== null && 'send' in value && typeof value.send === 'function';
}

/** Closes its socket; one that could not be opened needs no closing. */
function disposeOf(client: Client): void {
  Promise.resolve(client.dispose()).catch(() => undefined);
}

/** A timer that keeps no program from ending; browsers have numbers for timers. */
export function withoutHolding<Timer>(timer: Timer): Timer {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref();
  return timer;
}

/** Whether an open socket of the package `ws` keeps the program from ending. */
function holdProcess(socket: unknown, hold: boolean): void {
  const connection = isRecord(socket) ? socket._socket : undefined;
  const method = isRecord(connection) ? connection[hold ? 'ref' : 'unref'] : undefined;
  if (typeof method === 'function') method.call(connection);
}

type SocketClass = new (...args: never[]) => Pick<EventTarget, 'addEventListener'>;

/**
 * The same class, whose sockets fail in silence: given up while it connects, one of the package `ws` has an error when
 * nobody listens any more, which would end the program.
 */
function quiet(implementation: SocketClass): SocketClass {
  return class extends implementation {
    constructor(...args: never[]) {
      super(...args);
      this.addEventListener('error', () => undefined);
    }
  };
}
