import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { documentCacheLimits } from '../../access/limits.js';

/** Remembers what was made of short texts, the least recently used forgotten first. Long texts are not remembered at all. */
export function shortTextCache<Value extends object>({
  entries,
  characters,
}: {
  entries: number;
  characters: number;
} = documentCacheLimits): LRUCache<string, Value> {
  return new LRUCache({
    max: entries,
    maxEntrySize: characters,
    sizeCalculation: (_, text) => Math.max(1, text.length),
  });
}

/**
 * For Yoga's option `parserAndValidationCache`. Its own caches hold a thousand documents of any length, so that clients who
 * write prompts into their documents could fill a gigabyte.
 */
export function documentCaches(): {
  documentCache: LRUCache<string, DocumentNode>;
  errorCache: LRUCache<string, object>;
} {
  return { documentCache: shortTextCache(), errorCache: shortTextCache() };
}
