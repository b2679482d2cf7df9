import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A large page: every answer sends the same bytes, so that a thousand unread ones take no more memory than one. */
export interface StoredPage {
  plain: Uint8Array<ArrayBuffer>;
  gzipped: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

export async function storePage(html: string, headers: Record<string, string>): Promise<StoredPage> {
  const plain = Buffer.from(html);
  const gzipped = Buffer.from(await promisify(gzip)(plain));
  const etag = `"${createHash('sha256').update(plain).digest('base64url')}"`;
  return { plain, gzipped, headers: { ...headers, etag, vary: 'accept-encoding' } };
}

/** The page as a browser takes it; nothing when it has this very one. */
export function answerPage({ plain, gzipped, headers }: StoredPage, asked: IncomingHttpHeaders): Response {
  if (asked['if-none-match'] === headers.etag) return new Response(null, { status: 304, headers });
  const encoding = asked['accept-encoding'];
  const isGzip = typeof encoding === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(encoding);
  return isGzip
    ? new Response(gzipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
    : new Response(plain, { headers });
}
