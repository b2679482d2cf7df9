import type { Operations } from '../graphql/execution/Operations.js';
import type { GuardedContext } from '../graphql/plugins/GuardPlugin.js';

/** One request to a route, read as far as all routes have in common. */
export interface RestRequest {
  operations: Operations;
  context: GuardedContext;
  /** What stands in front of `/api/v1`: where this server is mounted in another one; mostly empty. */
  mount: string;
  /** Named parts of the path, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: Headers;
  /** The JSON body. `unsupported_media_type`, `payload_too_large`, `invalid_request`. */
  body(): Promise<unknown>;
}

/** JSON as an answer. */
export function jsonResponse(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}
