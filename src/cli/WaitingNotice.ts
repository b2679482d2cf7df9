import type { TextGenerator } from './TextGenerator.js';

/** So long nothing is said: most answers have begun by then. */
const quietMs = 2000;

/** Says on a terminal what a prompt waits for, until it is ended: loading, or its turn. */
export class WaitingNotice {
  private readonly timer: NodeJS.Timeout | undefined;
  private ended = false;

  /** @param tell undefined where nobody watches */
  constructor(
    private readonly speaker: Pick<TextGenerator, 'model'>,
    private readonly model: string | undefined,
    private readonly tell: ((text: string) => void) | undefined,
  ) {
    if (tell !== undefined) this.timer = setTimeout(() => void this.say(), quietMs);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private async say(): Promise<void> {
    const found = await this.speaker.model(this.model).catch(() => undefined);
    if (this.ended) return;
    const name = found?.id ?? 'the model';
    const why =
      found?.state === 'READY' || found === undefined
        ? `${name} reads the prompt, or has other prompts before it`
        : `${name} is being loaded into memory`;
    this.tell?.(`(Waiting: ${why}.)`);
  }
}
