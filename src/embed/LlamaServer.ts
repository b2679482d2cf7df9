import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { ApiKey, ApiKeyInput } from '../access/ApiKey.js';
import { localAdministrator } from '../access/Principal.js';
import type { TokenClaims } from '../access/TokenGenerator.js';
import { callOf, optionsOf } from '../client/checkArguments.js';
import type {
  BatchedPrompt,
  BatchOptions,
  GenerationResult,
  PromptObject,
  PromptOptions,
  PromptText,
  StreamOptions,
  TextChunk,
} from '../client/types.js';
import type { Environment } from '../config/environment.js';
import { checkObject, invalidRequest, LlamaHomeError, objectOf } from '../errors/index.js';
import { createHttpServer, stopServer } from '../server/httpServer.js';
import { listen, urlOf } from '../server/listen.js';
import { type OpenServer, openServer } from '../server/openServer.js';
import { createLogger } from '../telemetry/logger.js';
import { type Attachment, attachTo } from './attachTo.js';
import { createLlamaHandler } from './createLlamaHandler.js';
import { Generation } from './Generation.js';
import { installDefaultModel } from './installDefaultModel.js';
import type { LlamaHandler } from './LlamaHandler.js';
import type { OnBehalf } from './OnBehalf.js';
import { checkOptions, type LlamaServerOptions, readEnvironment, readPrefix } from './options.js';
import { checked } from './promptInput.js';
import { TemporaryHome } from './TemporaryHome.js';

/**
 * A whole LlamaHome server inside another program. It opens no port unless it is told to: call it, mount its `handler`,
 * or `attach` it to an HTTP server.
 *
 *     const llama = new LlamaServer({ home: './llama' });
 *     const { text } = await llama.process('Say hello.', { maxTokens: 20 });
 *     for await (const chunk of llama.stream('Tell me a story.')) process.stdout.write(chunk.text);
 *     await llama.close();
 *
 * It starts at once, in the background; every method waits for that and throws a LlamaHomeError that says why it can't.
 * Its engines run in processes of their own, which end with `close()` and with this process, however that ends. The
 * program's own calls are the local administrator's: they need no key, and no tier limits their rate.
 */
export class LlamaServer {
  /** Answers requests to GraphQL, REST and the pages, wherever they come in. */
  readonly handler: LlamaHandler;
  /** For `server.on('upgrade', llama.upgrade)`: takes over what is for GraphQL over WebSocket, and refuses all else. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  private readonly prefix: string;
  private readonly temporary: TemporaryHome | undefined;
  private readonly opened: Promise<OpenServer>;
  private readonly installed: Promise<void>;
  private readonly detach: (() => void)[] = [];
  private server: Server | undefined;
  private closing: Promise<void> | undefined;

  /** @throws LlamaHomeError `invalid_request` for an option that can't be used */
  constructor(given?: LlamaServerOptions | null) {
    const options: LlamaServerOptions = objectOf('options', given);
    checkOptions(options);
    this.prefix = readPrefix(options.prefix);
    const environment = readEnvironment(options, options.home ?? '.');
    this.temporary = options.home === undefined ? new TemporaryHome() : undefined;
    const logger = options.logger ?? createLogger(environment.log);
    this.opened = this.open({ ...environment, home: this.temporary?.path ?? environment.home }, logger);
    this.installed = this.opened.then(({ services }) => installDefaultModel(services));
    // Who calls a method is told; nobody may.
    this.installed.catch((error: unknown) => logger.error({ err: error }, 'the embedded server can not be used'));
    this.handler = createLlamaHandler(() => this.use().catch(toLlamaHomeError));
    this.upgrade = (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      this.use().then(
        (open) => open.upgrade(request, socket, head),
        () => socket.destroy(),
      );
    };
  }

  /**
   * Settles when the default model is in memory, fetched first when it is missing; prompts need not wait for it.
   * @throws LlamaHomeError `model_unavailable` when it can't be fetched or loaded
   */
  async ready(): Promise<void> {
    const { services } = await this.use();
    await this.installed;
    await services.models.load(services.config.current.modelSettings.defaultModel);
  }

  /**
   * Generates a text and waits for it; as `LlamaClient.processPrompt`. An abort cancels it, and rejects with its reason.
   * @throws LlamaHomeError with the code of the catalogue
   */
  async process(
    prompt: PromptText | PromptObject<PromptOptions & OnBehalf>,
    options?: (PromptOptions & OnBehalf) | null,
  ): Promise<GenerationResult> {
    const call = checked(() => callOf(prompt, options));
    return (await this.generation(call.options)).process(call.text, call.options);
  }

  /** The long name of `process`. */
  processPrompt(
    prompt: PromptText | PromptObject<PromptOptions & OnBehalf>,
    options?: (PromptOptions & OnBehalf) | null,
  ): Promise<GenerationResult> {
    return this.process(prompt, options);
  }

  /**
   * Generates a text and gives it as it comes; the generator's return value is the whole result. Leaving the loop or an
   * abort cancels it.
   * @throws LlamaHomeError with the code of the catalogue, `cancelled` when somebody cancels it
   */
  async *stream(
    prompt: PromptText | PromptObject<StreamOptions & OnBehalf>,
    options?: (StreamOptions & OnBehalf) | null,
  ): AsyncGenerator<TextChunk, GenerationResult, void> {
    const call = checked(() => callOf(prompt, options));
    return yield* (await this.generation(call.options)).stream(call.text, call.options);
  }

  /**
   * Generates several texts, decoded together, in the order of the prompts; one that failed is a LlamaHomeError in its
   * place. An abort cancels them.
   * @throws LlamaHomeError when the batch is refused as a whole
   */
  async batch(
    prompts: readonly BatchedPrompt[],
    options?: (BatchOptions & OnBehalf) | null,
  ): Promise<(GenerationResult | LlamaHomeError)[]> {
    const known: BatchOptions & OnBehalf = checked(() => optionsOf(options));
    return (await this.generation(known)).batch(prompts, known);
  }

  /** Makes a token for a user of the handler. @throws LlamaHomeError `invalid_request` that names the claim */
  async createToken(input: TokenClaims): Promise<{ token: string; expiresAt: Date }> {
    checkObject('input', input);
    return (await this.use()).services.access.createToken(localAdministrator, input);
  }

  /** Makes an API key for a user of the handler; `key` is shown this once. @throws LlamaHomeError `invalid_request` */
  async createApiKey(input: ApiKeyInput): Promise<{ apiKey: ApiKey; key: string }> {
    checkObject('input', input);
    return (await this.use()).services.access.createApiKey(localAdministrator, input);
  }

  /**
   * Serves on an HTTP server beside what that does already: everything under the option `prefix`; without one, `/graphql`
   * over HTTP and WebSocket and `/api/v1`, and the pages too where nobody else answers. Give the server its own listener,
   * like an Express app, first. `close()` takes it off again.
   */
  attach(server: Server): void {
    if (!(server instanceof EventEmitter))
      throw invalidRequest('server', 'attach(server) takes an HTTP server of Node.');
    const { prefix, upgrade } = this;
    const handle: Attachment['handle'] = (request, response) => void this.handler(request, response);
    this.detach.push(attachTo(server, { prefix, handle, upgrade }));
  }

  /**
   * Opens a port of its own, on the option `host`.
   * @param port default 4000; 0 picks a free one
   * @returns the address, `http://HOST:PORT`
   * @throws StartError when it can't be listened on, LlamaHomeError `conflict` when this server listens already
   */
  async listen(port = 4000): Promise<string> {
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw invalidRequest('port', 'port must be a whole number from 0 to 65535.', { minimum: 0, maximum: 65535 });
    }
    const open = await this.use();
    if (this.server !== undefined) throw new LlamaHomeError('conflict', 'This server listens already.');
    const server = createHttpServer(open);
    const { host } = open.services.environment;
    const url = urlOf(host, await listen(server, { host, port }));
    this.server = server;
    await open.lock.announce(url);
    return url;
  }

  /** Lets what is in flight end within the grace period, then ends everything, engines too. Again changes nothing. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async open(environment: Environment, logger: Logger): Promise<OpenServer> {
    await this.temporary?.shareModels();
    return openServer({ environment, logger, prefix: this.prefix });
  }

  /** The open server, as long as nobody has closed it. */
  private async use(): Promise<OpenServer> {
    if (this.closing !== undefined) throw new LlamaHomeError('overloaded', 'This server was closed.');
    return this.opened;
  }

  private async generation({ model }: PromptOptions): Promise<Generation> {
    const { services } = await this.use();
    if (model === undefined) await this.installed;
    return new Generation(services.prompts);
  }

  private async end(): Promise<void> {
    try {
      const open = await this.opened.catch(() => undefined);
      if (open !== undefined) await stopServer(open, this.server);
    } finally {
      for (const detach of this.detach) detach();
      this.temporary?.remove();
    }
  }
}

/** Why there is no server, as it may be told to those who send requests. */
function toLlamaHomeError(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError && error.code === 'overloaded') return error;
  return new LlamaHomeError('internal_error', 'The server could not be started.', undefined, { cause: error });
}
