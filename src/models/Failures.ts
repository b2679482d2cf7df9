import type { LlamaHomeError } from '../errors/index.js';

interface Failure {
  error: LlamaHomeError;
  /** The file it failed with: another file under that name is another chance. */
  file: string;
  /** In ms, of the monotonic clock. */
  at: number;
}

/** Callers who shared one load share its failure, and come with it within this time, in ms. */
const togetherMs = 100;

/** Why models could not be fetched or loaded at the last try, until something about them changes. */
export class Failures {
  private readonly byId = new Map<string, Failure>();

  /** @param signature tells one state of a model's file from another */
  constructor(private readonly signature: (id: string) => string) {}

  /** Remembers a failure; gives false for one that is known already. */
  add(id: string, error: LlamaHomeError): boolean {
    const at = performance.now();
    const known = this.current(id);
    if (known?.error.message === error.message && at - known.at < togetherMs) return false;
    this.byId.set(id, { error, file: this.signature(id), at });
    return true;
  }

  clear(id: string): void {
    this.byId.delete(id);
  }

  /** The failure that still holds, in words for users. */
  message(id: string): string | null {
    return this.current(id)?.error.message ?? null;
  }

  /** The failure when it is younger than so many milliseconds. */
  recent(id: string, withinMs: number): LlamaHomeError | undefined {
    const failure = this.current(id);
    return failure !== undefined && performance.now() - failure.at < withinMs ? failure.error : undefined;
  }

  private current(id: string): Failure | undefined {
    const failure = this.byId.get(id);
    // Most models have none: their files need not be looked at.
    return failure !== undefined && failure.file === this.signature(id) ? failure : undefined;
  }
}
