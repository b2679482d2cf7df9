import type { Logger } from 'pino';
import type { LlamaHomeError } from '../errors/index.js';

/** The same trouble that comes back so soon is not told again, in ms. */
const quietMs = 60_000;

/** Whether the database is out of order now. The log is told once when that begins and once when it ends. */
export class Outage {
  private error: LlamaHomeError | undefined;
  private begunAt = 0;
  private told = new Map<string, number>();

  constructor(private readonly logger: Pick<Logger, 'warn' | 'info' | 'debug'>) {}

  /** What to tell those who come now; undefined when the database serves. */
  get current(): LlamaHomeError | undefined {
    return this.error;
  }

  /** Notes that the database failed; true when it had served until now. */
  begin(error: LlamaHomeError): boolean {
    const isNew = this.error === undefined;
    const isOther = this.error?.message !== error.message;
    if (isNew) this.begunAt = performance.now();
    this.error = error;
    if (isOther) {
      const toldAt = this.told.get(error.message);
      const level = toldAt !== undefined && performance.now() - toldAt < quietMs ? 'debug' : 'warn';
      const what =
        'What was accepted waits, new prompts are refused, and the database is tried again until it is back.';
      this.logger[level]({ err: error.cause ?? error }, `${error.message} ${what}`);
      this.told.set(error.message, performance.now());
    }
    return isNew;
  }

  /** Notes that the database has stored something again. */
  end(): void {
    if (this.error === undefined) return;
    this.error = undefined;
    const seconds = Math.ceil((performance.now() - this.begunAt) / 1000);
    this.logger.info(`the database is back after ${seconds} s, and what waited for it is stored`);
  }
}
