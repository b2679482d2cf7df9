import { LlamaHomeError } from '../errors/index.js';
import type { BodyShare } from './BodyBudget.js';
import type { Call } from './Call.js';
import { checkDigest } from './contentDigest.js';
import { decodeBody, decoderFor } from './decodeBody.js';
import type { RequestBody } from './RequestBody.js';

/** Bytes that a request body may have, as it is sent and when it is decoded. */
export const bodyLimit = 1_000_000;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function tooLarge(): LlamaHomeError {
  return new LlamaHomeError('payload_too_large', `The body may have at most ${bodyLimit} bytes.`, { limit: bodyLimit });
}

/**
 * Reads a JSON body as text.
 * `unsupported_media_type` when it is declared as anything else or in another charset, or encoded in a way that is not known, `payload_too_large` past
 * the limit, by its length, as it comes in or as it is decoded, `invalid_request` when it is not UTF-8, or not what its
 * `Content-Digest` or `Content-Encoding` says.
 */
async function readJsonText(body: RequestBody, share: BodyShare): Promise<string> {
  const [mediaType, ...parameters] = (body.contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (mediaType !== 'application/json' && mediaType !== 'application/graphql+json') {
    throw new LlamaHomeError('unsupported_media_type', 'Send JSON, with the header "Content-Type: application/json".');
  }
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw new LlamaHomeError('unsupported_media_type', 'Send JSON in UTF-8, and leave out "charset".');
  }
  const decoder = decoderFor(body.contentEncoding);
  const sent = await body.read((body.contentLength ?? 0) > bodyLimit ? 0 : bodyLimit, share).catch((error: unknown) => {
    if (error instanceof LlamaHomeError) throw error;
    throw new LlamaHomeError('cancelled', 'The request ended before its body was whole.', undefined, { cause: error });
  });
  if (sent === undefined) throw tooLarge();
  // The digest is one of the body as it is sent.
  checkDigest(body.digest, sent);
  const bytes = decoder === undefined ? sent : await decodeBody(sent, decoder, bodyLimit);
  if (bytes === undefined) throw tooLarge();
  try {
    return utf8.decode(bytes);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid UTF-8.', { field: 'body' });
  }
}

/** Reads the JSON body of a request; `invalid_request` when it is not JSON, `overloaded` when its caller sends too many. */
export async function readJson({ body, bodies, context }: Pick<Call, 'body' | 'bodies' | 'context'>): Promise<unknown> {
  const share = bodies.share(context.principal?.userId ?? context.address);
  const text = await readJsonText(body, share).finally(() => share.release());
  try {
    return JSON.parse(text);
  } catch {
    throw new LlamaHomeError('invalid_request', 'The body is not valid JSON.', { field: 'body' });
  }
}
