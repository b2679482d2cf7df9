import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Engine, EngineProgress, EngineRequest } from '../engine/Engine.js';
import { samplingDefaults } from '../engine/sampling.js';
import { seededRandom } from '../engine/seededRandom.js';
import { startEngine } from '../engine/startEngine.js';
import { LlamaHomeError } from '../errors/index.js';
import { figuresOf, type Run } from './figures.js';
import { ResourceMeter } from './machine/ResourceMeter.js';
import { independentPrompt } from './prompts.js';
import type { Side } from './runCase.js';
import type { WorkloadOptions } from './workloads.js';

const runFile = promisify(execFile);

export interface EngineRateOptions {
  model: string;
  sequences: number;
  threads: number | null;
  context: number;
}

/** The rate while all sequences decode: tokens and time between two steps. */
export class DecodeClock {
  private readonly counts = new Map<string, number>();
  private begun: number | null = null;
  private last = 0;
  private tokens = 0;
  private over = false;

  constructor(private readonly sequences: number) {}

  /** Takes in one step that ended at `now`, in ms. */
  step(progress: readonly EngineProgress[], now: number): void {
    if (this.over) return;
    let fresh = 0;
    for (const { id, completionTokens } of progress) {
      fresh += completionTokens - (this.counts.get(id) ?? 0);
      this.counts.set(id, completionTokens);
    }
    const decoding = [...this.counts.values()].filter((count) => count > 0).length;
    // The step that brings somebody's first token was prefill in part: the clock starts at its end.
    if (this.begun === null) {
      if (decoding === this.sequences) this.begun = now;
      this.last = now;
      return;
    }
    this.tokens += fresh;
    this.last = now;
    if (progress.some(({ finished, failed }) => finished !== undefined || failed !== undefined)) this.over = true;
  }

  get perSecond(): number | null {
    return this.begun === null || this.last <= this.begun ? null : (this.tokens * 1000) / (this.last - this.begun);
  }
}

/** Our engine process alone, with nothing of the API. Close it at the end. */
export async function engineSide(options: EngineRateOptions): Promise<Side & { close(): Promise<void> }> {
  const engine = await startEngine({
    modelPath: options.model,
    slots: options.sequences,
    contextLength: options.context,
    threads: options.threads ?? 'auto',
    gpu: 'auto',
  });
  return {
    name: 'engine',
    version: 'engine process of LlamaHome',
    run: async (workload) => ({
      run: await decodeRun(engine, options.sequences, workload),
      latencies: { firstTokenMs: [], betweenTokensMs: [] },
    }),
    close: () => engine.close(),
  };
}

async function decodeRun(engine: Engine, sequences: number, workload: WorkloadOptions): Promise<Run> {
  const requests = await makeRequests(engine, sequences, workload);
  const meter = await ResourceMeter.start([{ name: 'engine', pid: engine.pid }]);
  const clock = new DecodeClock(sequences);
  const begun = performance.now();
  let left = requests.length;
  let completionTokens = 0;
  let failed = 0;
  await new Promise<void>((resolve, reject) => {
    void engine.closed.then(({ reason }) => reject(new Error(`The engine ended: ${reason}`)));
    engine.onProgress = (progress) => {
      clock.step(progress, performance.now());
      for (const step of progress) {
        if (step.finished === undefined && step.failed === undefined) continue;
        completionTokens += step.completionTokens;
        if (step.failed !== undefined) failed++;
        if (--left === 0) resolve();
      }
    };
    engine.submit(requests);
  });
  const wallMs = performance.now() - begun;
  const empty = figuresOf({ wallMs, records: [], driverCpuSeconds: 0 });
  return {
    figures: {
      ...empty,
      requests: requests.length,
      errors: failed,
      promptTokens: requests.reduce((sum, { tokens }) => sum + tokens.length, 0),
      completionTokens,
      decodeTokensPerSecond: clock.perSecond,
    },
    occupancy: { busy: sequences, slots: sequences },
    apiMicrosPerToken: null,
    errorCodes: failed === 0 ? {} : { ENGINE_FAILED: failed },
    ...(await meter.stop(0)),
  };
}

async function makeRequests(
  engine: Engine,
  count: number,
  { seed, promptTokens, maxTokens }: WorkloadOptions,
): Promise<EngineRequest[]> {
  const random = seededRandom(seed);
  const prompts = Array.from({ length: count }, () => independentPrompt(random, promptTokens, maxTokens).prompt);
  const tokenized = await engine.tokenize(prompts.map((content) => [{ role: 'user', content }]));
  return tokenized.map((prompt, index) => {
    if (prompt instanceof LlamaHomeError) throw prompt;
    if ('moreThan' in prompt) throw new Error('a prompt of the bench is longer than the context');
    const sampling = { ...samplingDefaults(), maxTokens, temperature: 0, seed: 1 };
    return { id: `${seed}-${index}`, tokens: prompt.tokens, scope: 'bench', sampling };
  });
}

/** llama.cpp's `llama-batched-bench` with the same number of sequences and tokens, on the same weights. */
export function batchedBenchSide(path: string, { model, sequences, threads, context }: EngineRateOptions): Side {
  return {
    name: 'llama-batched-bench',
    version: 'llama-batched-bench',
    async run({ promptTokens, maxTokens }) {
      const meter = await ResourceMeter.start([]);
      const args = ['-m', model, '-c', String(context * sequences), '-npp', String(promptTokens)];
      args.push('-ntg', String(maxTokens), '-npl', String(sequences), '--output-format', 'jsonl');
      if (threads !== null) args.push('-t', String(threads));
      const begun = performance.now();
      const { stdout } = await runFile(path, args);
      const result = parseBatchedBench(stdout);
      const empty = figuresOf({ wallMs: performance.now() - begun, records: [], driverCpuSeconds: 0 });
      const run: Run = {
        figures: {
          ...empty,
          requests: sequences,
          promptTokens: promptTokens * sequences,
          completionTokens: maxTokens * sequences,
          decodeTokensPerSecond: result,
        },
        occupancy: { busy: sequences, slots: sequences },
        apiMicrosPerToken: null,
        errorCodes: {},
        ...(await meter.stop(0)),
        // It is a child that has ended: what it took itself can't be told from what others took.
        otherCores: null,
      };
      return { run, latencies: { firstTokenMs: [], betweenTokensMs: [] } };
    },
  };
}

/** `speed_tg` of its JSON lines. @throws Error when there is none */
export function parseBatchedBench(output: string): number {
  const line = output.split('\n').findLast((text) => text.startsWith('{') && text.includes('"speed_tg"'));
  if (line === undefined) throw new Error('llama-batched-bench printed no result.');
  const { speed_tg: speed }: { speed_tg: number } = JSON.parse(line);
  return speed;
}
