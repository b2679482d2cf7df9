import { LlamaHomeError } from '../errors/index.js';
import { type Call, isGraphQLCall } from '../http/Call.js';
import { allowedMethods } from '../http/RouteTable.js';

function isWellEncoded(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

function nothingAt({ path }: Call): LlamaHomeError {
  if (isWellEncoded(path)) return new LlamaHomeError('not_found', 'There is nothing at this address.');
  return new LlamaHomeError('invalid_request', 'The address is not well percent-encoded.', { field: 'path' });
}

function methodNotAllowed(call: Call, allowed: readonly string[]): LlamaHomeError {
  const { method } = call;
  // The single connection of graphql-sse begins with a PUT.
  const message =
    isGraphQLCall(call) && method === 'PUT'
      ? 'The single connection mode of graphql-sse is not served: create its client with singleConnection: false, or use graphql-ws.'
      : `This address does not take ${method}: send ${allowed.join(', ')}.`;
  return new LlamaHomeError('method_not_allowed', message, { allowed });
}

/** Hands a request to its route. @throws LlamaHomeError `not_found`, `method_not_allowed`, and what the route throws */
export async function dispatch(call: Call): Promise<Response> {
  const { found, route, method, headers } = call;
  // A page that may call here asks first, and is told by the request itself that nothing is there.
  const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
  if (found === undefined && isPreflight) return new Response(null, { status: 204 });
  if (found === undefined) throw nothingAt(call);
  if (route !== undefined) return route.handle(call);
  const allowed = allowedMethods(found.routes);
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow: allowed.join(', ') } });
  throw methodNotAllowed(call, allowed);
}
