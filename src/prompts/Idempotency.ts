import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import type { PromptRecord, PromptRepository } from './PromptRepository.js';

const keptMs = 24 * 3600 * 1000;
const longestKey = 255;

/** A caller's promise that two requests with the same key are one. */
export interface IdempotencyClaim {
  ownerId: string;
  key: string;
  inputHash: string;
}

/** One run per key and owner within 24 hours, also when two requests come at the same moment. */
export class Idempotency {
  private readonly underWay = new Map<string, { inputHash: string; prompts: Promise<PromptRecord[]> }>();

  constructor(private readonly repository: PromptRepository) {}

  /**
   * The prompts of an earlier request with this key, or what `create` makes: it must have stored them when it settles.
   * @throws LlamaHomeError `idempotency_mismatch` when the earlier request had another input
   */
  async once(claim: IdempotencyClaim, create: () => Promise<PromptRecord[]>): Promise<PromptRecord[]> {
    if (claim.key === '' || claim.key.length > longestKey) {
      throw invalidRequest('idempotencyKey', `idempotencyKey must have 1 to ${longestKey} characters.`);
    }
    const name = JSON.stringify([claim.ownerId, claim.key]);
    const other = this.underWay.get(name);
    if (other !== undefined) {
      mustMatch(other.inputHash, claim);
      return other.prompts;
    }
    const prompts = this.findOrCreate(claim, create);
    this.underWay.set(name, { inputHash: claim.inputHash, prompts });
    try {
      return await prompts;
    } finally {
      this.underWay.delete(name);
    }
  }

  private async findOrCreate(claim: IdempotencyClaim, create: () => Promise<PromptRecord[]>): Promise<PromptRecord[]> {
    const since = new Date(Date.now() - keptMs);
    const earlier = await this.repository.findByIdempotencyKey(claim.ownerId, claim.key, since);
    if (earlier[0] === undefined) return create();
    mustMatch(earlier[0].inputHash, claim);
    return earlier;
  }
}

function mustMatch(inputHash: string | null, claim: IdempotencyClaim): void {
  if (inputHash === claim.inputHash) return;
  throw new LlamaHomeError(
    'idempotency_mismatch',
    'This idempotency key was used for another input: use a new key for a new request.',
  );
}
