import { Answer, reasonOf, silence } from './Answer.js';
import { APIError } from './APIError.js';
import { refused } from './checkArguments.js';
import { proofHeaders } from './contentDigest.js';
import { ConnectionError } from './errors.js';
import type { Settings } from './options.js';
import type { Semaphore } from './Semaphore.js';
import { createTransport, type Transport, type TransportOptions } from './transport.js';
import { link, unlessAborted } from './waiting.js';

export interface HttpOptions extends TransportOptions {
  /** Without a slash at the end. */
  endpoint: string;
  apiKey: Settings['apiKey'];
  headers: Readonly<Record<string, string>>;
  slots?: Semaphore | undefined;
}

export interface HttpRequest {
  method?: 'GET' | 'POST';
  /** Behind the endpoint. */
  path: string;
  /** Sent as it is, as JSON. */
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Milliseconds within which the answer must begin, and that it may pause then. 0 waits for ever. */
  silenceTimeoutMs: number;
  /** Goes beside a pool whose connections may all be taken. */
  spare?: boolean;
}

/** Reads `apiKey` as it is sent. @throws InvalidRequestError for what can be no key */
export async function readApiKey(apiKey: Settings['apiKey']): Promise<string | undefined> {
  const given: unknown = await apiKey?.();
  const key = typeof given === 'string' ? given.trim() : given;
  if (key == null || key === '') return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]+$/.test(key)) return key;
  throw refused('apiKey', 'apiKey must be a token or an API key: printable ASCII characters without spaces.');
}

/** Sends single requests and turns everything that can go wrong into an APIError. Knows nothing of retries. */
export class Http {
  private transport: Promise<Transport> | undefined;
  private spare: Promise<Transport> | undefined;
  private readonly closing = new AbortController();

  constructor(private readonly options: HttpOptions) {}

  /** Sends a request and gives the answer once it has begun and is a success; `close()` it. */
  async open(request: HttpRequest): Promise<Answer> {
    const { signal, silenceTimeoutMs } = request;
    const controller = new AbortController();
    const unlinkCaller = link(signal, controller);
    const unlinkClient = link(this.closing.signal, controller);
    let release = () => {};
    const leave = () => {
      unlinkCaller();
      unlinkClient();
      release();
    };
    try {
      controller.signal.throwIfAborted();
      if (request.spare !== true) release = (await this.options.slots?.acquire(controller.signal)) ?? release;
      const response = await this.send(request, controller);
      const answer = new Answer(response, { controller, silenceTimeoutMs, leave });
      if (!response.ok) throw await answer.error();
      return answer;
    } catch (error) {
      leave();
      throw toClientError(error, controller.signal, this.options.endpoint);
    }
  }

  /** Sends a request and reads its answer as JSON. */
  async json(request: HttpRequest): Promise<{ body: unknown; headers: Headers }> {
    const answer = await this.open(request);
    try {
      return { body: await answer.json(), headers: answer.headers };
    } finally {
      answer.close();
    }
  }

  /** Ends everything under way and lets go of all connections; nothing can be sent any more. */
  async close(): Promise<void> {
    this.closing.abort(clientClosed());
    await Promise.all([this.transport, this.spare].map(async (transport) => (await transport)?.close()));
  }

  private transportFor({ spare }: HttpRequest): Promise<Transport> {
    if (spare !== true || this.options.connections === undefined) {
      this.transport ??= createTransport(this.options);
      return this.transport;
    }
    this.spare ??= createTransport({ ...this.options, connections: undefined });
    return this.spare;
  }

  private async send(request: HttpRequest, controller: AbortController): Promise<Response> {
    const { path, body, headers, method = 'GET', silenceTimeoutMs } = request;
    const timer =
      silenceTimeoutMs > 0
        ? setTimeout(() => controller.abort(silence(silenceTimeoutMs)), silenceTimeoutMs)
        : undefined;
    try {
      const { fetch } = await this.transportFor(request);
      const key = await unlessAborted(readApiKey(this.options.apiKey), controller.signal);
      // TLS lets nothing damaged through.
      const proof = this.options.endpoint.startsWith('http:') ? await proofHeaders(body, headers) : {};
      return await fetch(`${this.options.endpoint}${path}`, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...proof,
          ...this.options.headers,
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        // A redirected POST would arrive as a GET without its body.
        redirect: 'error',
        credentials: 'omit',
        signal: controller.signal,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What ends everything that still runs when a client is closed, and all that is asked of it afterwards. */
export function clientClosed(): ConnectionError {
  return new ConnectionError('This client was closed.', 'client_closed');
}

/** An abort's own reason, or what kept the request from being answered. */
function toClientError(error: unknown, signal: AbortSignal, endpoint: string): unknown {
  if (error instanceof APIError) return error;
  if (signal.aborted) return signal.reason;
  return new ConnectionError(
    `No answer from ${endpoint}: ${reasonOf(error)}. Is the server running there?`,
    'connection_failed',
    0,
    {},
    undefined,
    { cause: error },
  );
}
