import type { Logger } from 'pino';
import { type Environment, loadEnvironment } from '../config/environment.js';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';

/** All may be left out. They mean what the `LLAMAHOME_*` variables mean, none of which is read. */
export interface LlamaServerOptions {
  /**
   * Folder of everything that lasts: database, models, secret; one server per home. Default: a temporary one, removed by
   * `close()` and when this process exits, whose models are those of `~/.llamahome`.
   */
  home?: string | undefined;
  /**
   * Default model: a catalogue id, an alias, or a path to a `.gguf` file. Default: the one that was chosen in this home
   * before, at first SmolLM2-135M-Instruct. It is fetched when it is missing.
   */
  model?: string | undefined;
  /** Sequences decoded together per model; default by memory, at most 16. */
  slots?: number | undefined;
  /** Tokens per sequence; default the model's, at most 4096. */
  context?: number | undefined;
  /** Threads of the engine; default all cores. */
  threads?: number | undefined;
  /** What computes; default `auto`. False is the CPU. */
  gpu?: Environment['gpu'] | undefined;
  /** Prompts that may wait per model; default 256. */
  queue?: number | undefined;
  /** Whether requests to `handler` need a token or API key; default true. False is taken only on a loopback `host`. */
  auth?: boolean | undefined;
  /** Signs tokens, at least 32 bytes; default made once and kept in the home. */
  secret?: string | undefined;
  /**
   * Where the HTTP server that mounts this one can be reached; default `127.0.0.1`. On a loopback host, only requests to
   * localhost are answered; on any other, like `0.0.0.0`, whatever name they call it by.
   */
  host?: string | undefined;
  /** Where it is mounted in that server, like `/llm`; default nowhere. Express needs none: it tells the path itself. */
  prefix?: string | undefined;
  /** Origins that a browser page may call from; default none. */
  cors?: readonly string[] | undefined;
  /**
   * Addresses or ranges of reverse proxies whose `X-Forwarded-*` headers count, like `10.0.0.0/8`; default none.
   */
  trustProxy?: readonly string[] | undefined;
  /** Whether schema, GraphiQL and API description are shown; default true. */
  introspection?: boolean | undefined;
  /** `sqlite` in the home (default) or a `postgres://` address. */
  database?: string | undefined;
  /** Milliseconds that `close()` waits for what is in flight; default 10000. */
  graceMs?: number | undefined;
  /** Level of the log on standard error; default `warn`. */
  log?: Environment['log'] | undefined;
  /** Where to log instead; a pino logger. */
  logger?: Logger | undefined;
  /** Address of an OpenTelemetry collector; default none, no tracing. */
  otlpEndpoint?: string | undefined;
  /** Whether prompts and texts go into traces; default false. */
  traceContent?: boolean | undefined;
}

type Setting = string | number | boolean | readonly string[] | undefined;

function onOrOff(value: boolean | undefined): string | undefined {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
}

/** The options as the variables that they mirror. */
function variablesOf(options: LlamaServerOptions, home: string): Record<string, { name: string; value: Setting }> {
  const { model, slots, context, threads, gpu, queue, auth, secret, host, cors, trustProxy } = options;
  const { introspection, database, graceMs, log, otlpEndpoint, traceContent } = options;
  return {
    LLAMAHOME_HOME: { name: 'home', value: home },
    LLAMAHOME_MODEL: { name: 'model', value: model },
    LLAMAHOME_SLOTS: { name: 'slots', value: slots },
    LLAMAHOME_CONTEXT: { name: 'context', value: context },
    LLAMAHOME_THREADS: { name: 'threads', value: threads },
    LLAMAHOME_GPU: { name: 'gpu', value: gpu },
    LLAMAHOME_QUEUE: { name: 'queue', value: queue },
    LLAMAHOME_AUTH: { name: 'auth', value: onOrOff(auth) },
    LLAMAHOME_SECRET: { name: 'secret', value: secret },
    LLAMAHOME_HOST: { name: 'host', value: host },
    LLAMAHOME_CORS: { name: 'cors', value: cors == null ? undefined : [cors].flat().join(',') },
    LLAMAHOME_TRUST_PROXY: {
      name: 'trustProxy',
      value: trustProxy == null ? undefined : [trustProxy].flat().join(','),
    },
    LLAMAHOME_INTROSPECTION: { name: 'introspection', value: onOrOff(introspection) },
    LLAMAHOME_DATABASE: { name: 'database', value: database },
    LLAMAHOME_GRACE_MS: { name: 'graceMs', value: graceMs },
    LLAMAHOME_LOG: { name: 'log', value: log ?? 'warn' },
    OTEL_EXPORTER_OTLP_ENDPOINT: { name: 'otlpEndpoint', value: otlpEndpoint },
    LLAMAHOME_TRACE_CONTENT: { name: 'traceContent', value: onOrOff(traceContent) },
  };
}

const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isNumber = (value: unknown) => typeof value === 'number';
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isList = (value: unknown) => [value].flat().every((item) => typeof item === 'string');

const text = { allowed: 'a text', is: isText };
const number = { allowed: 'a number', is: isNumber };
const boolean = { allowed: 'true or false', is: isBoolean };
const list = { allowed: 'a list of texts', is: isList };

/** What kind of value each option takes; the environment's rules say which of them are allowed. */
const kinds: Record<keyof LlamaServerOptions, { allowed: string; is: (value: unknown) => boolean }> = {
  home: text,
  model: text,
  slots: number,
  context: number,
  threads: number,
  gpu: { allowed: 'a text or false', is: (value) => isText(value) || isBoolean(value) },
  queue: number,
  auth: boolean,
  secret: text,
  host: text,
  prefix: { allowed: 'a path like "/llm"', is: (value) => typeof value === 'string' },
  cors: list,
  trustProxy: list,
  introspection: boolean,
  database: text,
  graceMs: number,
  log: text,
  logger: { allowed: 'a pino logger', is: (value) => typeof value === 'object' },
  otlpEndpoint: text,
  traceContent: boolean,
};

/**
 * Checks names and kinds of options, which a program without types may get wrong.
 * @throws LlamaHomeError `invalid_request` that names the option and says what to write
 */
export function checkOptions(options: object): void {
  const known = new Map(Object.entries(kinds));
  for (const [name, value] of Object.entries(options)) {
    const kind = known.get(name);
    if (kind === undefined) {
      throw invalidRequest(name, `There is no option ${name}. The options are ${[...known.keys()].join(', ')}.`, {
        allowed: [...known.keys()],
      });
    }
    if (value != null && !kind.is(value)) throw invalidRequest(name, `${name} must be ${kind.allowed}.`);
  }
}

/**
 * Reads options by the rules of the environment.
 * @throws LlamaHomeError `invalid_request` that names the option and says what to write
 */
export function readEnvironment(options: LlamaServerOptions, home: string): Environment {
  const variables = variablesOf(options, home);
  const given = Object.entries(variables).flatMap(([variable, { value }]) =>
    value == null ? [] : [[variable, String(value)]],
  );
  try {
    return loadEnvironment(Object.fromEntries(given));
  } catch (error) {
    if (!(error instanceof LlamaHomeError)) throw error;
    const say = (text: string) =>
      text.replaceAll(/\b(?:LLAMAHOME|OTEL)_[A-Z_]+/g, (name) => variables[name]?.name ?? name);
    const { field } = error.details ?? {};
    throw invalidRequest(typeof field === 'string' ? say(field) : 'options', say(error.message));
  }
}

/** The path that a server is mounted at, without a slash at its end. @throws LlamaHomeError `invalid_request` */
export function readPrefix(prefix: string | null | undefined): string {
  if (prefix == null) return '';
  const plain = prefix.replace(/\/+$/, '');
  if (plain === '' || /^(\/[\w.~-]+)+$/.test(plain)) return plain;
  throw invalidRequest('prefix', 'prefix must be a path like "/llm".');
}
