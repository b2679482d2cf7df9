import type { AccessService } from '../access/AccessService.js';
import type { Principal } from '../access/Principal.js';
import { LlamaHomeError } from '../errors/index.js';

/** How long a revoked key may go on with what it has open. */
const everyMs = 1000;

/** Somebody who stays connected, and how to show it out. */
export interface Visitor {
  principal: Principal;
  close(code: string): void;
}

/**
 * Shows out those whose API key was revoked: who only listens on an open connection sends nothing that would be checked.
 * Returns the way to stop that.
 */
export function watchKeys(access: Pick<AccessService, 'stillValid'>, visitors: () => Iterable<Visitor>): () => void {
  async function refusalOf(principal: Principal): Promise<string | undefined> {
    try {
      await access.stillValid(principal);
    } catch (error) {
      // A database that can't be read for a moment revokes nothing.
      if (error instanceof LlamaHomeError && error.status === 401) return error.code;
    }
    return undefined;
  }

  async function check(): Promise<void> {
    const answers = new Map<string, Promise<string | undefined>>();
    for (const { principal, close } of visitors()) {
      const { keyId } = principal;
      if (keyId === undefined) continue;
      const answer = answers.get(keyId) ?? refusalOf(principal);
      answers.set(keyId, answer);
      const code = await answer;
      if (code !== undefined) close(code);
    }
  }

  let timer: NodeJS.Timeout;
  let stopped = false;
  const again = () => {
    timer = setTimeout(() => void check().finally(() => stopped || again()), everyMs).unref();
  };
  again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
