import { readBatch, readConfig, readModel, readModels } from './answers.js';
import { Calls } from './Calls.js';
import { CancelledError, ConnectionError, IntegrityError } from './families.js';
import { dataOf, documentText, isRepeatable, type OperationArguments, type OperationDocument } from './graphql.js';
import { inRange } from './inRange.js';
import { LostConnections } from './LostConnections.js';
import { type LlamaClientOptions, readOptions, type Settings } from './options.js';
import { isRetryable, RetryHandler } from './RetryHandler.js';
import { batchRequest, configRequest, promptRequest } from './requests.js';
import { Subscriptions } from './Subscriptions.js';
import { startStream, streamText } from './streamText.js';
import type {
  BatchedPrompt,
  BatchItem,
  BatchOptions,
  CallOptions,
  Config,
  ConfigChange,
  FollowChunk,
  FollowOptions,
  GenerationResult,
  ModelInfo,
  ModelSummary,
  PromptOptions,
  PromptState,
  PromptText,
  StreamOptions,
  SubmittedPrompt,
  TextChunk,
} from './types.js';

/** How connections are kept; sessions and pools set it. */
export interface ConnectionOptions {
  /** Milliseconds that an unused connection is kept; default 4000, and a WebSocket not at all. */
  keepMs?: number | undefined;
  /** Connections, and requests at once, at most; default unlimited. */
  poolSize?: number | undefined;
}

/** For sessions and pools. */
export const keptMs = 60_000;

/**
 * A client of a LlamaHome server, for browsers, Node, Deno and Bun.
 *
 *     const client = new LlamaClient({ apiKey: 'lh_…' });
 *     const { text } = await client.processPrompt('Say hello.', { maxTokens: 20 });
 *     for await (const chunk of client.streamResponse('Tell me a story.')) console.log(chunk.text);
 *
 * Every method throws an APIError: AuthenticationError, PermissionError, InvalidRequestError, RateLimitError and the
 * other families, or a ConnectionError when the server could not be reached. What may pass by itself is tried again
 * `maxRetries` times before it is thrown; all tries of a call carry one idempotency key, so that none runs twice. An
 * aborted call rejects with the reason of its signal. Over plain HTTP, requests and answers carry their Content-Digest and
 * texts that come as a stream are compared with the stored ones, so that nothing damaged passes for whole.
 */
export class LlamaClient {
  /** Out of sight of whoever logs a client: the key is in it. */
  readonly #options: LlamaClientOptions;
  private readonly settings: Settings;
  private readonly calls: Calls;
  private readonly subscriptions: Subscriptions;

  /**
   * @param options the API key alone will do
   * @throws InvalidRequestError for an endpoint that is no address, RangeError for a number out of range
   */
  constructor(
    options: LlamaClientOptions | string = {},
    private readonly connections: ConnectionOptions = {},
  ) {
    this.#options = typeof options === 'string' ? { apiKey: options } : options;
    this.settings = readOptions(this.#options);
    const { endpoint, apiKey, webSocketImpl, timeoutMs } = this.settings;
    const { keepMs, poolSize } = connections;
    this.calls = new Calls(this.settings, { keepMs: keepMs ?? 4000, poolSize });
    this.subscriptions = new Subscriptions({
      endpoint,
      apiKey,
      webSocketImpl,
      keepMs: keepMs ?? 0,
      patienceMs: timeoutMs,
    });
  }

  /**
   * Generates a text and waits for it. The prompt is submitted and followed, so that a lost connection or a restart of
   * the server costs nothing; an abort cancels it. A program that dies leaves it to run to its end.
   * @throws CancelledError when somebody cancels it, DeadlineExceededError past `deadlineMs`, and what every method throws
   */
  async processPrompt(prompt: PromptText, options: PromptOptions = {}): Promise<GenerationResult> {
    const { signal } = options;
    const request = promptRequest(prompt, options);
    let lost: unknown;
    // A follower has made its own tries: what it could not mend is not worth another round.
    const shouldRetry = (error: unknown) => error !== lost && (isRetryable(error) || error instanceof IntegrityError);
    return new RetryHandler({ ...this.settings, shouldRetry }).execute(
      async () => {
        const { id } = await this.calls.accepted(this.calls.submitOnce(request), signal);
        try {
          return await this.wholeText(id, signal);
        } catch (error) {
          if (signal?.aborted) this.calls.inBackground(this.calls.cancel(id));
          if (error instanceof ConnectionError) lost = error;
          throw error;
        }
      },
      { signal },
    );
  }

  /** The short name of `processPrompt`. */
  process(prompt: PromptText, options: PromptOptions = {}): Promise<GenerationResult> {
    return this.processPrompt(prompt, options);
  }

  /**
   * Generates a text and gives it as it comes; the generator's return value is the whole result. Leaving the loop, an
   * abort or the end of this program cancels the prompt; so does a lost connection, which throws a ConnectionError once
   * some text has come. What must survive that is for `submit` and `follow`.
   * @throws CancelledError when somebody cancels it, RestartedError when it had to run again after some text had come,
   * IntegrityError at its end when it was damaged on its way, RangeError for `chunkSize`, and what every method throws
   */
  async *streamResponse(
    prompt: PromptText,
    options: StreamOptions = {},
  ): AsyncGenerator<TextChunk, GenerationResult, void> {
    const { signal } = options;
    const chunkSize = inRange('chunkSize', options.chunkSize ?? 1, { least: 1, whole: true });
    const lost = new LostConnections();
    const request = promptRequest(prompt, options);
    const open = async () =>
      startStream(await this.calls.openStream({ ...request, method: 'POST', path: '/api/v1/stream', signal }));
    const stream = await this.calls.attempt(() => lost.watch(open()), signal);
    try {
      return yield* streamText(stream, chunkSize, (text, end) => this.calls.verified(text, end, signal));
    } catch (error) {
      throw error instanceof CancelledError ? lost.explain(error) : error;
    }
  }

  /**
   * Generates several texts, decoded together, and waits for all. The results are in the order of the prompts; an item
   * that failed is an APIError in its place. An abort or a lost connection cancels what is not finished; a connection
   * that is merely silent does not.
   * @throws InvalidRequestError for more than 1000 prompts or more than the tier's burst, and what every method throws
   */
  async processBatch(prompts: readonly BatchedPrompt[], options: BatchOptions = {}): Promise<BatchItem[]> {
    const { signal } = options;
    if (prompts.length === 0) return [];
    const lost = new LostConnections();
    const request = { ...batchRequest(prompts, options), method: 'POST', path: '/api/v1/batch', signal } as const;
    const items = await this.calls.patient(request, ({ body }) => readBatch(body, prompts.length), lost);
    return items.map((item) => (item instanceof CancelledError ? lost.explain(item) : item));
  }

  /**
   * Hands a prompt over and returns at once: it runs on without you, a restart of the server included. An abort before it
   * returns cancels it.
   * @throws ContextLengthError or NotFoundError when it can't be run, ConflictError when its key was used for another input,
   * and what every method throws
   */
  async submit(prompt: PromptText, options: PromptOptions = {}): Promise<SubmittedPrompt> {
    const { signal } = options;
    signal?.throwIfAborted();
    const request = promptRequest(prompt, options);
    const submitted = new RetryHandler(this.settings).execute(() => this.calls.submitOnce(request));
    return this.calls.accepted(submitted, signal);
  }

  /**
   * The text of a prompt as it comes, from its beginning or behind a cursor, however long ago it was submitted. A dropped
   * connection is taken up again where it was, with growing waits, until `maxReconnects` in a row brought nothing new.
   * Every character comes once and in order; the generator's return value is the whole result. Over plain HTTP the text
   * is compared with the stored one at the end. Leaving or an abort cancels nothing.
   * @throws CancelledError when it was cancelled, RestartedError when it had to run again with another outcome,
   * IntegrityError when it was damaged on its way, the error of a prompt that failed, and what every method throws
   */
  async *follow(
    prompt: string | { id: string },
    options: FollowOptions = {},
  ): AsyncGenerator<FollowChunk, GenerationResult, void> {
    const id = typeof prompt === 'string' ? prompt : prompt.id;
    return yield* this.calls.follower(id, options, false).chunks();
  }

  /** A prompt as it stands. @throws NotFoundError when there is none or it is another user's, and what every method throws */
  prompt(id: string, { signal }: CallOptions = {}): Promise<PromptState> {
    return this.calls.prompt(id, signal);
  }

  /** Stops a prompt before its next token and gives what it had; one that has ended stays as it is. @throws as `prompt` */
  cancel(id: string, { signal }: CallOptions = {}): Promise<PromptState> {
    return this.calls.cancel(id, signal);
  }

  /** The models that the server knows. @throws PermissionError without the scope `models:read`, and what every method throws */
  models({ signal }: CallOptions = {}): Promise<ModelSummary[]> {
    return this.calls.quick({ path: '/api/v1/models', signal }, readModels);
  }

  /** A model by catalogue id or alias. @throws NotFoundError, whose details tell near ids */
  model(id: string, { signal }: CallOptions = {}): Promise<ModelInfo> {
    return this.calls.quick({ path: `/api/v1/models/${encodeURIComponent(id)}`, signal }, readModel);
  }

  /** The server's settings. @throws PermissionError without the scope `config:read`, and what every method throws */
  config({ signal }: CallOptions = {}): Promise<Config> {
    return this.calls.quick({ path: '/api/v1/config', signal }, readConfig);
  }

  /**
   * Changes settings, all or none of those given; gives the whole Config after the change.
   * @throws InvalidRequestError for a name or value that can't be, PermissionError without the scope `config:write`, and what
   * every method throws
   */
  updateConfig(change: ConfigChange, { signal }: CallOptions = {}): Promise<Config> {
    return this.calls.quick(
      { method: 'POST', path: '/api/v1/config', body: configRequest(change), signal },
      readConfig,
    );
  }

  /**
   * Runs a query or mutation, typed by its document. A mutation is tried again only when `variables.input` has an
   * `idempotencyKey`: otherwise it might run twice.
   * @throws APIError of the family of the first error of the result, and what every method throws
   */
  async graphql<Result = unknown, Variables = Record<string, unknown>>(
    document: OperationDocument<Result, Variables>,
    ...[variables, { signal } = {}]: OperationArguments<Variables>
  ): Promise<Result> {
    const query = documentText(document);
    const request = {
      method: 'POST',
      path: '/graphql',
      headers: { accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query, variables }),
      signal,
    } as const;
    const read = ({ body, headers }: { body: unknown; headers: Headers }) =>
      dataOf<Result>(body, headers.get('x-request-id') ?? undefined);
    if (isRepeatable(query, variables)) return this.calls.patient(request, read);
    return this.calls.breaker.execute(async () => read(await this.calls.http.json({ ...request, patienceMs: 0 })));
  }

  /**
   * The results of a subscription, typed by its document, over one WebSocket for all. Leaving the loop or an abort ends
   * it. A broken socket ends it with a ConnectionError, one that is silent for twice `timeoutMs` with a TimeoutError; nothing
   * is subscribed again by itself. Unlike those of `follow`, its texts can't be compared with anything over plain HTTP.
   * @throws APIError of the family of the first error, AuthenticationError also when the token runs out meanwhile
   */
  subscribe<Result = unknown, Variables = Record<string, unknown>>(
    document: OperationDocument<Result, Variables>,
    ...[variables, { signal } = {}]: OperationArguments<Variables>
  ): AsyncGenerator<Result, void, void> {
    return this.subscriptions.iterate<Result>(documentText(document), variables, signal);
  }

  /**
   * A client like this one that keeps its connections for a minute after their last use, until it is closed: with
   * `close()`, or by `await using session = client.session()` where the language has that (TypeScript, Node 24).
   */
  session(): LlamaClient {
    return new LlamaClient(this.#options, { ...this.connections, keepMs: keptMs });
  }

  /** Ends what still runs with a ConnectionError and closes all connections. Only sessions and pools need it. */
  async close(): Promise<void> {
    await Promise.all([this.calls.close(), this.subscriptions.close()]);
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async wholeText(id: string, signal: AbortSignal | undefined): Promise<GenerationResult> {
    const chunks = this.calls.follower(id, { signal }, true).chunks();
    for (;;) {
      const step = await chunks.next();
      if (step.done) return step.value;
    }
  }
}
