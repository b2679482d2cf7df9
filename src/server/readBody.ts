import { LlamaHomeError } from '../errors/index.js';
import { checkDigest } from './contentDigest.js';
import type { RequestBody } from './RequestBody.js';

/** Bytes that a request body may have. */
export const bodyLimit = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function tooLarge(): LlamaHomeError {
  return new LlamaHomeError('payload_too_large', `The body may have at most ${bodyLimit} bytes.`, { limit: bodyLimit });
}

/**
 * Reads a JSON body as text.
 * `unsupported_media_type` when it is declared as anything else, `payload_too_large` past the limit, by its length or as it comes in,
 * `invalid_request` when it is not UTF-8, or not what its `Content-Digest` says.
 */
async function readJsonText(body: RequestBody): Promise<string> {
  const mediaType = (body.contentType ?? '').split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json' && mediaType !== 'application/graphql+json') {
    throw new LlamaHomeError('unsupported_media_type', 'Send JSON, with the header "Content-Type: application/json".');
  }
  const bytes = await body.read((body.contentLength ?? 0) > bodyLimit ? 0 : bodyLimit).catch((error: unknown) => {
    throw new LlamaHomeError('cancelled', 'The request ended before its body was whole.', undefined, { cause: error });
  });
  if (bytes === undefined) throw tooLarge();
  checkDigest(body.digest, bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid UTF-8.', { field: 'body' });
  }
}

/** Reads a JSON body; `invalid_request` when it is not JSON. */
export async function readJson(body: RequestBody): Promise<unknown> {
  const text = await readJsonText(body);
  try {
    return JSON.parse(text);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid JSON.', { field: 'body' });
  }
}
