import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, openSync, unlinkSync } from 'node:fs';
import { commonPrefix } from './chooseSequence.js';
import type { Native } from './native.js';
import type { Holder } from './Slot.js';

/** Memory as a file system: what is written there is on no disk. */
const sharedMemory = '/dev/shm';
/** A state of fewer tokens is evaluated again: keeping it takes a part of that time from every new prompt. */
const worthKeeping = 192;

interface Entry {
  tokens: readonly number[];
  holder: Holder;
  bytes: number;
  /** An open file without a name, so that nothing is left of it when the process ends, however it ends. */
  file: number;
}

export interface Stored {
  entry: Entry;
  /** Tokens of the prompt that it holds. */
  length: number;
}

/**
 * States of sequences that had to make room, the least recently used ones dropped first to stay within `budget` bytes.
 * They are written and read through the library's own format for files; where there is no file system in memory
 * (other systems than Linux) nothing is kept.
 */
export class PrefixStore {
  /** Oldest first. */
  private entries: Entry[] = [];
  private held = 0;

  constructor(
    private readonly native: Pick<Native, 'saveState' | 'loadState'>,
    private readonly budget: number,
  ) {}

  static available(): boolean {
    return process.platform === 'linux' && existsSync(sharedMemory);
  }

  /**
   * The kept state that holds most of a prompt's beginning; the last token of a prompt is never taken from one.
   * @param usable how many tokens of a state the prompt may take over at most
   */
  find(prompt: readonly number[], usable: (holder: Holder) => number): Stored | undefined {
    let best: Stored | undefined;
    for (const entry of this.entries) {
      const length = Math.min(commonPrefix(prompt, entry.tokens), usable(entry.holder), prompt.length - 1);
      if (length > (best?.length ?? 0)) best = { entry, length };
    }
    return best;
  }

  /** Keeps what a sequence holds, unless it is short or kept already. */
  async keep(slot: number, tokens: readonly number[], holder: Holder): Promise<void> {
    if (tokens.length < worthKeeping) return;
    // What another scope holds is of no use to this one.
    const own = this.entries.filter((entry) => entry.holder.scope === holder.scope);
    if (own.some((entry) => commonPrefix(entry.tokens, tokens) === tokens.length)) return;
    const path = `${sharedMemory}/llamahome-${randomUUID()}`;
    let file: number | undefined;
    try {
      file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
      const bytes = await this.native.saveState(slot, tokens, pathOf(file));
      for (const entry of own.filter((old) => commonPrefix(old.tokens, tokens) === old.tokens.length)) this.drop(entry);
      this.entries.push({ tokens: [...tokens], holder, bytes, file });
      this.held += bytes;
      while (this.held > this.budget && this.entries[0] !== undefined) this.drop(this.entries[0]);
    } catch {
      // No room there: the state is evaluated again when it is wanted.
      if (file !== undefined) closeSync(file);
    }
  }

  /** Gives a sequence a kept state; false, and the sequence in an unknown state, when that did not work. */
  async load(entry: Entry, slot: number): Promise<boolean> {
    try {
      await this.native.loadState(slot, pathOf(entry.file));
      this.entries = [...this.entries.filter((other) => other !== entry), entry];
      return true;
    } catch {
      this.drop(entry);
      return false;
    }
  }

  /** Drops what was kept for these requests. */
  forget(ids: ReadonlySet<string>): void {
    for (const entry of this.entries.filter(({ holder }) => ids.has(holder.id))) this.drop(entry);
  }

  private drop(entry: Entry): void {
    if (!this.entries.includes(entry)) return;
    this.entries = this.entries.filter((other) => other !== entry);
    this.held -= entry.bytes;
    closeSync(entry.file);
  }
}

function pathOf(file: number): string {
  return `/proc/self/fd/${file}`;
}
