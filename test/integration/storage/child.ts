import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Another process that runs a piece of ESM code; the repository's built code is under `dist`. */
export class Child implements AsyncDisposable {
  readonly lines: string[] = [];
  private readonly process: ChildProcess;
  private readonly waiting = new Set<() => void>();
  private errors = '';

  constructor(code: string, args: string[] = []) {
    this.process = spawn(process.execPath, ['--input-type=module', '--eval', code, '--', ...args], {
      cwd: new URL('../../..', import.meta.url),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.process.stderr?.on('data', (chunk) => {
      this.errors += chunk;
    });
    this.process.once('close', () => this.wake());
    if (this.process.stdout === null) return;
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      this.lines.push(line);
      this.wake();
    });
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The line of standard output at this place, once it is there. */
  async line(place: number): Promise<string> {
    for (;;) {
      const line = this.lines[place];
      if (line !== undefined) return line;
      if (this.hasEnded) throw new Error(`the child ended without that line: ${this.errors}`);
      await new Promise<void>((resolve) => this.waiting.add(resolve));
    }
  }

  say(line: string): void {
    this.process.stdin?.write(`${line}\n`);
  }

  /** Resolves with the exit code when all output has been read. */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.process.kill(signal);
    if (!this.hasEnded) await once(this.process, 'close');
    return this.process.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL');
  }

  private get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
