import { LlamaHomeError } from '../errors/index.js';

/** Bytes of bodies that are not whole yet, of one caller. */
const mostBytes = 32_000_000;

/** What one body takes of its caller's share. */
export interface BodyShare {
  /** @throws LlamaHomeError `overloaded` when the caller's unfinished bodies hold too much */
  take(bytes: number): void;
  release(): void;
}

/** Bounds what each caller's bodies take while they are on their way: many that never end would fill the memory. */
export class BodyBudget {
  private readonly held = new Map<string, number>();

  share(caller: string): BodyShare {
    let own = 0;
    const add = (bytes: number) => {
      own += bytes;
      const held = (this.held.get(caller) ?? 0) + bytes;
      if (held > 0) this.held.set(caller, held);
      else this.held.delete(caller);
      return held;
    };
    return {
      take: (bytes) => {
        if (add(bytes) <= mostBytes) return;
        throw new LlamaHomeError(
          'overloaded',
          `Your bodies that are not whole yet have more than ${mostBytes} bytes: send fewer at a time.`,
          { retry_after: 1 },
        );
      },
      release: () => void add(-own),
    };
  }
}
