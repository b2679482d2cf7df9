import { type Client, createClient } from 'graphql-ws/client';
import { silence } from './Answer.js';
import { APIError } from './APIError.js';
import {
  AuthenticationError,
  ConnectionError,
  InvalidRequestError,
  PermissionError,
  UnavailableError,
} from './errors.js';
import { dataOf, errorOf } from './graphql.js';
import { clientClosed, readApiKey } from './Http.js';
import type { Settings } from './options.js';
import { isRecord } from './toAPIError.js';
import { loadOnNode } from './transport.js';
import { unlessAborted } from './waiting.js';

export interface SubscriptionsOptions {
  /** Of the server, `http…`. */
  endpoint: string;
  apiKey: Settings['apiKey'];
  /** A WebSocket class, where the runtime has none. */
  webSocketImpl: unknown;
  /** Milliseconds that an unused socket is kept; it keeps no program from ending. */
  keepMs: number;
  /** Milliseconds of silence after which a socket is given up. */
  silenceTimeoutMs: number;
}

/** Runs subscriptions over one WebSocket, which is opened for the first and closed after the last. */
export class Subscriptions {
  private client: Promise<Client> | undefined;
  private socket: unknown;
  /** Subscriptions that run. */
  private active = 0;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;
  /** Why the present socket can't go on, where the library behind would not say so. */
  private broken = new AbortController();

  constructor(private readonly options: SubscriptionsOptions) {}

  /** The results of a subscription. Leaving ends it. @throws APIError */
  async *iterate<Result>(
    query: string,
    variables: unknown,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Result, void, void> {
    if (this.closed) throw clientClosed();
    this.begin();
    let results: ReturnType<Client['iterate']> | undefined;
    let { broken } = this;
    try {
      this.client ??= this.connect();
      const client = await unlessAborted(this.client, signal);
      signal?.throwIfAborted();
      broken = this.broken;
      results = client.iterate<unknown>({ query, ...(isRecord(variables) ? { variables } : {}) });
      for (;;) {
        const step = await unlessAborted(unlessAborted(results.next(), broken.signal), signal);
        if (step.done) return;
        yield dataOf<Result>(step.value);
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (this.closed) throw clientClosed();
      throw broken.signal.aborted ? broken.signal.reason : toSubscriptionError(error, this.options.silenceTimeoutMs);
    } finally {
      void results?.return?.();
      this.end();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idleTimer);
    (await this.client)?.terminate();
  }

  private begin(): void {
    this.active++;
    clearTimeout(this.idleTimer);
    holdProcess(this.socket, true);
  }

  private end(): void {
    this.active--;
    if (this.active > 0) return;
    const { keepMs } = this.options;
    if (keepMs === 0) {
      this.disconnect();
      return;
    }
    holdProcess(this.socket, false);
    this.idleTimer = withoutHolding(setTimeout(() => this.disconnect(), keepMs));
  }

  /** Closes the socket; the next subscription opens another one. */
  private disconnect(): void {
    const { client } = this;
    this.client = undefined;
    this.socket = undefined;
    client?.then(disposeOf, () => undefined);
  }

  /** The next subscription connects anew. */
  private async forget(gone: Client): Promise<void> {
    const { client } = this;
    if ((await client?.catch(() => undefined)) === gone && this.client === client) this.client = undefined;
  }

  /** Ends what is subscribed now with a ConnectionError. */
  private breakOff(message: string): void {
    const { broken } = this;
    this.broken = new AbortController();
    broken.abort(new ConnectionError(message));
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
          holdProcess(socket, this.active > 0);
        },
        pong: () => {
          answered();
          pingLater(this.socket);
        },
        closed: (event) => {
          gone();
          void this.forget(client);
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
function withoutHolding<Timer>(timer: Timer): Timer {
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

/** What ends a subscription: GraphQL errors, the close of the socket, or whatever the socket says. */
function toSubscriptionError(error: unknown, silenceTimeoutMs: number): unknown {
  if (error instanceof APIError) return error;
  const told = errorOf(error);
  if (told !== undefined) return told;
  if (!isRecord(error))
    return new ConnectionError('The socket failed.', undefined, undefined, {}, undefined, { cause: error });
  const { code, reason, message } = error;
  const why = typeof reason === 'string' && reason !== '' ? reason : undefined;
  if (code === 4401) return new AuthenticationError('The token or key does not hold (any more).', why);
  if (code === 4403) return new PermissionError('The server refused this socket.');
  if (code === 1013 || why === 'overloaded') {
    return new UnavailableError('The server can not take this now: try again.', undefined, undefined, {
      retry_after: 2,
    });
  }
  if (code === 4499) return silence(silenceTimeoutMs);
  const text = why ?? (typeof message === 'string' && message !== '' ? message : `close code ${String(code)}`);
  return new ConnectionError(`The socket was closed: ${text}.`, undefined, undefined, {}, undefined, { cause: error });
}
