import type { AccessService } from '../../access/AccessService.js';
import type { Principal } from '../../access/Principal.js';
import type { GuardedContext, GuardPlugin } from './GuardPlugin.js';

/**
 * Puts the Principal into the context of every operation, whatever it asks for. One that is there already, because its socket
 * was authenticated, is checked again: its token may have run out, its key may have been revoked.
 * Over HTTP this comes before the document is parsed: a stranger learns nothing of the schema from errors.
 */
export function useAuthentication(access: AccessService): GuardPlugin {
  const authenticated = new WeakSet<object>();
  const principalOf = ({ principal, authorization, address }: GuardedContext): Promise<Principal> =>
    principal === undefined ? access.authenticate(authorization, address) : access.stillValid(principal);

  return {
    async onParams({ context }) {
      context.principal = await principalOf(context);
      authenticated.add(context);
    },
    async onContextBuilding({ context, extendContext }) {
      if (!authenticated.has(context)) extendContext({ principal: await principalOf(context) });
    },
  };
}
