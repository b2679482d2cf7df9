/**
 * The text that a follower has handed out, and how much of it has come once more when a stream had to begin anew: what
 * comes again is compared and left out.
 */
export class ReplayedText {
  /** Handed out so far. */
  text = '';
  /** How much of `text` the present stream has brought. */
  private position = 0;

  /** The present stream begins anew. */
  rewind(): void {
    this.position = 0;
  }

  /** Whether the present stream has brought everything that was handed out. */
  get caughtUp(): boolean {
    return this.position === this.text.length;
  }

  /** Forgets what the present stream has not brought again. */
  cutBack(): void {
    this.text = this.text.slice(0, this.position);
  }

  /** Takes the next piece of the stream; gives what of it is new, or undefined when it differs from what was handed out. */
  take(piece: string): string | undefined {
    const again = piece.slice(0, this.text.length - this.position);
    if (!this.text.startsWith(again, this.position)) return undefined;
    const fresh = piece.slice(again.length);
    this.position += piece.length;
    this.text += fresh;
    return fresh;
  }
}
