import type { Engine, EngineProgress, EngineRequest } from '../../src/engine/Engine.js';
import { type SamplingParameters, samplingDefaults } from '../../src/engine/sampling.js';
import { LlamaHomeError } from '../../src/errors/index.js';

export interface EngineResult {
  text: string;
  finished: EngineProgress['finished'];
  failed: string | undefined;
}

/** Drives an engine directly and gathers what each request got. */
export class EngineRun {
  private readonly results = new Map<string, EngineResult>();
  private readonly waiting = new Map<string, (result: EngineResult) => void>();
  private readonly watchers = new Set<(progress: EngineProgress[]) => void>();
  private made = 0;

  constructor(readonly engine: Engine) {
    engine.onProgress = (progress) => {
      for (const step of progress) this.take(step);
      for (const watcher of this.watchers) watcher(progress);
    };
  }

  async request(
    prompt: string,
    sampling: Partial<SamplingParameters> = {},
    { scope = 'ann', system }: { scope?: string; system?: string } = {},
  ): Promise<EngineRequest> {
    const said = system === undefined ? [] : [{ role: 'system' as const, content: system }];
    const [tokenized] = await this.engine.tokenize([[...said, { role: 'user', content: prompt }]]);
    if (tokenized === undefined || tokenized instanceof LlamaHomeError) throw tokenized ?? new Error('no tokens');
    if ('moreThan' in tokenized) throw new Error(`the prompt has more than ${tokenized.moreThan} tokens`);
    return {
      id: `r${this.made++}`,
      tokens: tokenized.tokens,
      scope,
      sampling: { ...samplingDefaults(), maxTokens: 16, temperature: 0, seed: 1, ...sampling },
    };
  }

  /** Hands requests over together and settles when all have ended. */
  all(requests: EngineRequest[]): Promise<EngineResult[]> {
    const results = requests.map(({ id }) => this.end(id));
    this.engine.submit(requests);
    return Promise.all(results);
  }

  async one(...asked: Parameters<EngineRun['request']>): Promise<EngineResult> {
    const [result] = await this.all([await this.request(...asked)]);
    if (result === undefined) throw new Error('no result');
    return result;
  }

  end(id: string): Promise<EngineResult> {
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** Settles at the first step that has progress of this request for which `holds`. */
  until(id: string, holds: (progress: EngineProgress) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (progress: EngineProgress[]) => {
        if (!progress.some((step) => step.id === id && holds(step))) return;
        this.watchers.delete(watcher);
        resolve();
      };
      this.watchers.add(watcher);
    });
  }

  private take({ id, text, finished, failed }: EngineProgress): void {
    const result = this.results.get(id) ?? { text: '', finished: undefined, failed: undefined };
    result.text += text;
    result.finished = finished;
    result.failed = failed;
    this.results.set(id, result);
    if (finished !== undefined || failed !== undefined) this.waiting.get(id)?.(result);
  }
}
