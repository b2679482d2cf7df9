import { LlamaHomeError } from '../errors/index.js';
import { checkDigest } from './contentDigest.js';
import type { RequestBody } from './RequestBody.js';

/** Bytes that a request body may have. */
export const bodyLimit = 1_000_000;

function tooLarge(): LlamaHomeError {
  return new LlamaHomeError('payload_too_large', `The body may have at most ${bodyLimit} bytes.`, { limit: bodyLimit });
}

/**
 * Reads a JSON body as text.
 * `unsupported_media_type` when it is declared as anything else, `payload_too_large` past the limit, by its length or as it comes in,
 * `invalid_request` when it is not UTF-8, or not what its `Content-Digest` says.
 */
export async function readJsonText(body: RequestBody): Promise<string> {
  const mediaType = (body.contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json' && mediaType !== 'application/graphql+json') {
    throw new LlamaHomeError('unsupported_media_type', 'Send JSON, with the header "Content-Type: application/json".');
  }
  const chunks: Uint8Array[] = [];
  let length = (body.contentLength ?? 0) > bodyLimit ? Number.POSITIVE_INFINITY : 0;
  try {
    for await (const chunk of body.chunks()) {
      length += chunk.length;
      if (length > bodyLimit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new LlamaHomeError('cancelled', 'The request ended before its body was whole.', undefined, { cause: error });
  }
  if (length > bodyLimit) {
    // Clients read the answer when they have sent everything, so the rest is taken and dropped.
    body.drop();
    throw tooLarge();
  }
  const bytes = Buffer.concat(chunks);
  checkDigest(body.digest, bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid UTF-8.', { field: 'body' });
  }
}

/** Reads a JSON body; `invalid_request` when it is not JSON. */
export async function readJson(body: RequestBody): Promise<unknown> {
  return parseJson(await readJsonText(body));
}

/** Reads JSON; `invalid_request` when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid JSON.', { field: 'body' });
  }
}
