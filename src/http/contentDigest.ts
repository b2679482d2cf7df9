import { createHash } from 'node:crypto';
import { LlamaHomeError } from '../errors/index.js';

/** What a `Content-Digest` header (RFC 9530) says of bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
}

/**
 * Refuses a body that is not the one its sender has digested; a header without SHA-256 says nothing.
 * @throws LlamaHomeError `invalid_request`, field `content-digest`
 */
export function checkDigest(header: string | undefined, bytes: Uint8Array): void {
  const [claimed] = /\bsha-256=:[^:]*:/.exec(header ?? '') ?? [];
  if (claimed === undefined || claimed === digestOf(bytes)) return;
  throw new LlamaHomeError('invalid_request', 'The body was damaged on its way: it is not what Content-Digest says.', {
    field: 'content-digest',
  });
}

/** Whether `Want-Content-Digest` asks for SHA-256. */
export function isDigestWanted(header: string | string[] | undefined): boolean {
  return /\bsha-256=(?!0)\d/.test(String(header ?? ''));
}

/** The answer with the digest of its body, when that is JSON; of a stream nothing is known before its end. */
export async function withDigest(response: Response): Promise<Response> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/(graphql-response\+)?json\b/.test(type)) return response;
  const body = Buffer.from(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set('content-digest', digestOf(body));
  return new Response(body, { status: response.status, headers });
}
