import { InvalidRequestError } from './families.js';
import { inRange } from './inRange.js';

/** A token or API key, or where to get it for each request. */
export type ApiKey = string | (() => string | Promise<string>);

/** All may be left out. A number out of range is a RangeError of the constructor. */
export interface LlamaClientOptions {
  /** A token or API key, or a function that gives one for each request. Default: none, for `LLAMAHOME_AUTH=off`. */
  apiKey?: ApiKey | undefined;
  /** Where the server is, with or without `/graphql`; default `http://127.0.0.1:4000`. */
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

function readEndpoint(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new InvalidRequestError('endpoint must be an address like "http://127.0.0.1:4000".', undefined, undefined, {
      field: 'endpoint',
    });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '').replace(/\/(graphql|api\/v1)$/, '');
}

/**
 * Options with all defaults.
 * @throws InvalidRequestError for an endpoint that is no address, RangeError for a number out of range
 */
export function readOptions(options: LlamaClientOptions): Settings {
  const { apiKey } = options;
  return {
    apiKey: typeof apiKey === 'string' ? () => apiKey : apiKey,
    endpoint: readEndpoint(options.endpoint ?? 'http://127.0.0.1:4000'),
    maxRetries: options.maxRetries,
    backoffFactor: options.backoffFactor,
    maxReconnects: inRange('maxReconnects', options.maxReconnects ?? 8, { whole: true }),
    failureThreshold: options.failureThreshold ?? 10,
    resetTimeout: options.resetTimeout ?? 5,
    timeoutMs: inRange('timeoutMs', options.timeoutMs ?? 45_000, { least: 1 }),
    headers: options.headers ?? {},
    fetch: options.fetch,
    webSocketImpl: options.webSocketImpl,
  };
}
