import { createYoga, type YogaServerInstance } from 'graphql-yoga';
import type { OperationContext } from '../graphql/context.js';
import { documentCaches } from '../graphql/execution/documentCaches.js';
import { guardPlugins } from '../graphql/plugins/index.js';
import { buildSchema } from '../graphql/schema.js';
import { graphqlPath } from '../http/paths.js';
import type { Services } from '../services.js';

export type GraphQLServer = YogaServerInstance<OperationContext, Record<never, never>>;

/** The one pipeline of parse, validate, guard and execute behind HTTP, WebSocket and REST. `shutdown` ends what streams. */
export function createGraphQL(services: Services, shutdown: AbortSignal): GraphQLServer {
  return createYoga<OperationContext>({
    schema: buildSchema(),
    graphqlEndpoint: graphqlPath,
    // Bodies are read, pages served and origins checked before Yoga sees a request.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    maxRequestBodySize: false,
    maskedErrors: false,
    logging: false,
    parserAndValidationCache: documentCaches(),
    plugins: guardPlugins(services, shutdown),
  });
}
