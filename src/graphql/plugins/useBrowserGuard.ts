import { checkSite } from '../../access/origin.js';
import { LlamaHomeError } from '../../errors/index.js';
import type { GuardPlugin } from './GuardPlugin.js';

const acceptedTypes = ['application/json', 'application/graphql+json'];

/**
 * Refuses operations over HTTP that a page of another site can make a browser send without asking the server first:
 * forms and plain text as body (`unsupported_media_type`), and cross-site GET (`permission_denied`).
 */
export function useBrowserGuard(): GuardPlugin {
  return {
    onRequestParse({ request: { method, headers } }) {
      const mediaType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
      if (method === 'POST' && !acceptedTypes.includes(mediaType)) {
        throw new LlamaHomeError(
          'unsupported_media_type',
          'Send JSON, with the header "Content-Type: application/json".',
        );
      }
      if (!headers.has('origin')) checkSite(headers.get('sec-fetch-site'));
    },
  };
}
