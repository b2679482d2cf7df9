import { LlamaHomeError } from '../errors/index.js';
import type { Principal, Scope } from './Principal.js';

/** The refusal of a Principal without a scope. */
export function permissionDenied(scope: Scope): LlamaHomeError {
  return new LlamaHomeError(
    'permission_denied',
    `This needs the scope ${scope}, which your token or key does not have.`,
    {
      required_scope: scope,
    },
  );
}

/** Throws `permission_denied` when the Principal does not have the scope. */
export function requireScope(principal: Principal, scope: Scope): void {
  if (!principal.scopes.has(scope)) throw permissionDenied(scope);
}
