import { createServerAdapter, type ServerAdapter, type ServerAdapterBaseObject } from '@whatwg-node/server';
import { checkOrigin, corsHeaders } from '../access/origin.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { accepts } from '../graphql/accepts.js';
import type { OperationContext } from '../graphql/context.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';
import { rateLimitExtension } from '../graphql/plugins/useRateLimit.js';
import { toGraphQLError, toldErrors } from '../graphql/tellErrors.js';
import type { Rest } from '../rest/createRest.js';
import { errorResponse, headersOf, tellFailure } from '../rest/errorResponse.js';
import { jsonResponse } from '../rest/RestRequest.js';
import type { ObservedRequest } from '../telemetry/ObservedRequest.js';
import { isDigestWanted, withDigest } from './contentDigest.js';
import type { GraphQLServer } from './createGraphQL.js';
import { graphiqlPage, pageHeaders } from './graphiqlPage.js';
import { health, readiness } from './health.js';
import { type HandlerContext, type IncomingCall, isUnder, readCall } from './IncomingCall.js';
import { metricsPage } from './metricsPage.js';
import { onRead, onSent } from './onAnswered.js';
import { graphqlPath, restPath } from './paths.js';
import { readJson } from './readBody.js';
import { requestIdFrom } from './requestId.js';
import { routeOf } from './routeOf.js';
import type { Services } from './Services.js';
import { statusPage, statusPageHeaders } from './statusPage.js';

export type Handler = ServerAdapter<HandlerContext, ServerAdapterBaseObject<HandlerContext>>;

export interface HandlerOptions {
  services: Services;
  graphql: GraphQLServer;
  rest: Rest;
  isDraining: () => boolean;
  /** Where this server is mounted in another one, like `/llm`; empty for nowhere. */
  prefix: string;
}

/** A request as far as it was looked at before its route is known. */
interface Call extends IncomingCall {
  request: Request;
  path: string;
  context: GuardedContext;
}

const graphqlMethods = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const resultTypes = ['application/graphql-response+json', 'application/json', 'text/event-stream', 'multipart/mixed'];

/** GraphQL's own media type for a caller that names it. */
function contentTypeFor(accept: string | null): Record<string, string> {
  const [specified = ''] = resultTypes;
  return accept?.includes(specified) ? { 'content-type': `${specified}; charset=utf-8` } : {};
}

/** What to send instead of a method that GraphQL does not take; graphql-sse's single connection begins with a PUT. */
function methodMessage(method: string): string {
  if (method !== 'PUT') return 'Send GraphQL as POST, or queries as GET.';
  return 'The single connection mode of graphql-sse is not served: create its client with singleConnection: false, or use graphql-ws.';
}

/** An error of the whole request at /graphql, with the allowance of a caller who is known. */
async function graphqlErrorResponse(
  error: unknown,
  context: GuardedContext,
  { headers = {}, status }: { headers?: Record<string, string>; status?: number } = {},
): Promise<Response> {
  const { services, principal } = context;
  const told = toGraphQLError(error, context);
  const cause = error instanceof LlamaHomeError ? error : new LlamaHomeError('internal_error', told.message);
  const state = principal && (await services.access.rateLimit(principal).catch(() => undefined));
  const body = { errors: toldErrors([told]), extensions: state && rateLimitExtension(state) };
  return jsonResponse(body, status ?? cause.status, { ...headersOf(cause), ...headers });
}

/** The catalogue has no code of its own for what HTTP calls not acceptable. */
function notAcceptable(context: GuardedContext): Promise<Response> {
  const message = `GraphQL does not answer in that media type: send the header "Accept: ${resultTypes[0]}".`;
  return graphqlErrorResponse(invalidRequest('accept', message, { allowed: resultTypes }), context, { status: 406 });
}

/** The HTTP face: every request goes through here, and every answer leaves with `x-request-id`. */
export function createHandler({ services, graphql, rest, isDraining, prefix }: HandlerOptions): Handler {
  const { environment, logger } = services;
  const { handleRequest, fetchAPI } = graphql;

  async function answerGraphQL({ request, method, path, query, body, context }: Call): Promise<Response> {
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: graphqlMethods.join(', ') } });
    if (!graphqlMethods.includes(method)) {
      const error = new LlamaHomeError('method_not_allowed', methodMessage(method), {
        allowed: graphqlMethods,
      });
      return graphqlErrorResponse(error, context, { headers: { allow: graphqlMethods.join(', ') } });
    }
    const { headers, signal } = request;
    const accept = headers.get('accept');
    if (method !== 'POST' && accept?.includes('text/html')) {
      // Never an operation: a link on any page can make a browser come here.
      if (!environment.introspection)
        throw new LlamaHomeError('not_found', 'There is no page here: introspection is off.');
      return new Response(await graphiqlPage(environment), { headers: pageHeaders });
    }
    // Before the body is read: a stranger learns nothing of what a request should look like.
    context.principal = await services.access.authenticate(context.authorization, context.address);
    if (context.observed !== undefined) context.observed.principal = context.principal.userId;
    if (!resultTypes.some((type) => accepts(accept, type))) return notAcceptable(context);
    // Yoga asks where a request goes, and this server may be mounted anywhere.
    const at = (init: RequestInit) =>
      new fetchAPI.Request(`http://localhost${path}${query === '' ? '' : `?${query}`}`, init);
    if (method !== 'POST') return handleRequest(at({ method: 'GET', headers, signal }), context);
    // What is no JSON never was a request of GraphQL: its status is HTTP's, whatever the answer's media type.
    context.body = await readJson(body);
    const isPlain = request.url.endsWith(graphqlPath);
    return handleRequest(isPlain ? request : at({ method, headers, signal }), context);
  }

  async function answerPlain({ method, mount, path, query, body, request, context }: Call): Promise<Response> {
    if (isUnder(path, restPath)) {
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
    const pages: Record<string, () => Response | Promise<Response>> = {
      '/': () => new Response(null, { status: 302, headers: { location: graphqlPath } }),
      '/healthz': health,
      '/readyz': () => readiness(services, { draining: isDraining(), context }),
      '/metrics': () => metricsPage(services, context),
      '/status': () => new Response(statusPage(environment), { headers: statusPageHeaders }),
    };
    const page = pages[path];
    if (page === undefined) throw new LlamaHomeError('not_found', 'There is nothing at this address.');
    if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: 'GET, HEAD, OPTIONS' } });
    if (method !== 'GET' && method !== 'HEAD') {
      const error = new LlamaHomeError('method_not_allowed', `This address does not take ${method}.`, {
        allowed: ['GET'],
      });
      return errorResponse(error, { allow: 'GET, HEAD, OPTIONS' });
    }
    return page();
  }

  async function answer(call: Call): Promise<Response> {
    const isGraphQL = isUnder(call.path, graphqlPath);
    try {
      if (call.path !== '/healthz' && call.path !== '/readyz') checkOrigin(call.headers, environment);
      return await (isGraphQL ? answerGraphQL(call) : answerPlain(call));
    } catch (error) {
      call.context.observed?.failed(error instanceof LlamaHomeError ? error.code : 'internal_error');
      if (isGraphQL)
        return graphqlErrorResponse(error, call.context, {
          headers: contentTypeFor(call.request.headers.get('accept')),
        });
      const { requestId, signal } = call.context;
      return errorResponse(tellFailure(error, { logger, requestId, signal }));
    }
  }

  return createServerAdapter<HandlerContext>(async (request, handed) => {
    const call = readCall(request, handed, prefix);
    const { method, mount, headers, address, path = '' } = call;
    const context: OperationContext = {
      services,
      requestId: requestIdFrom(headers['x-request-id']),
      authorization: headers.authorization ?? null,
      address,
      transport: 'http',
      signal: request.signal,
    };
    const observed = observe(context, { method, path, traceparent: headers.traceparent });
    context.observed = observed;
    const end = (status: number) => observed.end(status);
    if (handed.res !== undefined) onSent(handed.res, end);
    const said = await answer({ ...call, request, path, context });
    const answered = isDigestWanted(headers['want-content-digest']) ? await withDigest(said) : said;
    const response = method === 'HEAD' ? await withoutBody(answered) : answered;
    const location = response.headers.get('location');
    if (location?.startsWith('/')) response.headers.set('location', `${mount}${location}`);
    response.headers.set('x-request-id', context.requestId);
    response.headers.set('x-content-type-options', 'nosniff');
    if (observed.models.length > 0) response.headers.set('x-llamahome-model', observed.models.join(', '));
    for (const [name, value] of Object.entries(corsHeaders(headers.origin, environment))) {
      response.headers.set(name, value);
    }
    return handed.res === undefined ? onRead(response, end) : response;
  });
}

function observe(
  { services, requestId, address }: OperationContext,
  { method, path, traceparent }: { method: string; path: string; traceparent: string | string[] | undefined },
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

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
}
