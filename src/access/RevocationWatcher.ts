import type { LlamaHomeError } from '../errors/index.js';
import { tokenExpired } from './Authenticator.js';
import type { Principal } from './Principal.js';
import { setLongTimeout } from './setLongTimeout.js';

/** How long a key that was revoked by another process may go on with what it has open. */
const everyMs = 1000;

interface Session {
  principal: Principal;
  onRevoked: (error: LlamaHomeError) => void;
}

/** Why a Principal may no longer come in, or undefined when it still may. */
type Refusal = (principal: Principal) => Promise<LlamaHomeError | undefined>;

/**
 * Ends open sessions whose right has ended: a client that only listens sends nothing that would be checked, so its session
 * is ended when its token expires or its key is revoked. It keeps no process alive.
 */
export class RevocationWatcher {
  private readonly byKey = new Map<string, Set<Session>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly refusalOf: Refusal) {}

  /** Calls `onRevoked` once when the Principal's token expires or its key is revoked; returns how to stop watching. */
  watch(principal: Principal, onRevoked: (error: LlamaHomeError) => void): () => void {
    const { expiresAt, keyId } = principal;
    let hasLeft = false;
    const session: Session = {
      principal,
      onRevoked: (error) => {
        if (hasLeft) return;
        leave();
        onRevoked(error);
      },
    };
    const stopExpiry =
      expiresAt === undefined ? undefined : setLongTimeout(expiresAt, () => session.onRevoked(tokenExpired()));
    if (keyId !== undefined) this.enter(keyId, session);
    const leave = () => {
      hasLeft = true;
      stopExpiry?.();
      if (keyId !== undefined) this.leave(keyId, session);
    };
    return leave;
  }

  /** Ends the sessions of this key, and of tokens made with it, that are no longer valid. */
  async check(keyId: string): Promise<void> {
    // Tokens that were made with the key have an end of their own, so each is asked about; the key is read once.
    for (const { principal, onRevoked } of [...(this.byKey.get(keyId) ?? [])]) {
      const refusal = await this.refusalOf(principal);
      if (refusal !== undefined) onRevoked(refusal);
    }
  }

  private enter(keyId: string, session: Session): void {
    const same = this.byKey.get(keyId) ?? new Set();
    this.byKey.set(keyId, same.add(session));
    this.timer ??= this.checkLater();
  }

  private leave(keyId: string, session: Session): void {
    const same = this.byKey.get(keyId);
    same?.delete(session);
    if (same?.size === 0) this.byKey.delete(keyId);
  }

  /** Keys are revoked on the command line too, by another process, so they are looked up again. */
  private checkLater(): NodeJS.Timeout {
    return setTimeout(async () => {
      for (const keyId of [...this.byKey.keys()]) await this.check(keyId);
      this.timer = this.byKey.size > 0 ? this.checkLater() : undefined;
    }, everyMs).unref();
  }
}
