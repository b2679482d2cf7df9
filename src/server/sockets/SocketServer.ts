import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { type Disposable, GRAPHQL_TRANSPORT_WS_PROTOCOL, type ServerOptions, type SubscribePayload } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { LlamaHomeError } from '../../errors/index.js';
import { abortable } from '../../graphql/execution/abortable.js';
import type { Operations, PreparedOperation } from '../../graphql/execution/Operations.js';
import { formatErrors, toGraphQLError } from '../../graphql/execution/toGraphQLError.js';
import type { Services } from '../../services.js';
import type { ObservedRequest } from '../../telemetry/ObservedRequest.js';
import { PendingSockets } from './PendingSockets.js';
import { handshakeError, refuseUpgrade } from './refuseUpgrade.js';
import { SocketSession } from './SocketSession.js';
import { chooseSubprotocol, refuseSubprotocol } from './subprotocol.js';

/** An operation between its `subscribe` message and its end. */
interface SocketOperation {
  operation: PreparedOperation;
  controller: AbortController;
}

type SocketOptions = ServerOptions<Record<string, unknown>, Extra>;

const limits = {
  messageBytes: 1_000_000,
  operationsPerSocket: 100,
  initTimeoutMs: 5_000,
  /** What a client that goes on asking may leave unread. */
  unreadBytes: 8_000_000,
};

/** Notes what an operation was refused with, and gives it on. */
function refused(observed: ObservedRequest | undefined, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  for (const { extensions } of errors) observed?.failed(String(extensions.code ?? 'invalid_request'));
  observed?.end();
  return errors;
}

/** What was refused before anything ran is an `error` message of the protocol, any other result a `next` message. */
async function* resultsOf(result: Promise<ExecutionResult>): AsyncGenerator<ExecutionResult, void, void> {
  const answer = await result;
  const [error] = answer.errors ?? [];
  if (error !== undefined && !('data' in answer)) throw error;
  yield answer;
}

/** graphql-transport-ws: the same pipeline as HTTP, one caller per socket, one AbortSignal per operation. */
export class SocketServer {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes });
  private readonly sessions = new WeakMap<WebSocket, SocketSession>();
  private readonly running = new WeakMap<ExecutionArgs, SocketOperation>();
  private readonly observations = new WeakMap<SubscribePayload, ObservedRequest>();
  private readonly pending = new PendingSockets();
  private readonly graphql: Disposable;

  constructor(
    private readonly services: Services,
    private readonly operations: Operations,
  ) {
    const { telemetry } = services;
    this.server.on('wsClientError', (error, socket, request) =>
      refuseUpgrade(request, socket, { error: handshakeError(request, error.message), isGraphQL: true, telemetry }),
    );
    this.graphql = useServer(this.options(), this.server);
    this.server.options.handleProtocols = chooseSubprotocol;
  }

  /** Takes over an upgrade request from `address`, whose path and origin were checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void {
    this.server.handleUpgrade(request, socket, head, (opened) => {
      if (opened.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) return refuseSubprotocol(opened);
      this.pending.add(opened, address);
      opened.on('message', () => {
        if (opened.bufferedAmount > limits.unreadBytes) opened.terminate();
      });
      opened.once('close', this.services.telemetry.socketOpened());
      this.sessions.set(opened, new SocketSession(opened, request, address, this.services));
      this.server.emit('connection', opened, request);
    });
  }

  /** Tells every client that the server goes away; settles when they are gone, or cuts them off after `withinMs`. */
  async close(withinMs: number): Promise<void> {
    const cut = setTimeout(() => {
      for (const socket of this.server.clients) socket.terminate();
    }, withinMs);
    await this.graphql.dispose();
    clearTimeout(cut);
  }

  /** What graphql-ws asks for. */
  private options(): SocketOptions {
    return {
      connectionInitWaitTimeout: limits.initTimeoutMs,
      onConnect: async ({ extra, connectionParams }) => {
        this.pending.remove(extra.socket);
        return this.sessionOf(extra.socket).authenticate(connectionParams);
      },
      onSubscribe: ({ extra, subscriptions }, _id, payload) => {
        const session = this.sessionOf(extra.socket);
        const isFull = Object.keys(subscriptions).length > limits.operationsPerSocket;
        return isFull ? this.refuseMore(session, payload) : this.prepare(session, payload);
      },
      execute: (args) => {
        const { operation, controller } = this.runningOf(args);
        return abortable(resultsOf(operation.execute(args)), { onLeave: () => controller.abort() });
      },
      subscribe: async (args) => {
        const result = await this.runningOf(args).operation.subscribe(args);
        return Symbol.asyncIterator in result ? result : resultsOf(Promise.resolve(result));
      },
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: formatErrors(result.errors) },
      onError: (_context, _id, payload, errors) => formatErrors(refused(this.observations.get(payload), errors)),
      onComplete: (_context, _id, payload) => this.observations.get(payload)?.end(),
      onClose: ({ extra }) => {
        this.pending.remove(extra.socket);
        this.sessionOf(extra.socket).end();
      },
    };
  }

  private refuseMore(session: SocketSession, payload: SubscribePayload): readonly GraphQLError[] {
    const message = `One socket runs at most ${limits.operationsPerSocket} operations; end one, or open another socket.`;
    const error = toGraphQLError(new LlamaHomeError('overloaded', message, { retry_after: 1 }));
    return refused(session.observe(randomUUID(), payload), [error]);
  }

  /** What graphql-ws is to run for a `subscribe` message, or what it is refused with. */
  private async prepare(
    session: SocketSession,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const controller = new AbortController();
    const requestId = randomUUID();
    const observed = session.observe(requestId, payload);
    this.observations.set(payload, observed);
    const context = session.contextOf(requestId, observed, controller.signal);
    try {
      const prepared = await this.operations.prepare(payload, context);
      if ('errors' in prepared) return refused(observed, prepared.errors);
      const { operation } = prepared;
      const { args } = operation;
      if (getOperationAST(args.document, args.operationName) == null) {
        // In the words of Yoga, for who asks over HTTP gets these.
        throw new LlamaHomeError('invalid_request', 'Could not determine what operation to execute.', {});
      }
      this.running.set(args, { operation, controller });
      return args;
    } catch (error) {
      return refused(observed, [toGraphQLError(error, context)]);
    }
  }

  private sessionOf(socket: WebSocket): SocketSession {
    const session = this.sessions.get(socket);
    if (session === undefined) throw new Error('a socket that was never opened');
    return session;
  }

  private runningOf(args: ExecutionArgs): SocketOperation {
    const found = this.running.get(args);
    if (found === undefined) throw new Error('an operation that was never started');
    return found;
  }
}
