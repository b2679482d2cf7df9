import type { Logger } from 'pino';
import type { AccessService } from './access/AccessService.js';
import type { ConfigService } from './config/ConfigService.js';
import type { Environment } from './config/environment.js';
import type { LlamaHomeError } from './errors/index.js';
import type { ModelService } from './models/ModelService.js';
import type { PromptService } from './prompts/PromptService.js';
import type { ResourceMonitor } from './telemetry/ResourceMonitor.js';
import type { Telemetry } from './telemetry/Telemetry.js';

/** What resolvers and routes call. They hold no logic of their own. */
export interface Services {
  environment: Environment;
  logger: Logger;
  config: ConfigService;
  access: AccessService;
  models: ModelService;
  prompts: PromptService;
  resources: ResourceMonitor;
  telemetry: Telemetry;
  /** What keeps the database from serving; undefined when it serves. */
  storageFault: () => Promise<LlamaHomeError | undefined>;
  /** Milliseconds of silence after which what streams gives a sign of life. */
  heartbeatMs: number;
}
