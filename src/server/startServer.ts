import type { Logger } from 'pino';
import type { Environment } from '../config/environment.js';
import type { Services } from '../services.js';
import { createHttpServer, stopServer } from './httpServer.js';
import { listen, urlOf } from './listen.js';
import { openServer } from './openServer.js';

export interface StartOptions {
  environment: Environment;
  logger: Logger;
  /** Run when all services are there and nobody can reach them yet. */
  beforeListening?: (services: Services) => Promise<void>;
  /** Milliseconds of silence after which what streams gives a sign of life; default 10000. */
  heartbeatMs?: number;
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

/**
 * Starts everything and listens; the default model loads in the background.
 * Throws a StartError or LlamaHomeError that says in one line why not; nothing is left running then.
 */
export async function startServer({
  environment,
  logger,
  beforeListening,
  heartbeatMs,
}: StartOptions): Promise<RunningServer> {
  const open = await openServer({ environment, logger, heartbeatMs });
  const { services, lock } = open;
  const server = createHttpServer(open);
  let adminKey: string | null;
  let port: number;
  try {
    await beforeListening?.(services);
    port = await listen(server, environment);
    // Last, because a key that is made and never shown locks everybody out.
    adminKey = environment.auth ? await services.access.ensureAdminKey() : null;
  } catch (error) {
    server.close();
    server.closeAllConnections();
    await open.close();
    throw error;
  }
  const url = urlOf(environment.host, port);
  await lock.announce(url);
  loadDefaultModel(services);

  let stopping: Promise<void> | undefined;
  return {
    url,
    services,
    adminKey,
    stop: () => {
      stopping ??= stopServer(open, server);
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
