import type { Principal } from '../../access/Principal.js';
import type { GuardedContext } from '../plugins/GuardPlugin.js';

/**
 * Finds out who sends an HTTP request, for all that stands behind it; once found, it stays so.
 * @throws LlamaHomeError of `AccessService.authenticate`
 */
export async function authenticateCaller(context: GuardedContext): Promise<Principal> {
  context.principal ??= await context.services.access.authenticate(context.authorization, context.address);
  if (context.observed !== undefined) context.observed.principal = context.principal.userId;
  return context.principal;
}
