/** A field whatever its case. */
function fieldOf(fields: object | null | undefined, wanted: string): unknown {
  return Object.entries(fields ?? {}).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** The authorization of `connection_init`, as a field or among `headers`; null when it names none. */
export function authorizationOf(params: Record<string, unknown> | undefined): string | null {
  const headers = fieldOf(params, 'headers');
  const among = typeof headers === 'object' ? fieldOf(headers, 'authorization') : undefined;
  const value = fieldOf(params, 'authorization') ?? among;
  return typeof value === 'string' ? value : null;
}

/** The caller's span, where a message of the protocol or the handshake names it. */
export function traceparentOf(params: object | null | undefined): string | undefined {
  const value: unknown = params && 'traceparent' in params ? params.traceparent : undefined;
  return typeof value === 'string' ? value : undefined;
}
