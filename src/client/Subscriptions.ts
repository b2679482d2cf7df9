import type { Client } from 'graphql-ws/client';
import { silence } from './Answer.js';
import { APIError } from './APIError.js';
import { AuthenticationError, ConnectionError, PermissionError, UnavailableError } from './errors.js';
import { dataOf, errorOf } from './graphql.js';
import { clientClosed } from './Http.js';
import { type SocketOptions, SubscriptionSocket, withoutHolding } from './SubscriptionSocket.js';
import { isRecord } from './toAPIError.js';
import { unlessAborted } from './waiting.js';

export interface SubscriptionsOptions extends SocketOptions {
  /** Milliseconds that an unused socket is kept; it keeps no program from ending. */
  keepMs: number;
}

/** Runs subscriptions over one WebSocket, which is opened for the first and closed after the last. */
export class Subscriptions {
  private socket: SubscriptionSocket | undefined;
  /** Subscriptions that run. */
  private active = 0;
  private idleTimer: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

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
    let broken: AbortSignal | undefined;
    try {
      this.socket ??= this.open();
      const { socket } = this;
      const client = await unlessAborted(socket.client, signal);
      signal?.throwIfAborted();
      broken = socket.broken;
      results = client.iterate<unknown>({ query, ...(isRecord(variables) ? { variables } : {}) });
      for (;;) {
        const step = await unlessAborted(unlessAborted(results.next(), broken), signal);
        if (step.done) return;
        yield dataOf<Result>(step.value);
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (this.closed) throw clientClosed();
      throw broken?.aborted ? broken.reason : toSubscriptionError(error, this.options.silenceTimeoutMs);
    } finally {
      void results?.return?.();
      this.end();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.idleTimer);
    await this.socket?.terminate();
  }

  private begin(): void {
    this.active++;
    clearTimeout(this.idleTimer);
    this.socket?.hold(true);
  }

  private end(): void {
    this.active--;
    if (this.active > 0) return;
    const { keepMs } = this.options;
    if (keepMs === 0) {
      this.disconnect();
      return;
    }
    this.socket?.hold(false);
    this.idleTimer = withoutHolding(setTimeout(() => this.disconnect(), keepMs));
  }

  /** Closes the socket; the next subscription opens another one. */
  private disconnect(): void {
    this.socket?.dispose();
    this.socket = undefined;
  }

  private open(): SubscriptionSocket {
    return new SubscriptionSocket(this.options, (closed) => {
      if (this.socket === closed) this.socket = undefined;
    });
  }
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
