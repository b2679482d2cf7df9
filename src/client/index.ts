/** `llamahome/client`: the client, its errors and its types. Imports nothing of the server. */
export { isFailed } from './answers.js';
export * from './error.js';
export type { OperationArguments, OperationDocument, TypedDocument } from './graphql.js';
export { type ConnectionOptions, LlamaClient, LlamaClient as APIClient } from './LlamaClient.js';
export type { ApiKey, LlamaClientOptions } from './options.js';
export { PooledClient, type PooledClientOptions } from './PooledClient.js';
export type * from './types.js';
