import { createServerAdapter, type ServerAdapter, type ServerAdapterBaseObject } from '@whatwg-node/server';
import type { TrustedProxies } from '../access/TrustedProxies.js';
import type { OperationContext } from '../graphql/context.js';
import type { Rest } from '../rest/createRest.js';
import type { Services } from '../services.js';
import type { ObservedRequest } from '../telemetry/ObservedRequest.js';
import { answerGraphQL } from './answerGraphQL.js';
import { type Call, isGraphQLCall } from './Call.js';
import type { GraphQLServer } from './createGraphQL.js';
import { type HandlerContext, type IncomingCall, isUnder, readCall } from './IncomingCall.js';
import { withMiddleware } from './middleware.js';
import { onRead, onSent } from './onAnswered.js';
import { answerPage } from './pages.js';
import { restPath } from './paths.js';
import { readJson } from './readBody.js';
import { requestIdFrom } from './requestId.js';
import { routeOf } from './routeOf.js';

export type Handler = ServerAdapter<HandlerContext, ServerAdapterBaseObject<HandlerContext>>;

export interface HandlerOptions {
  services: Services;
  graphql: GraphQLServer;
  rest: Rest;
  isDraining: () => boolean;
  /** Where this server is mounted in another one, like `/llm`; empty for nowhere. */
  prefix: string;
  /** Those whose word about the caller counts. */
  proxies: TrustedProxies;
}

/** The HTTP face: every request goes through here, is observed, and is answered within the middleware. */
export function createHandler({ services, graphql, rest, isDraining, prefix, proxies }: HandlerOptions): Handler {
  const answer = withMiddleware((call) => {
    if (isGraphQLCall(call)) return answerGraphQL(call, graphql);
    return isUnder(call.path, restPath) ? answerRest(call, rest) : answerPage(call, isDraining());
  });
  return createServerAdapter<HandlerContext>(async (request, handed) => {
    const incoming = readCall(request, handed, { prefix, proxies });
    const context = contextOf(services, request, incoming);
    const { path = '' } = incoming;
    const observed = observe(context, { ...incoming, path });
    context.observed = observed;
    const end = (status: number) => observed.end(status);
    if (handed.res !== undefined) onSent(handed.res, end);
    const response = await answer({ ...incoming, services, request, path, context });
    return handed.res === undefined ? onRead(response, end) : response;
  });
}

function contextOf(services: Services, { signal }: Request, { headers, caller }: IncomingCall): OperationContext {
  return {
    services,
    requestId: requestIdFrom(headers['x-request-id']),
    authorization: headers.authorization ?? null,
    address: caller.address,
    transport: 'http',
    signal,
  };
}

function observe(
  { services, requestId, address }: OperationContext,
  { method, path, headers: { traceparent } }: Pick<Call, 'method' | 'path' | 'headers'>,
): ObservedRequest {
  return services.telemetry.request({
    requestId,
    address,
    method,
    route: routeOf(path),
    transport: isUnder(path, restPath) ? 'rest' : 'http',
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  });
}

function answerRest({ method, mount, path, query, body, request, context }: Call, rest: Rest): Promise<Response> {
  return rest(
    {
      method,
      mount,
      path: path.slice(restPath.length),
      query: new URLSearchParams(query),
      headers: request.headers,
      body: () => readJson(body),
    },
    { ...context, transport: 'rest' },
  );
}
