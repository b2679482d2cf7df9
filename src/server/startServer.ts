import { createServer, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkOrigin } from '../access/origin.js';
import type { Environment } from '../config/environment.js';
import { Operations } from '../graphql/Operations.js';
import { createRest } from '../rest/createRest.js';
import { createGraphQL } from './createGraphQL.js';
import { createHandler } from './createHandler.js';
import { createServices } from './createServices.js';
import { createSockets } from './createSockets.js';
import { listen, urlOf } from './listen.js';
import { graphqlPath } from './paths.js';
import type { Services } from './Services.js';

export interface StartOptions {
  environment: Environment;
  logger: Logger;
  /** Run when all services are there and nobody can reach them yet. */
  beforeListening?: (services: Services) => Promise<void>;
}

export interface RunningServer {
  /** `http://HOST:PORT` */
  url: string;
  services: Services;
  /** The administrator's key when it was made at this start, to be shown once. */
  adminKey: string | null;
  /** Drains and ends everything; calling it again changes nothing. */
  stop(): Promise<void>;
}

const timeouts = {
  /** For all headers of a request to arrive. */
  headersMs: 10_000,
  /** For a whole request to arrive. */
  requestMs: 60_000,
  /** For answers that are still being sent when the server stops. */
  lastAnswersMs: 2_000,
};

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/**
 * Starts everything and listens; the default model loads in the background.
 * Throws a StartError or LlamaHomeError that says in one line why not; nothing is left running then.
 */
export async function startServer({ environment, logger, beforeListening }: StartOptions): Promise<RunningServer> {
  const { services, lock, adminKey, close: closeServices } = await createServices(environment, logger);
  let draining = false;
  const graphql = createGraphQL(services);
  const operations = new Operations(graphql.getEnveloped);
  const sockets = createSockets(services, operations);
  const handler = createHandler({ services, graphql, rest: createRest(operations), isDraining: () => draining });
  const server = createServer(
    { headersTimeout: timeouts.headersMs, requestTimeout: timeouts.requestMs, connectionsCheckingInterval: 1000 },
    handler.requestListener,
  );

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
    if ((request.url ?? '').split('?')[0] !== graphqlPath) return refuseUpgrade(socket, '404 Not Found');
    try {
      checkOrigin(request.headers, environment);
    } catch {
      return refuseUpgrade(socket, '403 Forbidden');
    }
    sockets.upgrade(request, socket, head);
  });

  let port: number;
  try {
    await beforeListening?.(services);
    port = await listen(server, environment);
  } catch (error) {
    await closeServices();
    throw error;
  }
  const url = urlOf(environment.host, port);
  await lock.announce(url);
  loadDefaultModel(services);

  async function stop(): Promise<void> {
    draining = true;
    await services.prompts.drain(environment.graceMs);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await sockets.close(timeouts.lastAnswersMs);
    await Promise.race([closed, delay(timeouts.lastAnswersMs, undefined, { ref: false })]);
    server.closeAllConnections();
    await closed;
    await closeServices();
  }

  let stopping: Promise<void> | undefined;
  return {
    url,
    services,
    adminKey,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** A model that can't be loaded is told by every prompt and by /readyz; the server itself goes on. */
function loadDefaultModel({ models, config, logger }: Services): void {
  const name = config.current.modelSettings.defaultModel;
  models.load(name).catch((error: unknown) => {
    logger.warn(
      { reason: error instanceof Error ? error.message : String(error) },
      `the default model ${name} is not loaded`,
    );
  });
}
