import type { IncomingMessage } from 'node:http';
import type { BodyShare } from './BodyBudget.js';

/** The body of a request, wherever it comes from. */
export interface RequestBody {
  /** As the header says, if it does. */
  contentType: string | undefined;
  /** Bytes, as the header says, if it does. */
  contentLength: number | undefined;
  /** `Content-Encoding`, where the body comes as it was sent. */
  contentEncoding: string | undefined;
  /** `Content-Digest`, where the body comes as it was sent. */
  digest: string | undefined;
  /**
   * All of it; undefined when it has more than `limit` bytes, of which the rest is then taken and dropped. Fails when it
   * ends early, and with what `share` throws.
   */
  read(limit: number, share: BodyShare): Promise<Uint8Array | undefined>;
}

/** What a framework's body parser has left of a body that it read; undefined when nobody has read it. */
function parsedBody(request: IncomingMessage): Uint8Array | string | undefined {
  if (!request.readableEnded || !('body' in request) || request.body == null) return undefined;
  const { body } = request;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

/** By its events, because an iterator of a stream costs more than the rest of a small request. */
function readNode(request: IncomingMessage, limit: number, share: BodyShare): Promise<Uint8Array | undefined> {
  if (request.readableEnded) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const fail = () => {
      if (!request.readableEnded) reject(new Error('The request ended before its body was whole.'));
    };
    if (request.destroyed) return fail();
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      try {
        if (length <= limit) {
          share.take(chunk.length);
          chunks.push(chunk);
          return;
        }
        resolve(undefined);
      } catch (error) {
        length = Number.POSITIVE_INFINITY;
        reject(error);
      }
      // It flows on into nothing: clients read the answer when they have sent everything.
      chunks = [];
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', fail);
    request.once('close', fail);
  });
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  limit: number,
  share: BodyShare,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) return undefined;
    share.take(chunk.length);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The body of a Node request, also when a body parser in front of this server has read it already. */
export function nodeBody(request: IncomingMessage): RequestBody {
  const parsed = parsedBody(request);
  const length = request.headers['content-length'];
  const digest = request.headers['content-digest'];
  const encoding = request.headers['content-encoding'];
  // A body parser has decoded what it read.
  const isAsSent = parsed === undefined || (parsed instanceof Uint8Array && encoding === undefined);
  return {
    contentType: request.headers['content-type'],
    contentLength: length === undefined ? undefined : Number(length),
    contentEncoding: isAsSent ? encoding : undefined,
    digest: isAsSent && typeof digest === 'string' ? digest : undefined,
    read: async (limit, share) => {
      if (parsed === undefined) return readNode(request, limit, share);
      const bytes = Buffer.from(parsed);
      return bytes.length > limit ? undefined : bytes;
    },
  };
}

/** The body of a standard request. */
export function fetchBody({ headers, body }: Request): RequestBody {
  const length = headers.get('content-length');
  return {
    contentType: headers.get('content-type') ?? undefined,
    contentLength: length === null ? undefined : Number(length),
    contentEncoding: headers.get('content-encoding') ?? undefined,
    digest: headers.get('content-digest') ?? undefined,
    read: async (limit, share) => (body === null ? Buffer.alloc(0) : readStream(body, limit, share)),
  };
}
