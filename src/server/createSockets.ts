import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionArgs, type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, type SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../access/Principal.js';
import { type ErrorCode, LlamaHomeError } from '../errors/index.js';
import { abortable } from '../graphql/execution/abortable.js';
import type { Operations, PreparedOperation } from '../graphql/execution/Operations.js';
import { formatErrors, toGraphQLError } from '../graphql/execution/toGraphQLError.js';
import type { Services } from '../services.js';
import type { ObservedRequest } from '../telemetry/ObservedRequest.js';
import { PendingSockets } from './PendingSockets.js';
import { handshakeError, refuseUpgrade } from './refuseUpgrade.js';
import { chooseSubprotocol, refuseSubprotocol } from './subprotocol.js';

export interface Sockets {
  /** Takes over an upgrade request from `address`, whose path and origin were checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void;
  /** Tells every client that the server goes away; settles when they are gone, or cuts them off after `withinMs`. */
  close(withinMs: number): Promise<void>;
}

/** What is known of a socket beside what graphql-ws keeps. */
interface Session {
  address: string;
  /** Of the handshake, for the clients that can send headers there; browsers can't. */
  authorization: string | null;
  /** Known from `connection_init` on. */
  principal: Principal | undefined;
  /** Of the handshake or `connection_init`: what operations are part of that name no other span. */
  traceparent: string | undefined;
  /** Stops waiting for the token to run out, or the key to be revoked. */
  stopWatching: () => void;
}

/** An operation between its `subscribe` message and its end. */
interface SocketOperation {
  operation: PreparedOperation;
  controller: AbortController;
}

/** Of RFC 6455's registry. */
const closeCodes = { internalError: 1011, tryAgainLater: 1013 };

const limits = {
  messageBytes: 1_000_000,
  operationsPerSocket: 100,
  initTimeoutMs: 5_000,
};

/** Only a credential that was looked at and found wanting is refused for good; clients retry what passes. */
function closeCodeOf(code: ErrorCode): number {
  if (code === 'overloaded') return closeCodes.tryAgainLater;
  return code === 'internal_error' ? closeCodes.internalError : CloseCode.Unauthorized;
}

/** A field whatever its case. */
function fieldOf(fields: object | null | undefined, wanted: string): unknown {
  return Object.entries(fields ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The authorization of `connection_init`, as a field or among `headers`; null when it names none. */
function authorizationOf(params: Record<string, unknown> | undefined): string | null {
  const headers = fieldOf(params, 'headers');
  const among = typeof headers === 'object' ? fieldOf(headers, 'authorization') : undefined;
  const value = fieldOf(params, 'authorization') ?? among;
  return typeof value === 'string' ? value : null;
}

/** The caller's span, where a message of the protocol or the handshake names it. */
function traceparentOf(params: object | null | undefined): string | undefined {
  const value: unknown = params && 'traceparent' in params ? params.traceparent : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** Notes what an operation was refused with, and gives it on. */
function refused(observed: ObservedRequest | undefined, errors: readonly GraphQLError[]): readonly GraphQLError[] {
  for (const { extensions } of errors) observed?.failed(String(extensions.code ?? 'invalid_request'));
  observed?.end();
  return errors;
}

/** What was refused before anything ran is an `error` message of the protocol, any other result a `next` message. */
async function* answersOf(result: Promise<ExecutionResult>): AsyncGenerator<ExecutionResult, void, void> {
  const answer = await result;
  const [error] = answer.errors ?? [];
  if (error !== undefined && !('data' in answer)) throw error;
  yield answer;
}

/** The graphql-transport-ws face: the same pipeline as HTTP, one Principal per socket, one AbortSignal per operation. */
export function createSockets(services: Services, operations: Operations): Sockets {
  const { access, logger, telemetry } = services;
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes });
  const sessions = new WeakMap<WebSocket, Session>();
  const running = new WeakMap<ExecutionArgs, SocketOperation>();
  const observations = new WeakMap<SubscribePayload, ObservedRequest>();
  const waiting = new PendingSockets();
  server.on('wsClientError', (error, socket, request) =>
    refuseUpgrade(request, socket, { error: handshakeError(request, error.message), isGraphQL: true, telemetry }),
  );

  /** Begins to observe an operation of a socket. */
  function observe(session: Session | undefined, requestId: string, payload?: SubscribePayload): ObservedRequest {
    const observed = telemetry.request({
      requestId,
      transport: 'ws',
      address: session?.address,
      traceparent: traceparentOf(payload?.extensions) ?? session?.traceparent,
    });
    observed.principal = session?.principal?.userId;
    return observed;
  }

  async function admit(socket: WebSocket, params: Record<string, unknown> | undefined): Promise<boolean> {
    const session = sessions.get(socket);
    if (session === undefined) return false;
    try {
      const principal = await access.authenticate(authorizationOf(params) ?? session.authorization, session.address);
      session.principal = principal;
      session.traceparent = traceparentOf(params) ?? session.traceparent;
      // It may have gone while it was authenticated.
      if (socket.readyState !== socket.OPEN) return false;
      session.stopWatching = access.watch(principal, ({ code }) => socket.close(CloseCode.Unauthorized, code));
      return true;
    } catch (error) {
      if (!(error instanceof LlamaHomeError)) logger.error({ err: error }, 'a socket could not be authenticated');
      const code = error instanceof LlamaHomeError ? error.code : 'internal_error';
      const observed = observe(session, randomUUID());
      observed.failed(code);
      observed.end();
      // Closed here, because graphql-ws answers a refusal with 4403.
      socket.close(closeCodeOf(code), code);
      return false;
    }
  }

  async function start(socket: WebSocket, payload: SubscribePayload) {
    const session = sessions.get(socket);
    const controller = new AbortController();
    const requestId = randomUUID();
    const observed = observe(session, requestId, payload);
    observations.set(payload, observed);
    const context = {
      services,
      requestId,
      observed,
      authorization: null,
      address: session?.address ?? '',
      transport: 'ws',
      signal: controller.signal,
      ...(session?.principal === undefined ? {} : { principal: session.principal }),
    } as const;
    try {
      const prepared = await operations.prepare(payload, context);
      if ('errors' in prepared) return refused(observed, prepared.errors);
      const { operation } = prepared;
      const { args } = operation;
      if (getOperationAST(args.document, args.operationName) == null) {
        // In the words of Yoga, for who asks over HTTP gets these.
        throw new LlamaHomeError('invalid_request', 'Could not determine what operation to execute.', {});
      }
      running.set(args, { operation, controller });
      return args;
    } catch (error) {
      return refused(observed, [toGraphQLError(error, context)]);
    }
  }

  function runningOf(args: ExecutionArgs): SocketOperation {
    const found = running.get(args);
    if (found === undefined) throw new Error('an operation that was never started');
    return found;
  }

  const graphql = useServer(
    {
      connectionInitWaitTimeout: limits.initTimeoutMs,
      onConnect: async ({ extra, connectionParams }) => {
        waiting.remove(extra.socket);
        return admit(extra.socket, connectionParams);
      },
      onSubscribe: ({ extra, subscriptions }, _id, payload) => {
        if (Object.keys(subscriptions).length > limits.operationsPerSocket) {
          const message = `One socket runs at most ${limits.operationsPerSocket} operations; end one, or open another socket.`;
          const error = toGraphQLError(new LlamaHomeError('overloaded', message, { retry_after: 1 }));
          return refused(observe(sessions.get(extra.socket), randomUUID(), payload), [error]);
        }
        return start(extra.socket, payload);
      },
      execute: (args) => {
        const { operation, controller } = runningOf(args);
        return abortable(answersOf(operation.execute(args)), { onLeave: () => controller.abort() });
      },
      subscribe: async (args) => {
        const result = await runningOf(args).operation.subscribe(args);
        return Symbol.asyncIterator in result ? result : answersOf(Promise.resolve(result));
      },
      onNext: (_context, _id, _payload, _args, result) =>
        result.errors === undefined ? undefined : { ...result, errors: formatErrors(result.errors) },
      onError: (_context, _id, payload, errors) => formatErrors(refused(observations.get(payload), errors)),
      onComplete: (_context, _id, payload) => observations.get(payload)?.end(),
      onClose: ({ extra }) => {
        waiting.remove(extra.socket);
        sessions.get(extra.socket)?.stopWatching();
      },
    },
    server,
  );
  server.options.handleProtocols = chooseSubprotocol;

  return {
    upgrade(request, socket, head, address) {
      server.handleUpgrade(request, socket, head, (opened) => {
        if (opened.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) return refuseSubprotocol(opened);
        waiting.add(opened, address);
        opened.once('close', telemetry.socketOpened());
        sessions.set(opened, {
          address,
          authorization: request.headers.authorization ?? null,
          principal: undefined,
          traceparent: traceparentOf(request.headers),
          stopWatching: () => undefined,
        });
        server.emit('connection', opened, request);
      });
    },
    async close(withinMs) {
      const cut = setTimeout(() => {
        for (const socket of server.clients) socket.terminate();
      }, withinMs);
      await graphql.dispose();
      clearTimeout(cut);
    },
  };
}
