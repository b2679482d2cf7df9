import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';

type Decoder = (bytes: Uint8Array, options: Pick<ZlibOptions, 'maxOutputLength'>) => Promise<Buffer>;

const unzip: Decoder = promisify(gunzip);
const inflateWrapped: Decoder = promisify(inflate);
const inflateBare: Decoder = promisify(inflateRaw);
const unbrotli: Decoder = promisify(brotliDecompress);

/** Whether the bytes begin with the header of RFC 1950, which some clients leave out of what they call deflate. */
function isZlib([first = 0, second = 0]: Uint8Array): boolean {
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

const decoders: Readonly<Record<string, Decoder>> = {
  gzip: unzip,
  'x-gzip': unzip,
  deflate: (bytes, options) => (isZlib(bytes) ? inflateWrapped(bytes, options) : inflateBare(bytes, options)),
  br: unbrotli,
};

/** The content encodings of request bodies, as `Accept-Encoding` lists them. */
export const bodyEncodings = ['gzip', 'deflate', 'br'] as const;

/**
 * The decoder that a `Content-Encoding` header asks for; undefined for none.
 * @throws LlamaHomeError `unsupported_media_type` for another one, or for several
 */
export function decoderFor(contentEncoding: string | undefined): Decoder | undefined {
  const name = (contentEncoding ?? '').trim().toLowerCase();
  if (name === '' || name === 'identity') return undefined;
  const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
  if (decoder !== undefined) return decoder;
  throw new LlamaHomeError(
    'unsupported_media_type',
    `Send the body as it is, or with one Content-Encoding of ${bodyEncodings.join(', ')}.`,
    { field: 'content-encoding', allowed: bodyEncodings },
  );
}

/**
 * Decodes a body; undefined when it has more than `limit` bytes then, of which no more are made.
 * @throws LlamaHomeError `invalid_request` when it is not what its `Content-Encoding` says
 */
export async function decodeBody(bytes: Uint8Array, decoder: Decoder, limit: number): Promise<Uint8Array | undefined> {
  try {
    return await decoder(bytes, { maxOutputLength: limit });
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw invalidRequest('content-encoding', 'The body is not what its Content-Encoding says, or it is incomplete.');
  }
}
