import type { APIError } from './APIError.js';
import { isAsSent } from './contentDigest.js';
import { ConnectionError, TimeoutError } from './errors.js';
import { isRecord, readErrorBody, readGraphQLError, toAPIError } from './toAPIError.js';
import { unlessAborted } from './waiting.js';

export interface AnswerOptions {
  /** Of the request; aborting it cuts the connection. */
  controller: AbortController;
  /** Milliseconds that the body may pause; 0 for ever. */
  silenceTimeoutMs: number;
  /** Told once, when the connection is free again. */
  leave: () => void;
}

/** How long a body that has said all may take to end, so that its connection can be used again. */
const lastBytesMs = 1000;

/** Nothing came from the server for too long. */
export function silence(silenceTimeoutMs: number): TimeoutError {
  return new TimeoutError(`Nothing came from the server for ${silenceTimeoutMs / 1000} s.`);
}

/** An HTTP answer that has begun. */
export class Answer {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private ended = false;
  private left = false;

  constructor(
    private readonly response: Response,
    private readonly options: AnswerOptions,
  ) {
    this.reader = response.body?.getReader();
    if (this.reader === undefined) this.ended = true;
  }

  get headers(): Headers {
    return this.response.headers;
  }

  get requestId(): string | undefined {
    return this.headers.get('x-request-id') ?? undefined;
  }

  /** The next bytes, or undefined at the end. Rejects with the reason of an abort, or a ConnectionError. */
  async read(): Promise<Uint8Array | undefined> {
    const { controller, silenceTimeoutMs } = this.options;
    if (this.reader === undefined || this.ended) return undefined;
    const timer =
      silenceTimeoutMs > 0
        ? setTimeout(() => controller.abort(silence(silenceTimeoutMs)), silenceTimeoutMs)
        : undefined;
    try {
      const { done, value } = await unlessAborted(this.reader.read(), controller.signal);
      if (done) this.ended = true;
      return value;
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : broken(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The body as text. @throws ConnectionError when it is not UTF-8 */
  async *text(): AsyncGenerator<string, void, void> {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    try {
      for (let bytes = await this.read(); bytes !== undefined; bytes = await this.read()) {
        yield decoder.decode(bytes, { stream: true });
      }
      yield decoder.decode();
    } catch (error) {
      throw error instanceof TypeError ? this.unexpected('was damaged on its way', error) : error;
    }
  }

  /** The body as JSON. @throws ConnectionError `unexpected_answer` when it is not JSON, or not what the server has sent */
  async json(): Promise<unknown> {
    const whole = await this.wholeText();
    try {
      return JSON.parse(whole);
    } catch (error) {
      throw this.unexpected('is not JSON', error);
    }
  }

  private async wholeText(): Promise<string> {
    const parts: Uint8Array[] = [];
    for (let bytes = await this.read(); bytes !== undefined; bytes = await this.read()) parts.push(bytes);
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let position = 0;
    for (const part of parts) {
      whole.set(part, position);
      position += part.length;
    }
    if (!(await isAsSent(this.headers, whole))) throw this.unexpected('was damaged on its way');
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(whole);
    } catch (error) {
      throw this.unexpected('was damaged on its way', error);
    }
  }

  /** What an answer that is no success stands for, read from its body. */
  async error(): Promise<APIError> {
    const { status } = this.response;
    let text: string;
    try {
      text = await this.wholeText();
    } finally {
      this.close();
    }
    // So says an HTTP parser that could not read the request.
    if (status === 400 && text === '') return requestDamaged();
    const body = parse(text);
    const told = isRecord(body) ? (readErrorBody(body.error) ?? readGraphQLError(body.errors)) : undefined;
    if (told === undefined) return this.unexpected('is not one of a LlamaHome server');
    if (told.code === 'invalid_request' && damagedFields.has(told.details.field)) return requestDamaged();
    const seconds = Number(this.headers.get('retry-after') ?? Number.NaN);
    if (Number.isFinite(seconds)) told.details = { retry_after: seconds, ...told.details };
    return toAPIError(told, status, this.requestId);
  }

  /** An error that says what is wrong with this answer. */
  unexpected(what: string, cause?: unknown): ConnectionError {
    const { status } = this.response;
    return new ConnectionError(
      `The answer (HTTP ${status}) ${what}.`,
      'unexpected_answer',
      status,
      {},
      this.requestId,
      cause === undefined ? undefined : { cause },
    );
  }

  /** Lets go of the answer; what has not come yet is cut off, and the server sees that its client has gone. */
  close(): void {
    if (this.left) return;
    this.left = true;
    if (!this.ended) this.options.controller.abort(new ConnectionError('This answer was left.', 'connection_left'));
    this.options.leave();
  }

  /** Lets go of an answer that has said all, keeping its connection for the next request. */
  finish(): void {
    const late = setTimeout(() => this.close(), lastBytesMs);
    const rest = async () => {
      while ((await this.read()) !== undefined);
    };
    rest()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(late);
        this.close();
      });
  }
}

/** What the server says is wrong when a request is not what this client has sent. */
const damagedFields = new Set<unknown>(['content-digest', 'x-idempotency-key']);

function requestDamaged(): ConnectionError {
  return new ConnectionError('The request was damaged on its way.');
}

/** JSON, or undefined when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function broken(cause: unknown): ConnectionError {
  return new ConnectionError(
    `The connection broke before the answer was whole (${reasonOf(cause)}).`,
    'connection_failed',
    0,
    {},
    undefined,
    { cause },
  );
}

/** The shortest true word for why a connection failed: the code of the innermost error, else its message. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.message || error.name;
}
