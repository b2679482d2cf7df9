import { once } from 'node:events';
import type { WriteStream } from 'node:tty';
import { WordWrap } from './WordWrap.js';

/** Codes that move a terminal's cursor, change its title or worse; generated text has no business with them. */
const controls = /(?![\n\t])\p{Cc}/gu;
const usualColumns = 80;

/** A text of a model or its file as a terminal may show it. */
export function harmless(text: string): string {
  return text.replaceAll(controls, '\ufffd');
}

export interface TextOutputOptions {
  /** Breaks lines at words on a terminal; default false. */
  wrap?: boolean;
}

/** Standard output for generated text: exact into files and pipes, harmless on a terminal, at the speed of who reads. */
export class TextOutput {
  private last = '\n';
  private broken = false;
  private readonly wrapping: WordWrap | undefined;

  /** @param onBroken called when nobody reads any more, like `head` that has seen enough */
  constructor(
    private readonly stream: WriteStream,
    onBroken: () => void,
    { wrap = false }: TextOutputOptions = {},
  ) {
    if (wrap && stream.isTTY) this.wrapping = new WordWrap(() => stream.columns || usualColumns);
    stream.on('error', () => {
      this.broken = true;
      onBroken();
    });
  }

  async write(text: string): Promise<void> {
    const safe = this.stream.isTTY ? harmless(text) : text;
    await this.show(this.wrapping?.push(safe) ?? safe);
  }

  /** Ends the line that was begun, if one was. */
  async endLine(): Promise<void> {
    await this.show(this.wrapping?.end() ?? '');
    if (!this.last.endsWith('\n')) await this.show('\n');
  }

  private async show(text: string): Promise<void> {
    if (text === '' || this.broken) return;
    this.last = text;
    if (!this.stream.write(text)) await Promise.race([once(this.stream, 'drain'), once(this.stream, 'close')]);
  }
}
