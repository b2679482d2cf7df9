import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { checkOrigin } from '../access/origin.js';
import { TrustedProxies } from '../access/TrustedProxies.js';
import type { Environment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import { Operations } from '../graphql/execution/Operations.js';
import { checkHost } from '../http/checkHost.js';
import { graphqlPath, plainPath } from '../http/paths.js';
import type { Services } from '../services.js';
import type { HomeLock } from '../storage/home.js';
import { createGraphQL } from './createGraphQL.js';
import { createHandler, type Handler } from './createHandler.js';
import { createServices } from './createServices.js';
import { createRoutes } from './routes.js';
import { refuseUpgrade } from './sockets/refuseUpgrade.js';
import { SocketServer } from './sockets/SocketServer.js';

export interface OpenServerOptions {
  environment: Environment;
  logger: Logger;
  /** Where it is mounted in another server, like `/llm`; default nowhere. */
  prefix?: string;
  /** Milliseconds of silence after which what streams gives a sign of life; default 10000. */
  heartbeatMs?: number | undefined;
}

/** A whole server that listens nowhere yet. */
export interface OpenServer {
  services: Services;
  lock: HomeLock;
  /** Answers HTTP. */
  handler: Handler;
  /** Takes over an `upgrade` of an HTTP server when it is one to GraphQL, and refuses it otherwise. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** No new prompts; those in flight finish within the grace period or are cancelled with a final event; other streams end. */
  drain(): Promise<void>;
  /** Tells every WebSocket client that the server goes away, and waits so many milliseconds for them to leave. */
  closeSockets(withinMs: number): Promise<void>;
  /** Ends engines and storage. */
  close(): Promise<void>;
}

/** Puts all rooms together. Throws a LlamaHomeError that says in one line why not; nothing is left open then. */
export async function openServer({
  environment,
  logger,
  prefix = '',
  heartbeatMs,
}: OpenServerOptions): Promise<OpenServer> {
  const { services, lock, close } = await createServices(environment, logger, heartbeatMs);
  let draining = false;
  const shutdown = new AbortController();
  // As many listen to it as there are streams.
  setMaxListeners(0, shutdown.signal);
  const graphql = createGraphQL(services, shutdown.signal);
  const operations = new Operations(graphql.getEnveloped);
  const sockets = new SocketServer(services, operations);
  const routes = createRoutes({ graphql, isDraining: () => draining });
  const proxies = new TrustedProxies(environment.trustProxy);
  return {
    services,
    lock,
    handler: createHandler({ services, operations, routes, prefix, proxies }),
    upgrade(request, socket, head) {
      socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
      const isGraphQL = plainPath(request.url ?? '') === prefix + graphqlPath;
      try {
        const caller = proxies.callerOf({
          headers: request.headers,
          address: request.socket.remoteAddress ?? '',
        });
        checkHost(request);
        checkOrigin(request.headers, environment, caller.forwarded);
        if (!isGraphQL) throw new LlamaHomeError('not_found', 'There is no WebSocket at this address.');
        sockets.upgrade(request, socket, head, caller.address);
      } catch (error) {
        if (!(error instanceof LlamaHomeError)) throw error;
        refuseUpgrade(request, socket, { error, isGraphQL, telemetry: services.telemetry });
      }
    },
    async drain() {
      draining = true;
      await services.prompts.drain(environment.graceMs);
      shutdown.abort();
    },
    closeSockets: (withinMs) => sockets.close(withinMs),
    close,
  };
}
