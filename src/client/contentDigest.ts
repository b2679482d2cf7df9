/** SHA-256, where the runtime has it: browsers keep it from pages that came over plain HTTP from elsewhere. */
function subtle(): SubtleCrypto | undefined {
  return globalThis.crypto?.subtle;
}

/** What a `Content-Digest` header (RFC 9530) says of bytes; undefined where the runtime can't tell. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const hash = await subtle()?.digest('SHA-256', bytes);
  return hash === undefined ? undefined : `sha-256=:${btoa(String.fromCharCode(...new Uint8Array(hash)))}:`;
}

/**
 * Headers with which a request proves its body, and asks for the same of its answer. Its idempotency key stands there
 * twice: one that was damaged on its way would make a retry another prompt.
 */
export async function proofHeaders(
  body: string | undefined,
  { 'idempotency-key': key }: Record<string, string> = {},
): Promise<Record<string, string>> {
  const digest = await digestOf(new TextEncoder().encode(body ?? ''));
  return {
    ...(digest === undefined ? {} : { 'want-content-digest': 'sha-256=1' }),
    ...(digest === undefined || body === undefined ? {} : { 'content-digest': digest }),
    ...(key === undefined ? {} : { 'x-idempotency-key': key }),
  };
}

/** Whether a body is what its headers say, as far as they say anything: a proxy that compresses it makes it another one. */
export async function isAsSent(headers: Headers, body: Uint8Array<ArrayBuffer>): Promise<boolean> {
  const claimed = headers.get('content-digest');
  if (claimed === null || !/^sha-256=:[^:]*:$/.test(claimed) || headers.has('content-encoding')) return true;
  return ((await digestOf(body)) ?? claimed) === claimed;
}
