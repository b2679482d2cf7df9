import type { APIError } from './APIError.js';
import { type CancelledError, ConnectionError } from './errors.js';

/** Remembers that a try of a call lost its connection: the server cancels what its caller has left. */
export class ConnectionLoss {
  private last: ConnectionError | undefined;

  async watch<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof ConnectionError) this.last = error;
      throw error;
    }
  }

  /** Why a prompt was cancelled: by the lost connection, if there was one. */
  explain(error: CancelledError): APIError {
    if (this.last === undefined) return error;
    const message =
      'The connection was lost, and with it the prompt. Use submit and follow for what must survive that.';
    return new ConnectionError(message, undefined, undefined, error.details, error.requestId, { cause: this.last });
  }
}
