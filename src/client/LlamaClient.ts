import { readBatch, readConfig, readModel, readModels } from './answers.js';
import { Calls } from './Calls.js';
import { ConnectionLoss } from './ConnectionLoss.js';
import { callOf, nameOf, objectOf, optionsOf, toJson } from './checkArguments.js';
import { CancelledError, ConnectionError, IntegrityError } from './errors.js';
import { dataOf, documentText, isRepeatable, type OperationArguments, type OperationDocument } from './graphql.js';
import { inRange } from './inRange.js';
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
  PromptObject,
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
    options?: LlamaClientOptions | string | null,
    private readonly connections: ConnectionOptions = {},
  ) {
    this.#options = typeof options === 'string' ? { apiKey: options } : objectOf('options', options);
    this.settings = readOptions(this.#options);
    const { endpoint, apiKey, webSocketImpl, timeoutMs } = this.settings;
    const { keepMs, poolSize } = connections;
    this.calls = new Calls(this.settings, { keepMs: keepMs ?? 4000, poolSize });
    this.subscriptions = new Subscriptions({
      endpoint,
      apiKey,
      webSocketImpl,
      keepMs: keepMs ?? 0,
      silenceTimeoutMs: timeoutMs,
    });
  }

  /**
   * Generates a text and waits for it. The prompt is submitted and followed, so that a lost connection or a restart of
   * the server costs nothing; an abort cancels it. A program that dies leaves it to run to its end.
   * @throws CancelledError when somebody cancels it, DeadlineExceededError past `deadlineMs`, and what every method throws
   */
  async processPrompt(prompt: PromptText | PromptObject, options?: PromptOptions | null): Promise<GenerationResult> {
    const call = callOf(prompt, options);
    const { signal } = call.options;
    const request = promptRequest(call.text, call.options);
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
  process(prompt: PromptText | PromptObject, options?: PromptOptions | null): Promise<GenerationResult> {
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
    prompt: PromptText | PromptObject<StreamOptions>,
    options?: StreamOptions | null,
  ): AsyncGenerator<TextChunk, GenerationResult, void> {
    const call = callOf(prompt, options);
    const { signal } = call.options;
    const chunkSize = inRange('chunkSize', call.options.chunkSize ?? 1, { least: 1, whole: true });
    const lost = new ConnectionLoss();
    const request = promptRequest(call.text, call.options);
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
  async processBatch(prompts: readonly BatchedPrompt[], options?: BatchOptions | null): Promise<BatchItem[]> {
    const checked = optionsOf(options);
    const { signal } = checked;
    const { body, headers } = batchRequest(prompts, checked);
    if (prompts.length === 0) return [];
    const lost = new ConnectionLoss();
    const request = { body, headers, method: 'POST', path: '/api/v1/batch', signal } as const;
    const items = await this.calls.patient(request, (answer) => readBatch(answer.body, prompts.length), lost);
    return items.map((item) => (item instanceof CancelledError ? lost.explain(item) : item));
  }

  /** Another name of `processBatch`. */
  batchProcess(prompts: readonly BatchedPrompt[], options?: BatchOptions | null): Promise<BatchItem[]> {
    return this.processBatch(prompts, options);
  }

  /**
   * Hands a prompt over and returns at once: it runs on without you, a restart of the server included. An abort before it
   * returns cancels it.
   * @throws ContextLengthError or NotFoundError when it can't be run, ConflictError when its key was used for another input,
   * and what every method throws
   */
  async submit(prompt: PromptText | PromptObject, options?: PromptOptions | null): Promise<SubmittedPrompt> {
    const call = callOf(prompt, options);
    const { signal } = call.options;
    signal?.throwIfAborted();
    const request = promptRequest(call.text, call.options);
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
    options?: FollowOptions | null,
  ): AsyncGenerator<FollowChunk, GenerationResult, void> {
    const id = nameOf('id', typeof prompt === 'object' && prompt !== null ? prompt.id : prompt);
    const checked = optionsOf(options);
    if (checked.after != null) nameOf('after', checked.after);
    return yield* this.calls.follower(id, checked, false).chunks();
  }

  /** A prompt as it stands. @throws NotFoundError when there is none or it is another user's, and what every method throws */
  async prompt(id: string, options?: CallOptions | null): Promise<PromptState> {
    return this.calls.prompt(nameOf('id', id), optionsOf(options).signal);
  }

  /** Stops a prompt before its next token and gives what it had; one that has ended stays as it is. @throws as `prompt` */
  async cancel(id: string, options?: CallOptions | null): Promise<PromptState> {
    return this.calls.cancel(nameOf('id', id), optionsOf(options).signal);
  }

  /** The models that the server knows. @throws PermissionError without the scope `models:read`, and what every method throws */
  async models(options?: CallOptions | null): Promise<ModelSummary[]> {
    const { signal } = optionsOf(options);
    return this.calls.quick({ path: '/api/v1/models', signal }, readModels);
  }

  /** A model by catalogue id or alias. @throws NotFoundError, whose details tell near ids */
  async model(id: string, options?: CallOptions | null): Promise<ModelInfo> {
    const { signal } = optionsOf(options);
    const path = `/api/v1/models/${encodeURIComponent(nameOf('id', id))}`;
    return this.calls.quick({ path, signal }, readModel);
  }

  /** The server's settings. @throws PermissionError without the scope `config:read`, and what every method throws */
  async config(options?: CallOptions | null): Promise<Config> {
    const { signal } = optionsOf(options);
    return this.calls.quick({ path: '/api/v1/config', signal }, readConfig);
  }

  /**
   * Changes settings, all or none of those given; gives the whole Config after the change.
   * @throws InvalidRequestError for a name or value that can't be, PermissionError without the scope `config:write`, and what
   * every method throws
   */
  async updateConfig(change: ConfigChange, options?: CallOptions | null): Promise<Config> {
    const { signal } = optionsOf(options);
    const body = configRequest(change);
    return this.calls.quick({ method: 'POST', path: '/api/v1/config', body, signal }, readConfig);
  }

  /**
   * Runs a query or mutation, typed by its document. A mutation is tried again only when `variables.input` has an
   * `idempotencyKey`: otherwise it might run twice.
   * @throws APIError of the family of the first error of the result, and what every method throws
   */
  async graphql<Result = unknown, Variables = Record<string, unknown>>(
    document: OperationDocument<Result, Variables>,
    ...[variables, options]: OperationArguments<Variables>
  ): Promise<Result> {
    const { signal } = optionsOf(options);
    const query = documentText(document);
    const request = {
      method: 'POST',
      path: '/graphql',
      headers: { accept: 'application/graphql-response+json, application/json' },
      body: toJson({ query, variables }),
      signal,
    } as const;
    const read = ({ body, headers }: { body: unknown; headers: Headers }) =>
      dataOf<Result>(body, headers.get('x-request-id') ?? undefined);
    if (isRepeatable(query, variables)) return this.calls.patient(request, read);
    return this.calls.breaker.execute(async () =>
      read(await this.calls.http.json({ ...request, silenceTimeoutMs: 0 })),
    );
  }

  /**
   * The results of a subscription, typed by its document, over one WebSocket for all. Leaving the loop or an abort ends
   * it. A broken socket ends it with a ConnectionError, one that is silent for twice `timeoutMs` with a TimeoutError; nothing
   * is subscribed again by itself. Unlike those of `follow`, its texts can't be compared with anything over plain HTTP.
   * @throws APIError of the family of the first error, AuthenticationError also when the token runs out meanwhile
   */
  async *subscribe<Result = unknown, Variables = Record<string, unknown>>(
    document: OperationDocument<Result, Variables>,
    ...[variables, options]: OperationArguments<Variables>
  ): AsyncGenerator<Result, void, void> {
    const { signal } = optionsOf(options);
    const query = documentText(document);
    // What is sent over the socket is JSON as well.
    toJson(variables);
    yield* this.subscriptions.iterate<Result>(query, variables, signal);
  }

  /**
   * A client like this one that keeps its connections for a minute after their last use, until it is closed: with
   * `close()`, or by `await using session = client.session()` where the language has that (TypeScript, Node 24).
   */
  session(): LlamaClient {
    return new LlamaClient(this.#options, { ...this.connections, keepMs: keptMs });
  }

  /** Another name of `session`; `close()` ends it. */
  createSession(): LlamaClient {
    return this.session();
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
