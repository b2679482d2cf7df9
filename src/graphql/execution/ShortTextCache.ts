import type { DocumentNode } from 'graphql';
import { documentCacheLimits } from '../../access/limits.js';

/** Remembers what was made of short texts, the least recently used forgotten first. Long texts are not remembered at all. */
export class ShortTextCache<Value> {
  private readonly values = new Map<string, Value>();

  constructor(private readonly limits: { entries: number; characters: number } = documentCacheLimits) {}

  get size(): number {
    return this.values.size;
  }

  get(text: string): Value | undefined {
    const value = this.values.get(text);
    if (value !== undefined) this.set(text, value);
    return value;
  }

  set(text: string, value: Value): void {
    if (text.length > this.limits.characters) return;
    this.values.delete(text);
    this.values.set(text, value);
    for (const oldest of this.values.keys()) {
      if (this.values.size <= this.limits.entries) return;
      this.values.delete(oldest);
    }
  }
}

/**
 * For Yoga's option `parserAndValidationCache`. Its own caches hold a thousand documents of any length, so that clients who
 * write prompts into their documents could fill a gigabyte.
 */
export function documentCaches(): { documentCache: ShortTextCache<DocumentNode>; errorCache: ShortTextCache<unknown> } {
  return { documentCache: new ShortTextCache(), errorCache: new ShortTextCache() };
}
