import type { Call } from '../http/Call.js';
import { jsonResponse } from '../http/jsonResponse.js';
import { graphqlPath, restPath } from '../http/paths.js';
import type { Route } from '../http/Route.js';
import { favicon } from '../pages/favicon.js';
import { statusPage } from '../pages/statusPage.js';
import { restRoutes } from '../rest/routes/index.js';
import { version } from '../version.js';
import type { GraphQLServer } from './createGraphQL.js';
import { graphqlRoutes } from './graphqlRoutes.js';
import { health, readiness } from './health.js';
import { metrics } from './metrics.js';

export interface RouteOptions {
  graphql: GraphQLServer;
  isDraining: () => boolean;
}

function toGraphQL(): Response {
  return new Response(null, { status: 302, headers: { location: graphqlPath } });
}

/** For programs, and people without a browser. */
function whereThingsAre({ mount }: Call): Response {
  const addresses = {
    graphql: graphqlPath,
    rest: restPath,
    documentation: `${restPath}/docs`,
    status: '/status',
    health: '/healthz',
    metrics: '/metrics',
  };
  const at = Object.entries(addresses).map(([what, path]) => [what, mount + path]);
  return jsonResponse({ name: 'LlamaHome', version, ...Object.fromEntries(at) });
}

/** Everything that the server answers over HTTP. */
export function createRoutes({ graphql, isDraining }: RouteOptions): Route[] {
  return [
    ...graphqlRoutes(graphql),
    ...restRoutes,
    { method: 'GET', path: '/', authentication: 'none', isPage: true, handle: toGraphQL },
    { method: 'GET', path: '/', authentication: 'none', handle: whereThingsAre },
    { method: 'GET', path: '/status', authentication: 'none', handle: (call) => statusPage(call.services.environment) },
    { method: 'GET', path: '/favicon.ico', authentication: 'none', handle: favicon },
    { method: 'GET', path: '/healthz', authentication: 'none', handle: health },
    { method: 'GET', path: '/readyz', authentication: 'optional', handle: (call) => readiness(call, isDraining()) },
    { method: 'GET', path: '/metrics', authentication: 'required', handle: metrics },
  ];
}
