import { writeFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type TransportName, transports } from '../bench/Job.js';
import { drawReport } from '../bench/report/svg.js';
import { formatReport } from '../bench/report/table.js';
import { runBench } from '../bench/runBench.js';
import { defaultOptions, type Workload, workloads } from '../bench/workloads.js';
import { loadEnvironment } from '../config/environment.js';
import { ModelLibrary } from '../models/ModelLibrary.js';
import { StartError } from '../server/StartError.js';
import { serverAddress } from './findServer.js';
import { ensureInstalled } from './pull.js';

interface BenchFlags {
  url?: string;
  key?: string;
  model?: string;
  transport: TransportName;
  peer?: string;
  peerKey?: string;
  batchedBench?: string;
  clients: number[];
  rounds: number;
  rate: number;
  promptTokens: number;
  maxTokens: number;
  prefixTokens: number;
  longTokens: number;
  followers: number;
  seconds: number;
  runs: number;
  seed: number;
  slots: number;
  threads?: number;
  context: number;
  calm?: number;
  json?: boolean;
  svg?: string;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('write a whole number of at least 1.');
  return Number(text);
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber);
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('write a number above 0.');
  }
  return value;
}

/** `llamahome bench [workload...]` */
export function benchCommand(): Command {
  const { rounds, rate, promptTokens, maxTokens, prefixTokens, longTokens, followers, seconds, seed } = defaultOptions;
  return new Command('bench')
    .description('measure a server, and compare it run by run with another one')
    .argument('[workload...]', `of ${workloads.join(', ')} (default: single concurrent)`, takeWorkload)
    .option('--url <url>', 'measure this server instead of starting one', serverAddress)
    .option('--key <key>', 'API key or token for --url')
    .option('--model <model>', 'what a started server loads: a .gguf file or a model of the catalogue')
    .addOption(new Option('--transport <name>', 'way to stream').choices(transports).default('ws'))
    .option('--peer <server>', 'compare with an OpenAI-compatible server at this address, or start this llama-server')
    .option('--peer-key <key>', 'key for --peer')
    .option('--batched-bench <path>', 'compare `engine` with this llama-batched-bench')
    .addOption(
      new Option('--clients <n,n>', 'clients; several numbers are several cases of concurrent')
        .argParser(wholeNumbers)
        .default([defaultOptions.clients], String(defaultOptions.clients)),
    )
    .option('--rounds <n>', 'prompts of each client in a run', wholeNumber, rounds)
    .option('--rate <n>', 'open: prompts a second', positive, rate)
    .option('--prompt-tokens <n>', 'length of a prompt, about', wholeNumber, promptTokens)
    .option('--max-tokens <n>', 'length of an answer', wholeNumber, maxTokens)
    .option('--prefix-tokens <n>', 'shared-prefix: length of the system prompt, about', wholeNumber, prefixTokens)
    .option('--long-tokens <n>', 'long-prefill: length of the long prompt, about', wholeNumber, longTokens)
    .option('--followers <n>', 'followers: how many', wholeNumber, followers)
    .option('--seconds <n>', 'queries: duration of a run', positive, seconds)
    .option('--runs <n>', 'runs of each side that count', wholeNumber, 5)
    .option('--seed <n>', 'of prompts and arrivals', wholeNumber, seed)
    .option('--slots <n>', 'sequences of started servers', wholeNumber, 16)
    .option('--threads <n>', 'threads of started servers (default: their own choice)', wholeNumber)
    .option('--context <n>', 'tokens per sequence of started servers', wholeNumber, 4096)
    .option('--calm <cores>', 'wait for a calm machine, and repeat runs while others took more than this', positive)
    .option('--json', 'as JSON')
    .option('--svg <file>', 'write a plot into this file')
    .action(bench);
}

function takeWorkload(text: string, earlier: Workload[] = []): Workload[] {
  const known = workloads.find((workload) => workload === text);
  if (known === undefined) throw new InvalidArgumentError(`write ${workloads.join(', ')}.`);
  return [...earlier, known];
}

async function bench(chosen: Workload[], flags: BenchFlags): Promise<void> {
  const selected: Workload[] = chosen.length === 0 ? ['single', 'concurrent'] : chosen;
  const { clients, url, peer, threads, calm } = flags;
  const needsFile = url === undefined || selected.includes('engine') || (peer !== undefined && !/^https?:/.test(peer));
  const progress = showProgress();
  const stop = new AbortController();
  const onSignal = () => {
    process.stderr.write('Stopping; a second Ctrl-C stops at once.\n');
    stop.abort(new StartError('The bench was stopped.'));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    const report = await runBench({
      ...flags,
      workloads: selected,
      url: url ?? null,
      key: flags.key ?? null,
      model: needsFile ? await modelFile(flags.model) : (flags.model ?? 'as the server has it'),
      peer: peer ?? null,
      peerKey: flags.peerKey ?? null,
      batchedBench: flags.batchedBench ?? null,
      threads: threads ?? null,
      calm: calm ?? null,
      workload: { ...defaultOptions, ...pickWorkloadOptions(flags), clients: Math.max(...clients) },
      signal: stop.signal,
      ...progress,
    });
    progress.end();
    if (flags.svg !== undefined) await writeFile(flags.svg, drawReport(report));
    process.stdout.write(flags.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : formatReport(report));
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, onSignal);
    progress.end();
  }
}

function pickWorkloadOptions(flags: BenchFlags) {
  const { rounds, rate, promptTokens, maxTokens, prefixTokens, longTokens, followers, seconds, seed } = flags;
  return { rounds, rate, promptTokens, maxTokens, prefixTokens, longTokens, followers, seconds, seed };
}

/** The file of a model, fetched when it is missing: the servers under test share it, each with a home of its own. */
async function modelFile(name: string | undefined): Promise<string> {
  if (name?.endsWith('.gguf')) return name;
  const { home, model } = loadEnvironment(process.env);
  const wanted = name ?? model ?? 'smollm2-135m-instruct';
  if (wanted.endsWith('.gguf')) return wanted;
  await ensureInstalled(home, wanted);
  const library = await ModelLibrary.open(home);
  return library.path(library.get(wanted).id);
}

/** Shows how far it is on standard error: a bar on a terminal, lines elsewhere. */
function showProgress() {
  const stream = process.stderr;
  const bar = stream.isTTY
    ? new SingleBar({ format: '[{bar}] {value} of {total} turns | {what}', stream, barsize: 30 })
    : undefined;
  let total = 0;
  let done = 0;
  return {
    onPlan: (turns: number) => {
      total = turns;
      bar?.start(turns, 0, { what: 'starting' });
    },
    onRun: (what: string) => {
      done++;
      if (bar === undefined) stream.write(`${done} of ${total}: ${what}\n`);
      else bar.update(Math.min(done, total), { what });
    },
    end: () => bar?.stop(),
  };
}
