import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller, TrustedProxies } from '../access/TrustedProxies.js';
import { isUnder, plainPath, splitTarget } from './paths.js';
import { fetchBody, nodeBody, type RequestBody } from './RequestBody.js';

/** What comes with a request: Node's own objects, or what the caller of a fetch-style handler knows. */
export interface HandlerContext {
  req?: IncomingMessage;
  res?: ServerResponse;
  /** The caller's address, for the limit on failed log-ins. */
  address?: string;
}

/** What a request says, whether it came through Node or to a fetch-style handler. */
export interface HttpRequest {
  /** As the standard has it; Node's headers and body are cheaper to read. */
  request: Request;
  method: string;
  /** What stands in front of `path`: where this server is mounted in another one; mostly empty. */
  mount: string;
  /** Without trailing and doubled slashes; empty when it does not lie under the mount. */
  path: string;
  /** Behind the question mark. */
  query: string;
  headers: IncomingHttpHeaders;
  /** The request as Node has it, if it comes from there. */
  incoming: IncomingMessage | undefined;
  body: RequestBody;
  caller: Caller;
}

/** Where the server is mounted, and whom it believes. */
export interface Mounting {
  /** The path that this server is known to be mounted at in another one, like `/llm`; empty for nowhere. */
  prefix: string;
  /** Those whose word about the caller counts. */
  proxies: TrustedProxies;
}

/** Express cuts off the path that a handler is mounted at, and says so. */
function cutOff(request: IncomingMessage): string {
  return 'baseUrl' in request && typeof request.baseUrl === 'string' ? request.baseUrl : '';
}

/** Reads what all routes need. */
export function readRequest(
  request: Request,
  { req, address }: HandlerContext,
  { prefix, proxies }: Mounting,
): HttpRequest {
  const { path, query } = splitTarget(req?.url ?? request.url);
  const cut = req === undefined ? '' : cutOff(req);
  const mount = prefix || cut;
  const whole = plainPath(`${cut}${path}`);
  // A standard request may have no Host header; where it goes stands in its address.
  const headers = req?.headers ?? { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
  return {
    request,
    method: req?.method ?? request.method,
    mount,
    path: isUnder(whole, mount) ? whole.slice(mount.length) || '/' : '',
    query,
    headers,
    incoming: req,
    body: req === undefined ? fetchBody(request) : nodeBody(req),
    caller: proxies.callerOf({ headers, address: address ?? req?.socket.remoteAddress ?? '' }),
  };
}
