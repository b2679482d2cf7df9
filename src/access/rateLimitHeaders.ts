import type { RateLimitState } from './AccessService.js';

/**
 * The headers of a REST answer: requests a minute, whole requests that may be made right now, and seconds until the
 * whole burst is there again, rounded up.
 */
export function rateLimitHeaders(
  { limit, remaining, resetAt }: RateLimitState,
  now = Date.now(),
): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(Math.max(0, Math.ceil((resetAt.getTime() - now) / 1000))),
  };
}
