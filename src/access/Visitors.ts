import type { LlamaHomeError } from '../errors/index.js';
import { tokenExpired } from './Authenticator.js';
import { onceAt } from './onceAt.js';
import type { Principal } from './Principal.js';

/** How long a key that was revoked by another process may go on with what it has open. */
const everyMs = 1000;

interface Visitor {
  principal: Principal;
  showOut: (error: LlamaHomeError) => void;
}

/** Why a Principal may no longer come in, or undefined when it still may. */
type Refusal = (principal: Principal) => Promise<LlamaHomeError | undefined>;

/**
 * Those who stay connected: who only listens on an open connection sends nothing that would be checked, so it is shown
 * out when its token runs out or its key is revoked. It keeps no process alive.
 */
export class Visitors {
  private readonly byKey = new Map<string, Set<Visitor>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly refusalOf: Refusal) {}

  /** Calls `showOut` once when the Principal's time is over; returns the way to stop that. */
  add(principal: Principal, showOut: (error: LlamaHomeError) => void): () => void {
    const { expiresAt, keyId } = principal;
    let hasLeft = false;
    const visitor: Visitor = {
      principal,
      showOut: (error) => {
        if (hasLeft) return;
        leave();
        showOut(error);
      },
    };
    const stopExpiry = expiresAt === undefined ? undefined : onceAt(expiresAt, () => visitor.showOut(tokenExpired()));
    if (keyId !== undefined) this.enter(keyId, visitor);
    const leave = () => {
      hasLeft = true;
      stopExpiry?.();
      if (keyId !== undefined) this.leave(keyId, visitor);
    };
    return leave;
  }

  /** Shows out those with this key, or with a token made with it, when it no longer counts. */
  async check(keyId: string): Promise<void> {
    // Tokens that were made with the key have an end of their own, so each is asked about; the key is read once.
    for (const { principal, showOut } of [...(this.byKey.get(keyId) ?? [])]) {
      const refusal = await this.refusalOf(principal);
      if (refusal !== undefined) showOut(refusal);
    }
  }

  private enter(keyId: string, visitor: Visitor): void {
    const same = this.byKey.get(keyId) ?? new Set();
    this.byKey.set(keyId, same.add(visitor));
    this.timer ??= this.checkLater();
  }

  private leave(keyId: string, visitor: Visitor): void {
    const same = this.byKey.get(keyId);
    same?.delete(visitor);
    if (same?.size === 0) this.byKey.delete(keyId);
  }

  /** Keys are revoked on the command line too, by a process that can tell nobody here. */
  private checkLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      for (const keyId of [...this.byKey.keys()]) await this.check(keyId);
      this.timer = this.byKey.size > 0 ? this.checkLater() : undefined;
    }, everyMs).unref();
  }
}
