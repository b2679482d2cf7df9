import { checkOrigin, corsHeaders } from '../access/origin.js';
import { rateLimitHeaders } from '../access/rateLimitHeaders.js';
import { LlamaHomeError } from '../errors/index.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import { type Call, isGraphQLCall, isRestCall, wantsPage } from '../http/Call.js';
import { checkHost } from '../http/checkHost.js';
import { isDigestWanted, withDigest } from '../http/contentDigest.js';
import type { Route } from '../http/Route.js';
import { errorPage } from '../pages/errorPage.js';
import { failureResponse } from '../rest/errorResponse.js';
import { graphqlErrorResponse } from './graphqlErrorResponse.js';

type Answer = (call: Call) => Promise<Response>;
/** One step around an answer; `next` is what stands inside it. */
type Middleware = (call: Call, next: Answer) => Promise<Response>;

/** Headers of every answer; a redirection leads to where this server is mounted. */
const useHeaders: Middleware = async (call, next) => {
  const response = await next(call);
  const { headers } = response;
  const location = headers.get('location');
  if (location?.startsWith('/')) headers.set('location', `${call.mount}${location}`);
  headers.set('x-request-id', call.context.requestId);
  headers.set('x-content-type-options', 'nosniff');
  const models = call.context.observed?.models ?? [];
  if (models.length > 0) headers.set('x-llamahome-model', models.join(', '));
  for (const [name, value] of Object.entries(corsHeaders(call.headers.origin, call.services.environment))) {
    headers.set(name, value);
  }
  return response;
};

/** An answer to HEAD is the one to GET without its body. */
const useHead: Middleware = async (call, next) => {
  const response = await next(call);
  if (call.method !== 'HEAD') return response;
  await response.body?.cancel();
  return new Response(null, { status: response.status, headers: response.headers });
};

/** `Content-Digest` for who asks for it. */
const useContentDigest: Middleware = async (call, next) => {
  const response = await next(call);
  return isDigestWanted(call.headers['want-content-digest']) ? withDigest(response) : response;
};

/** A person who opens an address where nothing is gets a page that leads on. */
const useErrorPage: Middleware = async (call, next) => {
  const response = await next(call);
  return response.status === 404 && wantsPage(call) ? errorPage(call, response) : response;
};

/** What a known caller of REST has left, whatever became of the request; GraphQL tells it in `extensions`. */
const useRateLimitHeaders: Middleware = async (call, next) => {
  const response = await next(call);
  if (!isRestCall(call)) return response;
  const { rateLimit, principal, services } = call.context;
  const state = rateLimit ?? (principal && (await services.access.rateLimit(principal).catch(() => undefined)));
  for (const [name, value] of Object.entries(state ? rateLimitHeaders(state) : {})) response.headers.set(name, value);
  return response;
};

/** Whatever is thrown inside is told in the form of the API that was called. */
const useErrors: Middleware = async (call, next) => {
  try {
    return await next(call);
  } catch (error) {
    if (!isGraphQLCall(call)) return failureResponse(error, call.context);
    call.context.observed?.failed(error instanceof LlamaHomeError ? error.code : 'internal_error');
    return graphqlErrorResponse(error, call);
  }
};

/** What a page on the web could send through a browser is refused; probes of health know no name of this server. */
const useOrigin: Middleware = async (call, next) => {
  if (call.incoming !== undefined) checkHost(call.incoming);
  if (call.path !== '/healthz' && call.path !== '/readyz') {
    checkOrigin(call.headers, call.services.environment, call.caller.forwarded);
  }
  return next(call);
};

/** What is asked of a caller where no route takes the request: who shows a token to an API is told whether it is good. */
function authenticationWithoutRoute(call: Call): Route['authentication'] {
  const { found, context } = call;
  const isOpen = found?.routes.every(({ authentication }) => authentication === 'none') ?? false;
  const isApi = isRestCall(call) || isGraphQLCall(call);
  return isApi && !isOpen && context.authorization !== null ? 'required' : 'none';
}

/** Finds out who calls, before anything else is looked at: a stranger learns nothing of what a request should look like. */
const useAuthentication: Middleware = async (call, next) => {
  const { route, context } = call;
  const authentication = route?.authentication ?? authenticationWithoutRoute(call);
  if (authentication === 'required') await authenticateCaller(context);
  if (authentication === 'optional') await authenticateCaller(context).catch(ignoreRefusal);
  return next(call);
};

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof LlamaHomeError)) throw error;
}

/** From the outermost to the innermost. */
const order: readonly Middleware[] = [
  useHeaders,
  useHead,
  useContentDigest,
  useErrorPage,
  useRateLimitHeaders,
  useErrors,
  useOrigin,
  useAuthentication,
];

/** The answer with all middleware around it. */
export function withMiddleware(answer: Answer): Answer {
  return order.reduceRight<Answer>((next, middleware) => (call) => middleware(call, next), answer);
}
