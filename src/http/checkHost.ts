import type { IncomingMessage } from 'node:http';
import { invalidRequest } from '../errors/index.js';

/**
 * Refuses a request that names two hosts, because a proxy and this server might each believe another one, or none in
 * HTTP/1.1 (RFC 9112, section 3.2).
 * @throws LlamaHomeError `invalid_request`
 */
export function checkHost({ rawHeaders, httpVersion }: Pick<IncomingMessage, 'rawHeaders' | 'httpVersion'>): void {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion !== '1.1')) return;
  throw invalidRequest('host', 'Send one Host header, neither several nor none.');
}
