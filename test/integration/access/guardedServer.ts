import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSchema, type ExecutionArgs, type ExecutionResult, type GraphQLSchema } from 'graphql';
import { type Client, CloseCode, createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga } from 'graphql-yoga';
import { pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { AccessService } from '../../../src/access/AccessService.js';
import { localAdministrator, type Principal, type Scope } from '../../../src/access/Principal.js';
import type { RateLimitStore } from '../../../src/access/RateLimitStore.js';
import { loadSecret } from '../../../src/access/secret.js';
import { TokenGenerator } from '../../../src/access/TokenGenerator.js';
import { initialConfig } from '../../../src/config/Config.js';
import { invalidRequest, LlamaHomeError } from '../../../src/errors/index.js';
import type { GraphQLContext } from '../../../src/graphql/context.js';
import { protect } from '../../../src/graphql/permissions.js';
import type { GuardedContext } from '../../../src/graphql/plugins/GuardPlugin.js';
import { guardPlugins } from '../../../src/graphql/plugins/index.js';
import { openStorage } from '../../../src/server/openStorage.js';

/** What the resolvers of the test schema were asked to do. */
export interface Seen {
  prompts: string[];
  started: string[];
  ended: string[];
}

interface PromptInput {
  prompt?: string;
  temperature?: number;
}

function promptOf({ prompt = '', temperature }: PromptInput) {
  if (temperature === 5) throw invalidRequest('temperature', 'temperature must be 0 to 2.');
  if (prompt === 'overload') throw new LlamaHomeError('overloaded', 'The queue is full.', { retry_after: 2.5 });
  if (prompt === 'crash') throw new TypeError('secret words of the stack');
  return { id: 'prm_1', text: `${prompt}!`, status: 'COMPLETED', attempt: 1 };
}

/** The server's schema, with resolvers that answer at once instead of a model. */
function testSchema(seen: Seen, access: AccessService): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'));
  const run = (input: PromptInput) => {
    seen.prompts.push(input.prompt ?? '');
    return promptOf(input);
  };
  const query = schema.getQueryType()?.getFields();
  const mutation = schema.getMutationType()?.getFields();
  const subscription = schema.getSubscriptionType()?.getFields();
  if (!query?.viewer || !mutation?.process || !mutation.batch || !mutation.submit || !mutation.createToken)
    throw new Error('schema');
  if (!query.config || !query.server || !subscription?.stream || !subscription.configChanged) throw new Error('schema');
  query.viewer.resolve = async (_root, _args, { principal }: GraphQLContext) => ({
    id: principal.userId,
    tier: principal.tier.toUpperCase(),
    scopes: [...principal.scopes],
    rateLimit: { ...(await access.rateLimit(principal)), resetAt: '' },
  });
  query.config.resolve = () => initialConfig;
  query.server.resolve = () => ({ version: '1' });
  mutation.process.resolve = (_root, { input }) => ({ prompt: run(input) });
  mutation.submit.resolve = (_root, { input }) => ({ prompt: run(input) });
  mutation.batch.resolve = (_root, { input }) => ({ prompts: input.prompts.map(run) });
  mutation.createToken.resolve = (_root, { input }, { principal }: GraphQLContext) =>
    access.createToken(principal, { ...input, tier: input.tier?.toLowerCase() });
  subscription.stream.subscribe = (_root, { input }) => events(seen, run(input));
  subscription.configChanged.subscribe = () => events(seen, { id: 'config' });
  for (const field of [subscription.stream, subscription.configChanged]) field.resolve = (event) => event;
  return protect(schema);
}

async function* events(seen: Seen, prompt: { id: string }) {
  seen.started.push(prompt.id);
  try {
    yield { __typename: 'PromptStarted', cursor: '0', prompt, attempt: 1, ...initialConfig };
    yield { __typename: 'PromptCompleted', cursor: '1', prompt, ...initialConfig };
  } finally {
    seen.ended.push(prompt.id);
  }
}

/** What an operation answered, over any transport. */
export interface Answer {
  status?: number;
  headers?: Headers;
  data?: Record<string, unknown> | null;
  errors: { message: string; extensions: { code: string; details: Record<string, unknown>; http?: unknown } }[];
  extensions: { rateLimit?: { limit: number; burst: number; remaining: number; resetAt: string } };
}

type Send = (query: string, variables?: Record<string, unknown>) => Promise<Answer[]>;

export interface GuardedServerOptions {
  authentication?: boolean;
  introspection?: boolean;
  store?: RateLimitStore;
  maxRequestsPerMinute?: number;
}

export type GuardedServer = Awaited<ReturnType<typeof startGuardedServer>>;

/** Yoga, graphql-ws and an in-process caller (as REST is) behind the guard plugins, with a clock that stands still unless told. */
export async function startGuardedServer(options: GuardedServerOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'llamahome-access-'));
  const logged: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  const storage = await openStorage({ database: 'sqlite', home, logger });
  const config = { current: structuredClone(initialConfig) };
  config.current.systemSettings.maxRequestsPerMinute = options.maxRequestsPerMinute ?? 60;
  let time = Date.now();
  const now = () => time;
  const secret = await loadSecret({ home, secret: undefined });
  const { authentication = true, introspection = true, store } = options;
  const access = new AccessService({
    authentication,
    secret,
    keys: storage.apiKeys,
    config,
    logger,
    now,
    ...(store === undefined ? {} : { store }),
  });
  const seen: Seen = { prompts: [], started: [], ended: [] };
  // The guard plugins and these resolvers need no more of the services than this.
  const services = { access, config, logger, environment: { introspection } } as GuardedContext['services'];
  let requests = 0;
  const contextOf = (transport: GuardedContext['transport'], authorization: string | null): GuardedContext => ({
    services,
    requestId: `request-${++requests}`,
    authorization,
    address: '127.0.0.1',
    transport,
    signal: new AbortController().signal,
  });
  const yoga = createYoga<GuardedContext>({
    schema: testSchema(seen, access),
    plugins: guardPlugins(services, new AbortController().signal),
    maskedErrors: false,
    logging: false,
    batching: false,
    graphiql: false,
  });

  const server = createServer((request, response) =>
    yoga(request, response, contextOf('http', request.headers.authorization ?? null)),
  );
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const principals = new WeakMap<object, Principal>();
  const contexts = new WeakMap<ExecutionArgs, ReturnType<typeof yoga.getEnveloped>>();
  useServer<{ authorization?: string }>(
    {
      onConnect: async ({ connectionParams, extra }) => {
        try {
          principals.set(extra.socket, await access.authenticate(connectionParams?.authorization, '127.0.0.1'));
          return true;
        } catch (error) {
          extra.socket.close(CloseCode.Unauthorized, error instanceof LlamaHomeError ? error.code : '');
          return false;
        }
      },
      onSubscribe: async ({ extra }, _id, { query, variables, operationName }) => {
        const principal = principals.get(extra.socket);
        const enveloped = yoga.getEnveloped({
          ...contextOf('ws', null),
          ...(principal === undefined ? {} : { principal }),
        });
        try {
          const document = enveloped.parse(query);
          const errors = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return errors;
          const contextValue = await enveloped.contextFactory();
          const args: ExecutionArgs = {
            schema: enveloped.schema,
            document,
            contextValue,
            ...(variables == null ? {} : { variableValues: variables }),
            ...(operationName == null ? {} : { operationName }),
          };
          contexts.set(args, enveloped);
          return args;
        } catch (error) {
          return [error];
        }
      },
      execute: (args) => contexts.get(args)?.execute(args),
      subscribe: (args) => contexts.get(args)?.subscribe(args),
    },
    sockets,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const clients: Client[] = [];
  const bearer = (credential: string | null): Record<string, string> =>
    credential === null ? {} : { authorization: `Bearer ${credential}` };

  async function post(
    body: unknown,
    { credential, headers = {} }: { credential: string | null; headers?: Record<string, string> },
  ) {
    return fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...bearer(credential), ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Over HTTP, as `application/graphql-response+json`. */
  function http(credential: string | null, accept = 'application/graphql-response+json'): Send {
    return async (query, variables) => {
      const response = await post({ query, variables }, { credential, headers: { accept } });
      return [
        {
          status: response.status,
          headers: response.headers,
          errors: [],
          extensions: {},
          ...JSON.parse(await response.text()),
        },
      ];
    };
  }

  function sse(credential: string | null): Send {
    return async (query, variables) => {
      const response = await post({ query, variables }, { credential, headers: { accept: 'text/event-stream' } });
      const data = [...(await response.text()).matchAll(/^data: (.+)$/gm)].map(([, json = '']) => JSON.parse(json));
      return data.map((result) => ({
        status: response.status,
        headers: response.headers,
        errors: [],
        extensions: {},
        ...result,
      }));
    };
  }

  /** `lazy` clients open a socket for each operation, others keep one open. */
  function wsClient(credential: string | null, { lazy = true }: { lazy?: boolean } = {}): Client {
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: bearer(credential),
      retryAttempts: 0,
      lazy,
      onNonLazyError: () => undefined,
    });
    clients.push(client);
    return client;
  }

  function ws(credential: string | null, client = wsClient(credential)): Send {
    return async (query, variables = {}) => {
      const answers: Answer[] = [];
      try {
        for await (const result of client.iterate({ query, variables })) {
          answers.push(JSON.parse(JSON.stringify({ errors: [], extensions: {}, ...result })));
        }
      } catch (errors) {
        if (!Array.isArray(errors)) throw errors;
        answers.push(JSON.parse(JSON.stringify({ errors, extensions: {} })));
      }
      return answers;
    };
  }

  /** The way that REST routes take. */
  function inProcess(credential: string | null): Send {
    return async (query, variables = {}) => {
      const context = contextOf('rest', bearer(credential).authorization ?? null);
      const enveloped = yoga.getEnveloped(context);
      const answers: ExecutionResult[] = [];
      try {
        const document = enveloped.parse(query);
        const errors = enveloped.validate(enveloped.schema, document);
        if (errors.length > 0) answers.push({ errors });
        else {
          const contextValue = await enveloped.contextFactory();
          const args = { schema: enveloped.schema, document, contextValue, variableValues: variables };
          const isStream = /^\s*subscription/.test(query);
          const result = await (isStream ? enveloped.subscribe(args) : enveloped.execute(args));
          if (Symbol.asyncIterator in result) for await (const event of result) answers.push(event);
          else answers.push(result);
        }
      } catch (error) {
        answers.push({ errors: [error as never] });
      }
      return answers.map((answer) => JSON.parse(JSON.stringify({ errors: [], extensions: {}, ...answer })));
    };
  }

  const secretKey = secret;
  const generator = new TokenGenerator({ secretKey, now });
  let users = 0;

  return {
    url,
    home,
    access,
    storage,
    config,
    seen,
    logged,
    secret,
    post,
    wsClient,
    pass: (ms: number) => (time += ms),
    now,
    /** A token of a user nobody has heard of before. */
    token: (claims: { userId?: string; tier?: Principal['tier']; scopes?: Scope[]; expiresIn?: number } = {}) =>
      generator.createToken({ userId: `user-${++users}`, expiresIn: 3600, ...claims }),
    adminToken: () =>
      generator.createToken({
        userId: `admin-${++users}`,
        expiresIn: 3600,
        tier: 'enterprise',
        scopes: [...localAdministrator.scopes],
      }),
    http,
    sse,
    ws,
    inProcess,
    async stop() {
      await Promise.all(clients.map((client) => client.dispose()));
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await storage.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The only answer of an operation that is no stream. */
export async function only(answers: Promise<Answer[]>): Promise<Answer> {
  const [answer, ...more] = await answers;
  if (answer === undefined || more.length > 0) throw new Error(`${more.length + 1} answers instead of one`);
  return answer;
}
