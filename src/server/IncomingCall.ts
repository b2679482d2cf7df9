import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Caller, TrustedProxies } from '../access/TrustedProxies.js';
import { fetchBody, nodeBody, type RequestBody } from './RequestBody.js';

/** What comes with a request: Node's own objects, or what the caller of a fetch-style handler knows. */
export interface HandlerContext {
  req?: IncomingMessage;
  res?: ServerResponse;
  /** The caller's address, for the limit on failed log-ins. */
  address?: string;
}

/** What a request says, whichever kind it is. */
export interface IncomingCall {
  method: string;
  /** What stands in front of `path`: where this server is mounted in another one; mostly empty. */
  mount: string;
  /** Without trailing and doubled slashes; undefined when it does not lie under the mount. */
  path: string | undefined;
  /** Behind the question mark. */
  query: string;
  headers: IncomingHttpHeaders;
  /** The request as Node has it, if it comes from there. */
  incoming: IncomingMessage | undefined;
  body: RequestBody;
  caller: Caller;
}

/** Path and query of a request line; it is not parsed as a URL, so nothing in it can change the host. */
function target(url: string): { path: string; query: string } {
  const relative = url.replace(/^https?:\/\/[^/?#]*/i, '') || '/';
  const mark = relative.indexOf('?');
  return mark < 0 ? { path: relative, query: '' } : { path: relative.slice(0, mark), query: relative.slice(mark + 1) };
}

export function isUnder(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

/** The path of a request line without trailing and doubled slashes. */
export function plainPath(url: string): string {
  return target(url)
    .path.replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '');
}

/** Express cuts off the path that a handler is mounted at, and says so. */
function cutOff(request: IncomingMessage): string {
  return 'baseUrl' in request && typeof request.baseUrl === 'string' ? request.baseUrl : '';
}

/**
 * Reads what all routes need.
 * @param prefix the path that this server is known to be mounted at, or nothing
 * @param proxies those whose word about the caller counts
 */
export function readCall(
  request: Request,
  { req, address }: HandlerContext,
  { prefix, proxies }: { prefix: string; proxies: TrustedProxies },
): IncomingCall {
  const url = req?.url ?? request.url;
  const cut = req === undefined ? '' : cutOff(req);
  const mount = prefix || cut;
  const whole = plainPath(`${cut}${target(url).path}`);
  // A standard request may have no Host header; where it goes stands in its address.
  const headers = req?.headers ?? { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
  return {
    method: req?.method ?? request.method,
    mount,
    path: isUnder(whole, mount) ? whole.slice(mount.length) || '/' : undefined,
    query: target(url).query,
    headers,
    incoming: req,
    body: req === undefined ? fetchBody(request) : nodeBody(req),
    caller: proxies.callerOf({ headers, address: address ?? req?.socket.remoteAddress ?? '' }),
  };
}
