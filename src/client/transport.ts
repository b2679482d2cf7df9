/** What carries the requests: `fetch`, and how to let go of the connections it keeps. */
export interface Transport {
  fetch: typeof globalThis.fetch;
  /** Closes the connections; what still runs on them fails. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Instead of the runtime's own. */
  fetch?: typeof globalThis.fetch | undefined;
  /** Connections at most; unlimited by default. Only where the runtime lets us choose: on Node. */
  connections?: number | undefined;
  /** Milliseconds that an unused connection is kept; the server may close it earlier. */
  keepAliveMs: number;
}

interface Undici {
  fetch: typeof globalThis.fetch;
  Agent: new (options: Record<string, unknown>) => { destroy(): Promise<void> };
}

/** Node itself; Deno and Bun have `process` too, but bring a `fetch` that needs no help. */
export function isNode(): boolean {
  if ('Deno' in globalThis || 'Bun' in globalThis || !('process' in globalThis)) return false;
  return typeof globalThis.process?.versions?.node === 'string';
}

/** Loads a package on Node only: the name is not written where bundlers for browsers would follow it. */
export async function loadOnNode<Module>(name: string): Promise<Module | undefined> {
  if (!isNode()) return undefined;
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch {
    return undefined;
  }
}

/**
 * On Node, connections of our own: its built-in `fetch` gives up when an answer needs more than five minutes to begin,
 * and can't be told how many connections to keep. Anywhere else, the runtime's `fetch`.
 */
export async function createTransport({ fetch, connections, keepAliveMs }: TransportOptions): Promise<Transport> {
  const close = () => Promise.resolve();
  if (fetch !== undefined) return { fetch, close };
  const undici = await loadOnNode<Undici>('undici');
  if (undici === undefined) return { fetch: (input, init) => globalThis.fetch(input, init), close };
  const agent = new undici.Agent({
    ...(connections === undefined ? {} : { connections }),
    // How long an answer may take is decided with each request.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveMs,
  });
  return {
    fetch: (input, init) => {
      const options: RequestInit & { dispatcher: object } = { ...init, dispatcher: agent };
      return undici.fetch(input, options);
    },
    close: () => agent.destroy(),
  };
}
