import type { Plugin } from 'graphql-yoga';
import type { RateLimitState } from '../../access/AccessService.js';
import type { Principal } from '../../access/Principal.js';
import type { OperationContext } from '../context.js';

/** What the guard plugins add to the context of an operation. */
export interface GuardedContext extends OperationContext {
  /** Set by useAuthentication, or before it by whoever knows the caller already. */
  principal?: Principal;
  /** The caller's allowance when the operation began. Set by useRateLimit. */
  rateLimit?: RateLimitState;
}

/**
 * A plugin that works behind Yoga's HTTP handling as well as in the enveloped functions that serve WebSocket and REST.
 * Yoga has to be given the OperationContext as its server context.
 */
export type GuardPlugin = Plugin<GuardedContext, GuardedContext>;
