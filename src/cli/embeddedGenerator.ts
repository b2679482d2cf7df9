import type { Environment } from '../config/environment.js';
import { Generation } from '../embed/Generation.js';
import { stopServer } from '../server/httpServer.js';
import { openServer } from '../server/openServer.js';
import { createLogger } from '../telemetry/logger.js';
import { ensureInstalled } from './pull.js';
import type { TextGenerator } from './TextGenerator.js';

/** A server of this program's own, that listens nowhere. @throws LlamaHomeError when it can't be started */
export async function embeddedGenerator(environment: Environment): Promise<TextGenerator> {
  const logger = createLogger(process.env.LLAMAHOME_LOG ? environment.log : 'warn');
  const open = await openServer({ environment, logger });
  const { models, config } = open.services;
  const generation = new Generation(open.services.prompts);
  return {
    place: 'this program',
    own: true,
    model: async (name) => {
      const {
        id,
        name: called,
        state,
        sizeBytes,
      } = await models.named(name ?? config.current.modelSettings.defaultModel);
      return { id, name: called, state, sizeBytes };
    },
    pull: async (id) => void (await ensureInstalled(environment.home, id)),
    stream: (prompt, options) => generation.stream(prompt, options),
    close: () => stopServer(open),
  };
}
