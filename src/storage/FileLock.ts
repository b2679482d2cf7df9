import { setTimeout as delay } from 'node:timers/promises';
import Libsql from 'libsql';

const retryMs = 200;

/**
 * A lock between processes and within one. SQLite holds it for us as a lock of the operating system on an empty file,
 * so it is free the moment its process is gone, however that ended. A file with a process id in it can't promise that:
 * ids are used again, and mean nothing in another container.
 *
 * Nothing else may open the file: closing any handle of it in this process would drop the lock.
 */
export class FileLock implements Disposable {
  private constructor(private readonly database: Libsql.Database) {}

  /** Takes the lock, or gives undefined when another process or another holder in this one has it. */
  static tryAcquire(path: string): FileLock | undefined {
    const database = new Libsql(path, { timeout: 0 });
    try {
      database.exec('BEGIN EXCLUSIVE');
      return new FileLock(database);
    } catch (error) {
      database.close();
      if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined;
      throw error;
    }
  }

  /** Waits until the lock is free. `onWait` is called once when somebody else has it. */
  static async acquire(
    path: string,
    options: { signal?: AbortSignal | undefined; onWait?: (() => void) | undefined } = {},
  ): Promise<FileLock> {
    for (let tries = 0; ; tries++) {
      const lock = FileLock.tryAcquire(path);
      if (lock !== undefined) return lock;
      if (tries === 0) options.onWait?.();
      await delay(retryMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }

  /** Gives the lock back; doing it again changes nothing. */
  [Symbol.dispose](): void {
    if (!this.database.open) return;
    this.database.exec('ROLLBACK');
    this.database.close();
  }
}
