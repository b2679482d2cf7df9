/** What `llamahome/security` offers: rate limiting with token buckets. */
export { AdvancedRateLimiter } from './AdvancedRateLimiter.js';
export { type Allowance, type RateLimitCheck, RateLimiter, type RateLimiterOptions } from './RateLimiter.js';
export { MemoryRateLimitStore, type RateLimitStore } from './RateLimitStore.js';
export { type Bucket, type BucketState, type Taken, takeFromBucket } from './tokenBucket.js';
