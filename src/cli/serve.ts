import { Command } from 'commander';
import { LlamaHomeError } from '../errors/index.js';
import type { Services } from '../services.js';
import { ensureInstalled } from './pull.js';
import { environmentWith, withSettingFlags } from './settingFlags.js';

/** `llamahome serve` */
export function serveCommand(): Command {
  return withSettingFlags(new Command('serve'))
    .description(
      'serve the API; a setting without a flag here comes from its LLAMAHOME_* variable, see docs/configuration.md',
    )
    .action(serve);
}

/** Fetches the default model when it is not there. The server starts without it too: another one can be chosen then. */
async function fetchDefaultModel({ models, config, environment }: Services): Promise<void> {
  const model = models.find(config.current.modelSettings.defaultModel);
  if (model === undefined || model.state !== 'AVAILABLE') return;
  try {
    await ensureInstalled(environment.home, model.id);
  } catch (error) {
    if (!(error instanceof LlamaHomeError)) throw error;
    process.stderr.write(`${error.message}\n`);
  }
}

async function serve(flags: Record<string, string>): Promise<void> {
  const environment = environmentWith(flags);
  // Most of the program, which the other commands need not wait for.
  const { startServer } = await import('../server/startServer.js');
  const { createLogger } = await import('../telemetry/logger.js');
  const logger = createLogger(environment.log);
  const server = await startServer({ environment, logger, beforeListening: fetchDefaultModel });

  let ending = false;
  async function end(code: number): Promise<void> {
    // Who asks a second time does not want to wait.
    if (ending) process.exit(1);
    ending = true;
    logger.info(`stopping: what is in flight has ${environment.graceMs} ms; a second Ctrl-C or signal stops at once`);
    try {
      await server.stop();
    } catch (error) {
      logger.error({ err: error }, 'stopping failed');
      process.exit(1);
    }
    process.exit(code);
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(0));
  // A terminal that closes sends it more than once: by the shell and by the kernel.
  process.on('SIGHUP', () => ending || void end(0));
  process.on('unhandledRejection', (reason) => logger.error({ err: reason }, 'a promise failed and nobody looked'));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'something broke that nothing expected');
    void end(1);
  });

  if (!environment.auth) logger.warn('LLAMAHOME_AUTH=off: whoever reaches this port is the administrator');
  if (server.adminKey !== null) process.stderr.write(`The admin API key, shown only now: ${server.adminKey}\n`);
  process.stdout.write(`LlamaHome is ready at ${server.url}/graphql\n`);
}
