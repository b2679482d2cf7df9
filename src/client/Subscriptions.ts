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
  /** Milliseconds that an unused socket is kept. */
  keepMs: number;
  /** Milliseconds of silence after which a socket is given up. */
  patienceMs: number;
}

/** Runs subscriptions over one WebSocket, which is opened for the first and closed after the last. */
export class Subscriptions {
  private client: Promise<Client> | undefined;
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
    this.client ??= this.connect();
    const client = await unlessAborted(this.client, signal);
    signal?.throwIfAborted();
    const { broken } = this;
    const results = client.iterate<unknown>({ query, ...(isRecord(variables) ? { variables } : {}) });
    try {
      for (;;) {
        const step = await unlessAborted(unlessAborted(results.next(), broken.signal), signal);
        if (step.done) return;
        yield dataOf<Result>(step.value);
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (this.closed) throw clientClosed();
      throw broken.signal.aborted ? broken.signal.reason : toSubscriptionError(error, this.options.patienceMs);
    } finally {
      void results.return?.();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    (await this.client)?.terminate();
  }

  /** Ends what is subscribed now with a ConnectionError. */
  private breakOff(message: string): void {
    const { broken } = this;
    this.broken = new AbortController();
    broken.abort(new ConnectionError(message));
  }

  private async connect(): Promise<Client> {
    const { endpoint, apiKey, webSocketImpl, keepMs, patienceMs } = this.options;
    const own: unknown = Reflect.get(globalThis, 'WebSocket');
    const implementation = webSocketImpl ?? own ?? (await loadOnNode<{ WebSocket: unknown }>('ws'))?.WebSocket;
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
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A message for nobody was damaged on its way: without it, somebody might wait for ever.
    const ids = new Set<string>();
    let lastId = 0;
    const expect = () => {
      clearTimeout(timer);
      timer = setTimeout(() => client.terminate(), patienceMs);
    };
    const heard = () => clearTimeout(timer);
    const client = createClient({
      url: `${endpoint.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: quiet(implementation as SocketClass),
      // A subscription that is started again would begin anew, and `stream` would run a second prompt.
      retryAttempts: 0,
      lazyCloseTimeout: keepMs,
      keepAlive: patienceMs,
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
        connecting: expect,
        message: (message) => {
          if (!('id' in message) || ids.has(message.id)) return;
          this.breakOff('What came over the socket was damaged on its way.');
          client.terminate();
        },
        connected: heard,
        ping: (received) => {
          if (!received) expect();
        },
        pong: heard,
        closed: (event) => {
          heard();
          // The library would connect and subscribe again.
          if (isRecord(event) && event.code === 1000) this.breakOff('The socket was closed before this had ended.');
        },
        error: heard,
      },
    });
    return client;
  }
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
function toSubscriptionError(error: unknown, patienceMs: number): unknown {
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
  if (code === 4499) return silence(patienceMs);
  const text = why ?? (typeof message === 'string' && message !== '' ? message : `close code ${String(code)}`);
  return new ConnectionError(`The socket was closed: ${text}.`, undefined, undefined, {}, undefined, { cause: error });
}
