import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { nodeOptions } from '../../src/nodeOptions.js';
import type { TypedDocumentString } from './generated/graphql.js';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface TestServerOptions {
  /** Beside the demo model, a free port and a home of its own. */
  env?: Record<string, string>;
  /** An existing home, which is then kept at the end. */
  home?: string;
}

/** What GraphQL answers, as read from HTTP. */
export interface GraphQLAnswer<Result> {
  status: number;
  headers: Headers;
  data: Result | null;
  errors: GraphQLErrorAnswer[];
  extensions: Record<string, unknown>;
}

export interface GraphQLErrorAnswer {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; details?: Record<string, unknown> };
}

export interface RestInit extends Omit<RequestInit, 'body'> {
  /** Sent as JSON. */
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  /** Another caller than the administrator; null sends no authorization. */
  key?: string | null;
}

/** A real server in its own process, with a real engine on the demo model. */
export class TestServer {
  constructor(
    readonly url: string,
    readonly adminKey: string,
    readonly home: string,
    readonly process: ChildProcess,
    /** Everything that was written to standard error so far. */
    private readonly stderr: string[],
    /** Lines of standard output so far. */
    readonly stdout: string[],
    private readonly keepHome: boolean,
  ) {}

  get log(): string {
    return this.stderr.join('');
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** The engine processes of this server. */
  async enginePids(): Promise<number[]> {
    const { execFile } = await import('node:child_process');
    return new Promise((resolve) => {
      execFile('ps', ['-o', 'pid=', '--ppid', String(this.process.pid)], (_error, stdout) =>
        resolve(
          stdout
            .split('\n')
            .map(Number)
            .filter((pid) => pid > 0),
        ),
      );
    });
  }

  /** Runs an operation over HTTP as the administrator, or as somebody else. */
  async graphql<Result, Variables = unknown>(
    document: TypedDocumentString<Result, Variables> | string,
    variables?: Variables,
    { key = this.adminKey, signal }: { key?: string | null; signal?: AbortSignal } = {},
  ): Promise<GraphQLAnswer<Result>> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ query: document.toString(), variables }),
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = (await response.json()) as Partial<GraphQLAnswer<Result>>;
    return {
      status: response.status,
      headers: response.headers,
      data: answer.data ?? null,
      errors: answer.errors ?? [],
      extensions: answer.extensions ?? {},
    };
  }

  /** Like `graphql`, for operations that must succeed. */
  async data<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const { data, errors } = await this.graphql(document, variables);
    if (data === null || errors.length > 0) throw new Error(`refused: ${JSON.stringify(errors)}`);
    return data;
  }

  /** A graphql-ws client of this server. */
  ws(key: string | null = this.adminKey, onClosed?: (code: number, reason: string) => void): Client {
    return createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      lazyCloseTimeout: 0,
      ...(key === null ? {} : { connectionParams: { authorization: `Bearer ${key}` } }),
      on: {
        closed: (event) => {
          if (typeof event === 'object' && event !== null && 'code' in event && 'reason' in event) {
            onClosed?.(Number(event.code), String(event.reason));
          }
        },
      },
    });
  }

  /** A request under /api/v1. */
  rest(path: string, { json, key = this.adminKey, headers, ...init }: RestInit = {}): Promise<Response> {
    return fetch(`${this.url}/api/v1${path}`, {
      ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
      ...init,
      headers: {
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...headers,
      },
    });
  }

  /** Asks again and again until `check` holds; the failure tells what it last saw. */
  async until<Value>(what: string, look: () => Promise<Value>, check: (value: Value) => boolean): Promise<Value> {
    const deadline = Date.now() + 45_000;
    for (;;) {
      const value = await look();
      if (check(value)) return value;
      if (Date.now() > deadline) throw new Error(`${what} did not come about; last seen: ${JSON.stringify(value)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** Ends the server with SIGTERM; gives its exit code. */
  async stop(): Promise<number | null> {
    const code = await this.signal('SIGTERM');
    if (!this.keepHome) await rm(this.home, { recursive: true, force: true });
    return code;
  }

  /** Ends the server at once, leaving its home. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
  }

  /** Sends a signal and waits for the end; gives the exit code. */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return this.process.exitCode;
    const exited = once(this.process, 'exit');
    this.process.kill(signal);
    const [code] = await exited;
    return typeof code === 'number' ? code : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** The environment of a server under test: nothing of the caller's own settings. */
export function testEnvironment(home: string, env: Record<string, string> = {}): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(LLAMAHOME|OTEL|NODE_ENV|VITEST)/.test(entry[0]),
  );
  return {
    ...Object.fromEntries(inherited),
    LLAMAHOME_HOME: home,
    LLAMAHOME_MODEL: 'demo',
    LLAMAHOME_PORT: '0',
    LLAMAHOME_GPU: 'false',
    LLAMAHOME_SLOTS: '4',
    ...env,
  };
}

/** Runs the built program; for what ends by itself. */
export async function runProgram(
  args: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [program, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** Starts the built server and waits until it is ready. Stop it at the end. */
export async function startTestServer({ env, home }: TestServerOptions = {}): Promise<TestServer> {
  const folder = home ?? (await mkdtemp(join(tmpdir(), 'llamahome-test-')));
  const child = spawn(process.execPath, [...nodeOptions, program, 'serve'], {
    env: testEnvironment(folder, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr: string[] = [];
  const stdout: string[] = [];
  child.stderr.on('data', (chunk) => stderr.push(String(chunk)));
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      stdout.push(line);
      const address = /^LlamaHome is ready at (http:\S+)\/graphql$/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${stderr.join('')}`)));
  });
  const url = await ready;
  const adminKey = /lh_[\w-]{43}/.exec(stderr.join(''))?.[0] ?? '';
  return new TestServer(url, adminKey, folder, child, stderr, stdout, home !== undefined);
}
