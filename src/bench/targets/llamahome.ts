import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeOptions } from '../../nodeOptions.js';
import { StartError } from '../../server/StartError.js';
import type { TransportName } from '../Job.js';
import { childrenOf, listenerOf } from '../machine/procfs.js';
import { dataOf, type GraphQLAnswer } from '../transports/documents.js';
import { HttpClient } from '../transports/HttpClient.js';
import { AnswerError } from '../transports/Transport.js';
import { isLocal } from './isLocal.js';
import type { RunningTarget } from './RunningTarget.js';
import { startProgram } from './startProgram.js';
import { watchMetrics } from './watchMetrics.js';

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export interface LlamaHomeOptions {
  /** A `.gguf` file, or a name of the catalogue. */
  model: string;
  slots: number;
  threads: number | null;
  context: number | null;
  transport: TransportName;
}

/** Starts a LlamaHome server with a home of its own, and waits until its model is loaded. */
export async function startLlamaHome(options: LlamaHomeOptions): Promise<RunningTarget> {
  const home = await mkdtemp(join(tmpdir(), 'llamahome-bench-'));
  let url = '';
  let key: string | null = null;
  try {
    const { pid, stop } = await startProgram(
      process.execPath,
      [...nodeOptions, program, 'serve'],
      environment(home, options),
      (line) => {
        key ??= /lh_[\w-]{43}/.exec(line)?.[0] ?? null;
        url = /^LlamaHome is ready at (http:\S+)\/graphql$/.exec(line)?.[1] ?? url;
        return url !== '';
      },
    );
    try {
      const target = await attach(url, key, options.transport, pid);
      return {
        ...target,
        async stop() {
          await stop();
          await rm(home, { recursive: true, force: true });
        },
      };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true });
    throw error;
  }
}

/** Nothing of the caller's own settings reaches the server under test. */
function environment(home: string, { model, slots, threads, context }: LlamaHomeOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(LLAMAHOME|OTEL)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    LLAMAHOME_HOME: home,
    LLAMAHOME_MODEL: model,
    LLAMAHOME_PORT: '0',
    LLAMAHOME_SLOTS: String(slots),
    LLAMAHOME_LOG: 'warn',
    ...(threads === null ? {} : { LLAMAHOME_THREADS: String(threads) }),
    ...(context === null ? {} : { LLAMAHOME_CONTEXT: String(context) }),
  };
}

/** A LlamaHome server that already runs. */
export async function useLlamaHome(url: string, key: string | null, transport: TransportName): Promise<RunningTarget> {
  const { port, protocol } = new URL(url);
  const pid = isLocal(url) ? await listenerOf(Number(port || (protocol === 'https:' ? 443 : 80))) : null;
  return { ...(await attach(url.replace(/\/(graphql)?\/?$/, ''), key, transport, pid)), stop: async () => {} };
}

/** Makes it load its model with a first prompt, and finds its processes. */
async function attach(url: string, key: string | null, transport: TransportName, pid: number | null) {
  const { version, slots } = await firstAnswer(url, key);
  const engines = pid === null ? [] : await childrenOf(pid);
  return {
    target: { kind: 'llamahome' as const, url, key, transport },
    version: `LlamaHome ${version}`,
    processes:
      pid === null ? [] : [{ name: 'server', pid }, ...engines.map((engine) => ({ name: 'engine', pid: engine }))],
    watchBatch: () => watchMetrics(url, key, slots.total),
  };
}

interface ServerAnswer {
  version: string;
  slots: { total: number };
}

/** @throws StartError when the server can't be reached, or refuses this caller */
async function firstAnswer(url: string, key: string | null): Promise<ServerAnswer> {
  const http = new HttpClient(url, key, 1);
  try {
    const warm = 'mutation { process(input: {prompt: "Hello.", maxTokens: 1}) { prompt { status } } }';
    dataOf(await http.json<GraphQLAnswer<unknown>>('/graphql', { query: warm }));
    const query = '{ server { version slots { total } } }';
    return dataOf(await http.json<GraphQLAnswer<{ server: ServerAnswer }>>('/graphql', { query })).server;
  } catch (error) {
    if (error instanceof AnswerError) {
      throw new StartError(`${url} refuses the bench (${error.code}): give a key with all scopes as --key.`);
    }
    throw new StartError(`No LlamaHome server answers at ${url}: ${error instanceof Error ? error.message : error}`);
  } finally {
    await http.close();
  }
}
