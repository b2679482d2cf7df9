import { refused } from './checkArguments.js';
import { environmentOf } from './environmentOf.js';
import { inRange } from './inRange.js';

/** A token or API key, or where to get it for each request. */
export type ApiKey = string | (() => string | Promise<string>);

/** All may be left out. A number out of range is a RangeError of the constructor. */
export interface LlamaClientOptions {
  /**
   * A token or API key, or a function that gives one for each request. Default: the variable `LLAMAHOME_API_KEY` where
   * there is an environment, never in browsers; else none, for `LLAMAHOME_AUTH=off`.
   */
  apiKey?: ApiKey | undefined;
  /**
   * Where the server is, with or without `/graphql`. Default: the variable `LLAMAHOME_URL` where there is an environment,
   * never in browsers; else `http://127.0.0.1:4000`.
   */
  endpoint?: string | undefined;
  /** Tries of a request after the first one; default 3. */
  maxRetries?: number | undefined;
  /** Seconds before the first retry, doubled for each further one; default 0.5. The server's `retry_after` counts more. */
  backoffFactor?: number | undefined;
  /** Connections in a row that `follow` makes without anything new coming; default 8, which bears about half a minute. */
  maxReconnects?: number | undefined;
  /** Failures of the server in a row after which requests are refused at once; default 10. */
  failureThreshold?: number | undefined;
  /** Seconds that they are refused before one may try; default 5. */
  resetTimeout?: number | undefined;
  /**
   * Milliseconds of silence after which a request that should be quick, or a stream, is given up and tried again; default
   * 45000 (a stream with nothing to say gives a sign every 15000). Batches and what `graphql` can repeat may take as long
   * as they need: they are then asked for once more, beside the first connection. A mutation that can't be repeated waits
   * as long as its signal lets it.
   */
  timeoutMs?: number | undefined;
  /** Sent with each request of HTTP; default none. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Instead of the runtime's own; how connections are kept is then its business. */
  fetch?: typeof globalThis.fetch | undefined;
  /** The class for `subscribe`; default the runtime's own, and on Node before 22 that of the package `ws`. */
  webSocketImpl?: unknown;
}

export interface Settings {
  /** A function in any case, so that nobody who logs a client logs its key. */
  apiKey: (() => string | Promise<string>) | undefined;
  endpoint: string;
  maxRetries: number | undefined;
  backoffFactor: number | undefined;
  maxReconnects: number;
  failureThreshold: number;
  resetTimeout: number;
  timeoutMs: number;
  headers: Readonly<Record<string, string>>;
  fetch: typeof globalThis.fetch | undefined;
  webSocketImpl: unknown;
}

/** @param name what the address was given as */
function readEndpoint(name: string, endpoint: string): string {
  const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw refused('endpoint', `${name} must be an address like "http://127.0.0.1:4000".`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/(graphql|api\/v1)$/, '');
}

function readHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isFine = typeof headers === 'object' && Object.values(headers).every((value) => typeof value === 'string');
  if (isFine) return headers;
  throw refused('headers', 'headers must be an object whose values are texts.');
}

/** Checks what may be left out and else has to be a function. */
function functionOf<T>(field: string, value: T | null | undefined): T | undefined {
  if (value == null || typeof value === 'function') return value ?? undefined;
  throw refused(field, `${field} must be a function.`);
}

/**
 * Options with all defaults.
 * @throws InvalidRequestError for an endpoint that is no address, RangeError for a number out of range
 */
export function readOptions(options: LlamaClientOptions): Settings {
  const apiKey = options.apiKey ?? environmentOf('LLAMAHOME_API_KEY');
  const address = environmentOf('LLAMAHOME_URL') ?? 'http://127.0.0.1:4000';
  return {
    apiKey: typeof apiKey === 'string' ? () => apiKey : functionOf('apiKey', apiKey),
    endpoint:
      options.endpoint == null ? readEndpoint('LLAMAHOME_URL', address) : readEndpoint('endpoint', options.endpoint),
    maxRetries: options.maxRetries,
    backoffFactor: options.backoffFactor,
    maxReconnects: inRange('maxReconnects', options.maxReconnects ?? 8, { whole: true }),
    failureThreshold: options.failureThreshold ?? 10,
    resetTimeout: options.resetTimeout ?? 5,
    timeoutMs: inRange('timeoutMs', options.timeoutMs ?? 45_000, { least: 1 }),
    headers: readHeaders(options.headers ?? {}),
    fetch: functionOf('fetch', options.fetch),
    webSocketImpl: options.webSocketImpl,
  };
}
