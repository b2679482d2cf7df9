import { type Command, InvalidArgumentError } from 'commander';
import type { Scope } from '../access/Principal.js';
import { LlamaClient } from '../client/index.js';
import { type Environment, loadEnvironment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import { openHome } from '../storage/home.js';

/** Which server is meant. */
export interface ServerFlags {
  /** Of a running server; default `LLAMAHOME_URL`. */
  url?: string | undefined;
  /** API key or token for it; default `LLAMAHOME_API_KEY`. */
  key?: string | undefined;
}

/** A server that runs, and how to speak with it. */
export interface FoundServer {
  endpoint: string;
  /** A key or token, or what makes a fresh one for each request. */
  apiKey: string | (() => Promise<string>) | undefined;
}

/** The address of a server, for commander; `127.0.0.1:4000` will do. */
export function serverAddress(text: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!/^https?:\/\/[^\s/]/i.test(address) || !URL.canParse(address)) {
    throw new InvalidArgumentError('Write the address of a server, like 127.0.0.1:4000 or https://llm.example.com.');
  }
  return address;
}

/** Adds the options that say which server; `otherwise` says which one when none runs. */
export function withServerFlags(command: Command, otherwise = ''): Command {
  const defaults = `default: LLAMAHOME_URL, else the one of the home folder${otherwise}`;
  return command
    .option('--url <url>', `a running server (${defaults})`, serverAddress)
    .option('--key <key>', 'API key or token for that server (default: LLAMAHOME_API_KEY)');
}

/**
 * The server at `url`, else the one that serves from the home folder; undefined when none does. Who can read the home
 * folder is its administrator, and may make tokens: they have `scopes`.
 */
export async function findServer(
  { url, key }: ServerFlags,
  scopes: readonly Scope[],
  environment = loadEnvironment(process.env),
): Promise<FoundServer | undefined> {
  const address = url ?? process.env.LLAMAHOME_URL;
  if (address) return { endpoint: address, apiKey: key ?? (process.env.LLAMAHOME_API_KEY || undefined) };
  const running = await serverOf(environment.home);
  if (running === undefined) return undefined;
  return { endpoint: running, apiKey: key ?? (await ownToken(environment, scopes)) };
}

/** Gives a client of the running server to `work`. @throws LlamaHomeError when no server runs */
export async function withServer<T>(
  flags: ServerFlags,
  scopes: readonly Scope[],
  work: (client: LlamaClient) => Promise<T>,
): Promise<T> {
  const server = await findServer(flags, scopes);
  if (server === undefined) {
    const advice = 'start one with llamahome serve, or name one with --url';
    throw new LlamaHomeError('not_found', `No server serves from the home folder: ${advice}.`);
  }
  const client = new LlamaClient(server).session();
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The address of the server that serves from this home now. */
async function serverOf(path: string): Promise<string | undefined> {
  const home = await openHome(path);
  try {
    await (await home.lock()).release();
    return undefined;
  } catch (error) {
    const address = error instanceof LlamaHomeError ? error.details?.url : undefined;
    if (typeof address === 'string') return address;
    throw error;
  }
}

/** Makes a fresh token for each request. */
async function ownToken({ home, secret }: Environment, scopes: readonly Scope[]): Promise<() => Promise<string>> {
  const { loadSecret } = await import('../access/secret.js');
  const { TokenGenerator } = await import('../access/TokenGenerator.js');
  const generator = new TokenGenerator({ secretKey: await loadSecret({ home, secret }) });
  const claims = { userId: 'admin', tier: 'enterprise', scopes: [...scopes], expiresIn: 3600 } as const;
  return async () => (await generator.issue(claims)).token;
}
