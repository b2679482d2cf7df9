/** What a program uses that runs the server in its own process, or that is a client of one. */
export * from './client/index.js';
export type { Environment } from './config/environment.js';
export { loadEnvironment } from './config/environment.js';
export { type LlamaHandler, LlamaServer, type LlamaServerOptions, type OnBehalf } from './embed/index.js';
export { type ErrorCode, errorCatalogue, LlamaHomeError } from './errors/index.js';
export { StartError } from './server/StartError.js';
export { createLogger } from './telemetry/logger.js';
export { version } from './version.js';
