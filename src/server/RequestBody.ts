import type { IncomingMessage } from 'node:http';

/** The body of a request, wherever it comes from. */
export interface RequestBody {
  /** As the header says, if it does. */
  contentType: string | undefined;
  /** Bytes, as the header says, if it does. */
  contentLength: number | undefined;
  /** `Content-Digest`, where the body comes as it was sent. */
  digest: string | undefined;
  chunks(): AsyncIterable<Uint8Array>;
  /** Takes and drops what has not been read. */
  drop(): void;
}

/** What a framework's body parser has left of a body that it read; undefined when nobody has read it. */
function parsedBody(request: IncomingMessage): Uint8Array | string | undefined {
  if (!request.readableEnded || !('body' in request) || request.body == null) return undefined;
  const { body } = request;
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
}

async function* only(content: Uint8Array | string): AsyncGenerator<Uint8Array> {
  yield typeof content === 'string' ? Buffer.from(content) : content;
}

/** The body of a Node request, also when a body parser in front of this server has read it already. */
export function nodeBody(request: IncomingMessage): RequestBody {
  const parsed = parsedBody(request);
  const length = request.headers['content-length'];
  const digest = request.headers['content-digest'];
  const isAsSent = parsed === undefined || parsed instanceof Uint8Array;
  return {
    contentType: request.headers['content-type'],
    contentLength: length === undefined ? undefined : Number(length),
    digest: isAsSent && typeof digest === 'string' ? digest : undefined,
    // The connection must outlive a refusal, or nobody would be told.
    chunks: () => (parsed === undefined ? request.iterator({ destroyOnReturn: false }) : only(parsed)),
    drop: () => request.resume(),
  };
}

/** The body of a standard request. */
export function fetchBody({ headers, body }: Request): RequestBody {
  const length = headers.get('content-length');
  return {
    contentType: headers.get('content-type') ?? undefined,
    contentLength: length === null ? undefined : Number(length),
    digest: headers.get('content-digest') ?? undefined,
    chunks: () => body ?? only(''),
    drop: () => undefined,
  };
}
