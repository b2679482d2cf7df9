import type { Environment } from '../config/environment.js';
import { isLoopbackHost } from '../config/loopback.js';
import { LlamaHomeError } from '../errors/index.js';
import type { Caller } from './TrustedProxies.js';

/** What a request says about where it comes from; Node's `request.headers` will do. */
export interface OriginHeaders {
  host?: string | undefined;
  origin?: string | undefined;
  'sec-fetch-site'?: string | string[] | undefined;
  'sec-fetch-mode'?: string | string[] | undefined;
}

/** How a trusted proxy says that this server was called. */
export type Forwarded = Caller['forwarded'];

type OriginEnvironment = Pick<Environment, 'host' | 'cors'>;

const hostPattern = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/** What programs on this machine mostly send: it needs no closer look. Of the ports those below 60,000, which all exist. */
const usualHost = /^(localhost|127\.0\.0\.1|\[::1\])(:[1-5]?\d{1,4})?$/;

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** Whether a host name or address means this machine only. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return isLoopbackHost(name) || name.endsWith('.localhost');
}

function isListed(origin: string, { cors }: OriginEnvironment): boolean {
  const wanted = urlOf(origin)?.origin;
  return wanted !== undefined && wanted !== 'null' && cors.some((listed) => urlOf(listed)?.origin === wanted);
}

function isHostOfList(host: string, { cors }: OriginEnvironment): boolean {
  return cors.some((listed) => urlOf(listed)?.host === host.toLowerCase());
}

function isSameOrigin(origin: string, host: string, forwarded: Forwarded): boolean {
  const page = urlOf(origin);
  if (forwarded?.protocol !== undefined && page?.protocol !== `${forwarded.protocol}:`) return false;
  return page !== undefined && page.host !== '' && page.host === urlOf(`${page.protocol}//${host}`)?.host;
}

function refusal(message: string, details: Record<string, string>): LlamaHomeError {
  return new LlamaHomeError('permission_denied', message, details);
}

/**
 * Refuses, with `permission_denied`, what a page on the web could send through a browser on this machine:
 * - a `Host` that is not this machine while the server listens on loopback only (DNS rebinding),
 * - an `Origin` that is neither the server's own nor one of `LLAMAHOME_CORS`,
 * - a request without `Origin` that the browser marks as another site's, other than going to a page.
 *
 * Programs send none of these headers but `Host`, and pass. Behind a trusted proxy the server's own origin is the one that the
 * proxy tells. `Host` itself stays bound to this machine then, because a page that calls itself by another name can write
 * any `X-Forwarded-Host`; a proxy that hands its own `Host` on needs that origin in `LLAMAHOME_CORS`.
 */
export function checkOrigin(headers: OriginHeaders, environment: OriginEnvironment, forwarded?: Forwarded): void {
  const { host = '', origin } = headers;
  if (!usualHost.test(host) && isLoopback(environment.host)) {
    const hostname = hostPattern.test(host) ? urlOf(`http://${host}`)?.hostname : undefined;
    if (hostname === undefined || !(isLoopback(hostname) || (forwarded && isHostOfList(host, environment)))) {
      throw refusal('This server answers to localhost only. Use http://localhost or http://127.0.0.1 with its port.', {
        host,
      });
    }
  }
  if (origin === undefined) {
    if (headers['sec-fetch-mode'] !== 'navigate') checkSite(headers['sec-fetch-site']);
  } else if (!isListed(origin, environment) && !isSameOrigin(origin, forwarded?.host ?? host, forwarded)) {
    throw refusal(`Pages of ${origin} may not call this server. Its operator can allow them with LLAMAHOME_CORS.`, {
      origin,
    });
  }
}

/** Refuses, with `permission_denied`, what a browser marks as sent by another site's page. */
export function checkSite(secFetchSite: string | string[] | null | undefined): void {
  if (secFetchSite === 'cross-site' || secFetchSite === 'same-site') {
    throw refusal('Pages of other sites may not call this server. Its operator can allow them with LLAMAHOME_CORS.', {
      site: secFetchSite,
    });
  }
}

/** The CORS headers of every answer, preflights too: they open the server to the origins of `LLAMAHOME_CORS` and to no other. */
export function corsHeaders(origin: string | null | undefined, environment: OriginEnvironment): Record<string, string> {
  if (environment.cors.length === 0) return {};
  if (origin == null || !isListed(origin, environment)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
    'access-control-allow-headers':
      'authorization, content-digest, content-encoding, content-type, idempotency-key, last-event-id, want-content-digest, x-idempotency-key, x-request-id',
    'access-control-expose-headers':
      'content-digest, content-encoding, location, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, x-llamahome-model, x-prompt-id, x-request-id',
    'access-control-max-age': '600',
  };
}
