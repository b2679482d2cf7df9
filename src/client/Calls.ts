import type { Answer } from './Answer.js';
import { APIError } from './APIError.js';
import { readPrompt, readSubmitted, type StreamEnd } from './answers.js';
import { CircuitBreaker, isFailure } from './CircuitBreaker.js';
import { ConnectionLoss } from './ConnectionLoss.js';
import { compareWithStored } from './compareWithStored.js';
import { NotFoundError } from './errors.js';
import { Follower } from './Follower.js';
import { Http, type HttpRequest } from './Http.js';
import { hedgedRequest } from './hedgedRequest.js';
import type { Settings } from './options.js';
import { RetryHandler } from './RetryHandler.js';
import type { PromptRequest } from './requests.js';
import { Semaphore } from './Semaphore.js';
import type { FollowOptions, GenerationResult, PromptState, SubmittedPrompt } from './types.js';
import { unlessAborted } from './waiting.js';

/** A request that is given up when nothing comes for as long as the settings say. */
type TimedRequest = Omit<HttpRequest, 'silenceTimeoutMs'>;

export function promptPath(id: string): string {
  return `/api/v1/prompts/${encodeURIComponent(id)}`;
}

/** How the methods of a client reach the server: single tries, tries behind the breaker, and tries again. */
export class Calls {
  readonly http: Http;
  readonly breaker: CircuitBreaker;
  private readonly retry: RetryHandler;
  /** What goes on after its call has ended, like the cancelling of an aborted prompt. */
  private readonly background = new Set<Promise<unknown>>();

  constructor(
    private readonly settings: Settings,
    connections: { keepMs: number; poolSize: number | undefined },
  ) {
    const { endpoint, apiKey, headers, fetch } = settings;
    const { keepMs, poolSize } = connections;
    const slots = poolSize === undefined ? undefined : new Semaphore(poolSize);
    this.http = new Http({ endpoint, apiKey, headers, fetch, slots, connections: poolSize, keepAliveMs: keepMs });
    this.retry = new RetryHandler(settings);
    this.breaker = new CircuitBreaker({
      ...settings,
      isFailure: (error) => error instanceof APIError && isFailure(error),
    });
  }

  /** Tries until it succeeds or can't. */
  attempt<T>(send: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.retry.execute(() => this.breaker.execute(send), { signal });
  }

  /** A request whose answer is JSON that comes soon. */
  quick<T>(request: TimedRequest, read: (body: unknown) => T): Promise<T> {
    return this.attempt(async () => read((await this.http.json(this.timed(request))).body), request.signal);
  }

  /** A request that may take as long as it needs, and may be repeated: tries until it succeeds or can't. */
  patient<T>(
    request: TimedRequest,
    read: (answer: { body: unknown; headers: Headers }) => T,
    lost = new ConnectionLoss(),
  ): Promise<T> {
    const { signal } = request;
    const send = async (own: AbortSignal, spare: boolean) =>
      read(await lost.watch(this.http.json({ ...request, signal: own, spare, silenceTimeoutMs: 0 })));
    const check = (own: AbortSignal) => this.retry.execute(() => this.reach(own), { signal: own });
    const { timeoutMs: hedgeAfterMs } = this.settings;
    return this.attempt(() => hedgedRequest(send, { hedgeAfterMs, check, signal }), signal);
  }

  /** Connects to a stream, once. */
  openStream(request: TimedRequest): Promise<Answer> {
    return this.http.open(this.timed({ ...request, headers: { ...request.headers, accept: 'text/event-stream' } }));
  }

  prompt(id: string, signal: AbortSignal | undefined): Promise<PromptState> {
    return this.quick({ path: promptPath(id), signal }, readPrompt);
  }

  cancel(id: string, signal?: AbortSignal): Promise<PromptState> {
    return this.quick({ method: 'POST', path: `${promptPath(id)}/cancel`, body: '{}', signal }, readPrompt);
  }

  /** Submits a prompt, once. */
  async submitOnce(request: PromptRequest): Promise<SubmittedPrompt> {
    const timed = this.timed({ ...request, method: 'POST', path: '/api/v1/prompts' });
    const { body, headers } = await this.breaker.execute(() => this.http.json(timed));
    return readSubmitted(body, headers);
  }

  /** Awaits what is submitted. An abort does not reach the request itself: only its answer tells what there is to cancel. */
  accepted(submitted: Promise<SubmittedPrompt>, signal: AbortSignal | undefined): Promise<SubmittedPrompt> {
    return unlessAborted(submitted, signal).catch((error) => {
      if (signal?.aborted) this.inBackground(submitted.then(({ id }) => this.cancel(id)));
      throw error;
    });
  }

  /** @param mayBeginAnew when nobody has seen the text yet */
  follower(id: string, { after, signal }: FollowOptions, mayBeginAnew: boolean): Follower {
    const { maxReconnects } = this.settings;
    const { backoffFactor, maxDelay } = this.retry.options;
    const source = {
      open: (cursor: string | undefined) => {
        const query = cursor === undefined ? '' : `?after=${encodeURIComponent(cursor)}`;
        return this.openStream({ path: `${promptPath(id)}/stream${query}`, signal });
      },
      stored: () => this.stored(id, signal),
    };
    return new Follower(source, {
      id,
      after,
      signal,
      maxReconnects,
      backoff: { backoffFactor: backoffFactor / 2, maxDelay: Math.min(maxDelay, 8) },
      verify: this.mayBeDamaged,
      mayBeginAnew,
    });
  }

  /**
   * The result of a stream that has ended: over plain HTTP, what the server has stored, once that was found equal to what
   * came. @throws IntegrityError
   */
  async verified(text: string, end: StreamEnd, signal: AbortSignal | undefined): Promise<GenerationResult> {
    if (!this.mayBeDamaged) return { text, ...end };
    return compareWithStored({ id: end.id, stored: () => this.stored(end.id, signal), end, text, isWhole: true });
  }

  inBackground(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => this.background.delete(settled));
    this.background.add(settled);
  }

  /** Lets what goes on in the background end, then cuts everything else off. */
  async close(): Promise<void> {
    await Promise.allSettled(this.background);
    await this.http.close();
  }

  /** Rejects when the server is not there. Not behind the breaker, which may just wait for the call that asks. */
  private async reach(signal: AbortSignal): Promise<void> {
    (await this.http.open(this.timed({ path: '/healthz', signal, spare: true }))).finish();
  }

  /** TLS lets nothing damaged through; what comes without it is looked at once more. */
  private get mayBeDamaged(): boolean {
    return this.settings.endpoint.startsWith('http:');
  }

  private timed(request: TimedRequest): HttpRequest {
    return { ...request, silenceTimeoutMs: this.settings.timeoutMs };
  }

  /** A prompt as the server has stored it; undefined when it is there no more. */
  private async stored(id: string, signal: AbortSignal | undefined): Promise<PromptState | undefined> {
    try {
      return await this.prompt(id, signal);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }
}
