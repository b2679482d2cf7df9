import type { Logger } from 'pino';
import { AccessService } from '../access/AccessService.js';
import { loadSecret } from '../access/secret.js';
import { ConfigService } from '../config/ConfigService.js';
import type { Environment } from '../config/environment.js';
import type { Engine } from '../engine/Engine.js';
import { ResponseFormatChecker } from '../engine/ResponseFormatChecker.js';
import { startEngine } from '../engine/startEngine.js';
import { ModelService } from '../models/ModelService.js';
import { PromptService } from '../prompts/PromptService.js';
import type { Services } from '../services.js';
import { type HomeLock, openHome } from '../storage/home.js';
import { ServerLock } from '../storage/ServerLock.js';
import { defaultHeartbeatMs } from '../streaming/liveBody.js';
import { ResourceMonitor } from '../telemetry/ResourceMonitor.js';
import { Telemetry } from '../telemetry/Telemetry.js';
import { knownOperations } from './knownOperations.js';
import { openStorage } from './openStorage.js';

export interface OpenServices {
  services: Services;
  lock: HomeLock;
  /** Ends engines, storage and lock, in the order that loses nothing. */
  close(): Promise<void>;
}

/** Opens every room, in the order of what needs what; when one can't be opened, those before it are closed again. */
export async function createServices(
  environment: Environment,
  logger: Logger,
  heartbeatMs = defaultHeartbeatMs,
): Promise<OpenServices> {
  const open: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of open.splice(0).reverse()) await end();
  };
  try {
    const home = await openHome(environment.home);
    const lock = await home.lock();
    open.push(() => lock.release());
    const { database } = environment;
    const serverLock = database === 'sqlite' ? undefined : await ServerLock.acquire(database, logger);
    if (serverLock !== undefined) open.push(() => serverLock.release());
    const mayWrite = () => serverLock?.isHeld ?? true;
    const storage = await openStorage({ database, home: home.path, logger, mayWrite });
    open.push(() => storage.close());
    const config = await ConfigService.open(storage.config, logger);
    open.push(() => config.close());
    const onEngine = (engine: Engine) => telemetry.watchEngine(engine);
    const models = await openModels(environment, { config, logger, home: home.path, onEngine });
    open.push(() => models.close());
    const resources = new ResourceMonitor(() => models.loadedEngines().values());
    open.push(async () => resources.close());
    const telemetry = await Telemetry.start({
      logger,
      otlpEndpoint: environment.otlpEndpoint,
      traceContent: environment.traceContent,
      resources,
      engines: () => models.loadedEngines(),
      load: () => prompts.load(),
      followers: () => prompts.followers(),
      queueLimit: environment.queue,
      knownOperations,
    });
    open.push(() => telemetry.close());
    const secret = await loadSecret({ home: home.path, secret: environment.secret });
    const access = new AccessService({
      authentication: environment.auth,
      secret,
      keys: storage.apiKeys,
      config,
      logger,
    });
    const responseFormats = new ResponseFormatChecker();
    open.push(() => responseFormats.close());
    const prompts = new PromptService({
      repository: storage.prompts,
      models,
      access,
      config,
      responseFormats,
      logger,
      queueLimit: environment.queue,
      observer: telemetry.prompts,
    });
    await prompts.recover();
    const storageFault = () => storage.check();
    const services = {
      ...{ environment, logger, config, access, models, prompts, resources, telemetry },
      ...{ storageFault, heartbeatMs },
    };
    return { services, lock, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ModelsOptions {
  config: ConfigService;
  logger: Logger;
  home: string;
  /** Called with each engine that has been started. */
  onEngine: (engine: Engine) => void;
}

async function openModels(
  environment: Environment,
  { config, logger, home, onEngine }: ModelsOptions,
): Promise<ModelService> {
  const { slots, context, threads, gpu, model } = environment;
  const engineOptions = { slots, contextLength: context, threads, gpu };
  const models = await ModelService.create({
    home,
    config,
    engineOptions,
    startEngine: async (options) => {
      const engine = await startEngine(options);
      onEngine(engine);
      return engine;
    },
    logger,
  });
  config.modelId = (name) => models.find(name)?.id;
  if (model !== undefined) {
    const { id } = await models.named(model);
    await config.setDefaultModel(id, 'LLAMAHOME_MODEL');
  }
  return models;
}
