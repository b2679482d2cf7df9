import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { accepts } from '../graphql/execution/accepts.js';
import type { Call } from '../http/Call.js';
import { graphqlPath } from '../http/paths.js';
import type { Route } from '../http/Route.js';
import { readJson } from '../http/readBody.js';
import { graphiqlPage } from '../pages/graphiqlPage.js';
import type { GraphQLServer } from './createGraphQL.js';
import { graphqlErrorResponse, graphqlResultTypes } from './graphqlErrorResponse.js';

function graphiql({ headers, services: { environment } }: Call): Promise<Response> {
  if (environment.introspection) return graphiqlPage(headers, environment);
  throw new LlamaHomeError('not_found', 'There is no page here: introspection is off.');
}

/** The catalogue has no code of its own for what HTTP calls not acceptable. */
function notAcceptable(call: Call): Promise<Response> {
  const allowed = graphqlResultTypes;
  const message = `GraphQL does not answer in that media type: send the header "Accept: ${allowed[0]}".`;
  return graphqlErrorResponse(invalidRequest('accept', message, { allowed }), call, { status: 406 });
}

/** Yoga takes it for a fault of its own when these are no JSON. */
function checkParameters(query: string): void {
  const parameters = new URLSearchParams(query);
  for (const field of ['variables', 'extensions']) {
    const value = parameters.get(field);
    if (value === null || value === '' || isJsonObject(value)) continue;
    throw invalidRequest(field, `The parameter ${field} must be a JSON object.`);
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** Hands an operation to Yoga; its body is read here. */
async function execute(call: Call, { handleRequest, fetchAPI }: GraphQLServer): Promise<Response> {
  const { request, method, path, query, context } = call;
  const { headers, signal } = request;
  if (!graphqlResultTypes.some((type) => accepts(headers.get('accept'), type))) return notAcceptable(call);
  // Yoga asks where a request goes, and this server may be mounted anywhere.
  const at = (init: RequestInit) =>
    new fetchAPI.Request(`http://localhost${path}${query === '' ? '' : `?${query}`}`, init);
  if (method !== 'POST') checkParameters(query);
  if (method !== 'POST') return handleRequest(at({ method: 'GET', headers, signal }), context);
  // What is no JSON never was a request of GraphQL: its status is HTTP's, whatever the answer's media type.
  context.body = await readJson(call);
  const isPlain = request.url.endsWith(graphqlPath);
  return handleRequest(isPlain ? request : at({ method, headers, signal }), context);
}

/** `/graphql`: GraphiQL for a browser that opens it, else operations. */
export function graphqlRoutes(server: GraphQLServer): Route[] {
  const handle = (call: Call) => execute(call, server);
  return [
    // Never an operation: a link on any page can make a browser come here.
    { method: 'GET', path: graphqlPath, authentication: 'none', isPage: true, handle: graphiql },
    { method: 'GET', path: graphqlPath, authentication: 'required', handle },
    { method: 'POST', path: graphqlPath, authentication: 'required', handle },
  ];
}
