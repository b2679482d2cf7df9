import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { accepts } from '../graphql/execution/accepts.js';
import { authenticateCaller } from '../graphql/execution/authenticateCaller.js';
import { formatErrors, toGraphQLError } from '../graphql/execution/toGraphQLError.js';
import { rateLimitExtension } from '../graphql/plugins/useRateLimit.js';
import { headersOf } from '../rest/errorResponse.js';
import { jsonResponse } from '../rest/RestRequest.js';
import type { Call } from './Call.js';
import type { GraphQLServer } from './createGraphQL.js';
import { graphiqlPage, pageHeaders } from './graphiqlPage.js';
import { graphqlPath } from './paths.js';
import { readJson } from './readBody.js';

const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const allow = methods.join(', ');
const resultTypes = ['application/graphql-response+json', 'application/json', 'text/event-stream', 'multipart/mixed'];

/** GraphQL's own media type for a caller that names it. */
function contentTypeFor(accept: string | undefined): Record<string, string> {
  const [specified = ''] = resultTypes;
  return accept?.includes(specified) ? { 'content-type': `${specified}; charset=utf-8` } : {};
}

/** What to send instead of a method that GraphQL does not take; graphql-sse's single connection begins with a PUT. */
function methodMessage(method: string): string {
  if (method !== 'PUT') return 'Send GraphQL as POST, or queries as GET.';
  return 'The single connection mode of graphql-sse is not served: create its client with singleConnection: false, or use graphql-ws.';
}

/** An error of the whole request, with the allowance of a caller who is known. */
async function errorAnswer(
  error: unknown,
  { context, services }: Call,
  { headers = {}, status }: { headers?: Record<string, string>; status?: number } = {},
): Promise<Response> {
  const { principal } = context;
  const told = toGraphQLError(error, context);
  const cause = error instanceof LlamaHomeError ? error : new LlamaHomeError('internal_error', told.message);
  const state = principal && (await services.access.rateLimit(principal).catch(() => undefined));
  const body = { errors: formatErrors([told]), extensions: state && rateLimitExtension(state) };
  return jsonResponse(body, status ?? cause.status, { ...headersOf(cause), ...headers });
}

/** Whatever was thrown before the operation began, as GraphQL tells it. */
export function graphqlFailure(error: unknown, call: Call): Promise<Response> {
  return errorAnswer(error, call, { headers: contentTypeFor(call.headers.accept) });
}

/** The catalogue has no code of its own for what HTTP calls not acceptable. */
function notAcceptable(call: Call): Promise<Response> {
  const message = `GraphQL does not answer in that media type: send the header "Accept: ${resultTypes[0]}".`;
  return errorAnswer(invalidRequest('accept', message, { allowed: resultTypes }), call, { status: 406 });
}

async function graphiql({ services: { environment } }: Call): Promise<Response> {
  if (environment.introspection) return new Response(await graphiqlPage(environment), { headers: pageHeaders });
  throw new LlamaHomeError('not_found', 'There is no page here: introspection is off.');
}

/** Answers what comes to `/graphql`: with GraphiQL for a browser, else by Yoga. */
export async function answerGraphQL(call: Call, { handleRequest, fetchAPI }: GraphQLServer): Promise<Response> {
  const { request, method, path, query, body, context } = call;
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } });
  if (!methods.includes(method)) {
    const error = new LlamaHomeError('method_not_allowed', methodMessage(method), { allowed: methods });
    return errorAnswer(error, call, { headers: { allow } });
  }
  const { headers, signal } = request;
  const accept = headers.get('accept');
  // Never an operation: a link on any page can make a browser come here.
  if (method !== 'POST' && accept?.includes('text/html')) return graphiql(call);
  // Before the body is read: a stranger learns nothing of what a request should look like.
  await authenticateCaller(context);
  if (!resultTypes.some((type) => accepts(accept, type))) return notAcceptable(call);
  // Yoga asks where a request goes, and this server may be mounted anywhere.
  const at = (init: RequestInit) =>
    new fetchAPI.Request(`http://localhost${path}${query === '' ? '' : `?${query}`}`, init);
  if (method !== 'POST') return handleRequest(at({ method: 'GET', headers, signal }), context);
  // What is no JSON never was a request of GraphQL: its status is HTTP's, whatever the answer's media type.
  context.body = await readJson(body);
  const isPlain = request.url.endsWith(graphqlPath);
  return handleRequest(isPlain ? request : at({ method, headers, signal }), context);
}
