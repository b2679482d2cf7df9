import { once } from 'node:events';
import type { WriteStream } from 'node:tty';

/** Codes that move a terminal's cursor, change its title or worse; generated text has no business with them. */
const controls = /(?![\n\t])\p{Cc}/gu;

/** Standard output for generated text: exact into files and pipes, harmless on a terminal, at the speed of who reads. */
export class TextOutput {
  private last = '\n';
  private broken = false;

  /** @param onBroken called when nobody reads any more, like `head` that has seen enough */
  constructor(
    private readonly stream: WriteStream,
    onBroken: () => void,
  ) {
    stream.on('error', () => {
      this.broken = true;
      onBroken();
    });
  }

  async write(text: string): Promise<void> {
    if (text === '' || this.broken) return;
    this.last = text;
    const shown = this.stream.isTTY ? text.replaceAll(controls, '\ufffd') : text;
    if (!this.stream.write(shown)) await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')]);
  }

  /** Ends the line that was begun, if one was. */
  endLine(): Promise<void> {
    return this.last.endsWith('\n') ? Promise.resolve() : this.write('\n');
  }
}
