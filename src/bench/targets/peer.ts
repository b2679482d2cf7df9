import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import getPort from 'get-port';
import { StartError } from '../../server/StartError.js';
import { listenerOf } from '../machine/procfs.js';
import { isLocal } from './isLocal.js';
import type { RunningTarget } from './RunningTarget.js';
import { startProgram } from './startProgram.js';
import { watchMetrics } from './watchMetrics.js';

const run = promisify(execFile);

export interface PeerOptions {
  model: string;
  slots: number;
  threads: number | null;
  /** Tokens for each sequence. */
  context: number;
}

export function isUrl(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text);
}

/**
 * Starts a `llama-server` of llama.cpp on the same weights with as many sequences, threads and tokens for each sequence
 * as the server it is compared with; everything else stays at its defaults, its prompt cache included.
 */
export async function startLlamaServer(path: string, options: PeerOptions): Promise<RunningTarget> {
  const port = await getPort({ host: '127.0.0.1' });
  const args = ['-m', options.model, '--host', '127.0.0.1', '--port', String(port), '--metrics'];
  args.push('-np', String(options.slots), '-c', String(options.context * options.slots));
  if (options.threads !== null) args.push('-t', String(options.threads));
  const program = await startProgram(path, args, process.env, (line) => /listening on/.test(line));
  try {
    const { stdout, stderr } = await run(path, ['--version']);
    const version = /version:? .*/.exec(stdout + stderr)?.[0] ?? 'unknown version';
    return {
      ...(await attach(`http://127.0.0.1:${port}`, null)),
      version: `llama-server ${version}`,
      processes: [{ name: 'llama-server', pid: program.pid }],
      stop: () => program.stop(),
    };
  } catch (error) {
    await program.stop();
    throw error;
  }
}

/** Any server with OpenAI's API that already runs. */
export async function usePeer(url: string, key: string | null): Promise<RunningTarget> {
  const { port, protocol } = new URL(url);
  const pid = isLocal(url) ? await listenerOf(Number(port || (protocol === 'https:' ? 443 : 80))) : null;
  return {
    ...(await attach(url.replace(/(\/v1)?\/?$/, ''), key)),
    processes: pid === null ? [] : [{ name: 'peer', pid }],
    stop: async () => {},
  };
}

async function attach(url: string, key: string | null) {
  const headers = key === null ? {} : { headers: { authorization: `Bearer ${key}` } };
  const listed = await whenLoaded(() => fetch(`${url}/v1/models`, headers)).catch(() => undefined);
  if (listed?.ok !== true) {
    const found = listed === undefined ? 'Nothing answers' : `The answer is ${listed.status}`;
    throw new StartError(`${found} at ${url}/v1/models: give the address of an OpenAI-compatible server as --peer.`);
  }
  const models: { data?: { id?: string }[] } = await listed.json();
  const target = { kind: 'openai' as const, url, key, model: models.data?.[0]?.id ?? 'default' };
  const { version, slots } = await propsOf(url, headers);
  return { target, version, watchBatch: () => watchMetrics(url, key, slots) };
}

const loadPatienceMs = 120_000;

/** Asks again while the answer is 503: the model is being loaded. */
async function whenLoaded(ask: () => Promise<Response>): Promise<Response> {
  const deadline = performance.now() + loadPatienceMs;
  for (;;) {
    const answer = await ask();
    if (answer.status !== 503 || performance.now() > deadline) return answer;
    await delay(250);
  }
}

/** llama-server tells its build and its slots in /props; of others nothing is known. */
async function propsOf(url: string, init: RequestInit): Promise<{ version: string; slots: number | null }> {
  const answer = await fetch(`${url}/props`, init).catch(() => undefined);
  const props: { build_info?: string; total_slots?: number } = answer?.ok === true ? await answer.json() : {};
  const { build_info: build, total_slots: slots = null } = props;
  return { version: build === undefined ? 'unknown version' : `llama-server ${build}`, slots };
}
