import type { ChatMessage } from '../Engine.js';
import { commonPrefix } from './chooseSequence.js';

/** Two contents that have no token in common: what prompts with them share is not of their contents. */
const probes = ['a', '0'] as const;

/**
 * Beginnings of prompts whose states may be reused between scopes, because they tell nothing of anybody: the tokens
 * that the chat template itself begins every prompt with, and the texts that were declared public. They are worked out
 * from the template and those texts alone, never from what was asked.
 */
export class PublicPrefixes {
  private readonly heads: number[][];
  private declared: number[][] = [];

  /** @param tokenize gives a rendered conversation as tokens; it throws for one that the template refuses */
  constructor(private readonly tokenize: (messages: ChatMessage[]) => number[]) {
    this.heads = [
      this.beginning((probe) => [{ role: 'user', content: probe }]),
      this.beginning((probe) => [
        { role: 'system', content: probe },
        { role: 'user', content: probe },
      ]),
    ];
  }

  /** Declares these system texts public, and no others any more. */
  declare(systemTexts: readonly string[]): void {
    this.declared = systemTexts.map((text) =>
      this.beginning((probe) => [
        { role: 'system', content: text },
        { role: 'user', content: probe },
      ]),
    );
  }

  /** How many of a prompt's first tokens are public. */
  lengthOf(prompt: readonly number[]): number {
    return Math.max(...[...this.heads, ...this.declared].map((prefix) => commonPrefix(prompt, prefix)));
  }

  /** The tokens that a conversation begins with whatever its probe is; none when the template refuses it. */
  private beginning(conversation: (probe: string) => ChatMessage[]): number[] {
    try {
      const [one = [], other = []] = probes.map((probe) => this.tokenize(conversation(probe)));
      return one.slice(0, commonPrefix(one, other));
    } catch {
      return [];
    }
  }
}
