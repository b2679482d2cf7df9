import { LlamaClient } from '../client/index.js';
import type { GenerationResult, PromptText, StreamOptions, TextChunk } from '../client/types.js';
import { type Environment, loadEnvironment } from '../config/environment.js';
import { LlamaHomeError } from '../errors/index.js';
import { openHome } from '../storage/home.js';

/** What answers prompts: a server that runs, or one that was started for this. */
export interface Speaker {
  /** For people: with whom they speak. */
  readonly place: string;
  stream(prompt: PromptText, options: StreamOptions): AsyncGenerator<TextChunk, GenerationResult, void>;
  close(): Promise<void>;
}

export interface SpeakerOptions {
  /** Of a running server; default `LLAMAHOME_URL`. */
  url?: string | undefined;
  /** API key or token for it; default `LLAMAHOME_API_KEY`. */
  key?: string | undefined;
  /** What will be asked for, so that it can be fetched when it is missing. */
  model?: string | undefined;
}

/**
 * Finds who answers: the server at `url`, else the one that serves from the home folder, else one of its own.
 * @throws LlamaHomeError for wrong settings, or when no server can be started
 */
export async function findSpeaker({ url, key, model }: SpeakerOptions): Promise<Speaker> {
  const environment = loadEnvironment(process.env);
  const address = url ?? process.env.LLAMAHOME_URL;
  if (address) return clientSpeaker(address, key ?? (process.env.LLAMAHOME_API_KEY || undefined));
  const running = await serverOf(environment.home);
  if (running !== undefined) return clientSpeaker(running, key ?? (await ownToken(environment)));
  return embeddedSpeaker(environment, model);
}

function clientSpeaker(endpoint: string, apiKey: string | (() => Promise<string>) | undefined): Speaker {
  const client = new LlamaClient({ endpoint, apiKey }).session();
  return {
    place: `the server at ${endpoint}`,
    stream: (prompt, options) => client.streamResponse(prompt, options),
    close: () => client.close(),
  };
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

/** Who can read the home folder is its administrator, and may make tokens: a fresh one for each request. */
async function ownToken({ home, secret }: Environment): Promise<() => Promise<string>> {
  const { loadSecret } = await import('../access/secret.js');
  const { TokenGenerator } = await import('../access/TokenGenerator.js');
  const generator = new TokenGenerator({ secretKey: await loadSecret({ home, secret }) });
  const claims = { userId: 'admin', tier: 'enterprise', scopes: ['prompts:run'], expiresIn: 3600 } as const;
  return async () => (await generator.issue({ ...claims, scopes: [...claims.scopes] })).token;
}

async function embeddedSpeaker(environment: Environment, model: string | undefined): Promise<Speaker> {
  const { openServer } = await import('../server/openServer.js');
  const { stopServer } = await import('../server/httpServer.js');
  const { Generation } = await import('../server/embedded/Generation.js');
  const { createLogger } = await import('../telemetry/logger.js');
  const { ensureInstalled } = await import('./pull.js');
  const logger = createLogger(process.env.LLAMAHOME_LOG ? environment.log : 'warn');
  const open = await openServer({ environment, logger });
  try {
    const { models, config } = open.services;
    const { id, name, state } = await models.named(model ?? config.current.modelSettings.defaultModel);
    if (state === 'AVAILABLE') await ensureInstalled(environment.home, id);
    await models.load(id);
    const generation = new Generation(open.services);
    return {
      place: name,
      stream: (prompt, options) => generation.stream(prompt, { ...options, model: id }),
      close: () => stopServer(open),
    };
  } catch (error) {
    await open.close();
    throw error;
  }
}
