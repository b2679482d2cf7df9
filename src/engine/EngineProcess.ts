import type { ChildProcess } from 'node:child_process';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import type {
  ChatMessage,
  Engine,
  EngineExit,
  EngineInfo,
  EngineOptions,
  EngineProgress,
  EngineRequest,
  EngineStats,
  EngineStep,
} from './Engine.js';
import { loadFailure } from './loadFailure.js';
import type { FromEngine, StepReport, ToEngine } from './protocol.js';
import { RateWindow } from './RateWindow.js';
import { ShortIds } from './ShortIds.js';

/** The server's side of one engine process. */
export class EngineProcess implements Engine {
  readonly pid: number;
  readonly ready: Promise<void>;
  readonly closed: Promise<EngineExit>;
  isGone = false;
  onProgress: ((progress: EngineProgress[]) => void) | undefined;
  onStep: ((step: EngineStep) => void) | undefined;

  private loaded: EngineInfo | undefined;
  private closing = false;
  private lastErrorOutput = '';
  private calls = 0;
  private readonly pending = new Map<
    number,
    { resolve: (value: FromEngine) => void; reject: (error: Error) => void }
  >();
  private readonly names = new ShortIds();
  private readonly rate = new RateWindow();
  private readonly counters: EngineStats = {
    steps: 0,
    generatedTokens: 0,
    prefilledTokens: 0,
    cachedTokens: 0,
    busy: 0,
    staged: 0,
    tokensPerSecond: null,
    prefillTokensPerSecond: null,
    lastStepAt: null,
  };

  constructor(
    private readonly child: ChildProcess,
    private readonly listeners: Pick<EngineOptions, 'onLoadProgress' | 'onLog' | 'onNotice'> = {},
  ) {
    this.pid = child.pid ?? 0;
    const { promise, resolve, reject } = withResolvers<void>();
    this.ready = promise;
    this.closed = new Promise((settle) => {
      const end = (reason: string) => {
        this.isGone = true;
        const exit = { expected: this.closing, reason };
        const failure = new LlamaHomeError(
          'engine_failed',
          'The engine process ended; the request may be tried again.',
        );
        reject(endedWhileLoading(reason));
        for (const call of this.pending.values()) call.reject(failure);
        this.pending.clear();
        settle(exit);
      };
      child.once('exit', (code, signal) => end(this.exitReason(code, signal)));
      child.once('error', (error) => end(error.message));
    });
    this.ready.catch(() => {});
    child.on('message', (message: FromEngine) => this.receive(message, resolve, reject));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.lastErrorOutput = (this.lastErrorOutput + text).slice(-2000);
    });
  }

  get info(): EngineInfo {
    if (this.loaded === undefined) throw new Error('the engine is not ready');
    return this.loaded;
  }

  async tokenize(conversations: ChatMessage[][], scope?: string): ReturnType<Engine['tokenize']> {
    const reply = await this.call((call) => ({ type: 'tokenize', call, conversations, scope }));
    if (reply.type !== 'tokenized') return [];
    return reply.prompts.map((prompt) => ('refused' in prompt ? refusal(prompt.refused) : prompt));
  }

  async tokenizeText(text: string, special: boolean): Promise<number[]> {
    const reply = await this.call((call) => ({ type: 'tokenizeText', call, text, special }));
    return reply.type === 'tokens' ? reply.tokens : [];
  }

  submit(requests: EngineRequest[]): void {
    this.post({
      type: 'submit',
      requests: requests.map((request) => ({ ...request, id: this.names.give(request.id), fullId: request.id })),
    });
  }

  cancel(ids: string[]): void {
    this.post({ type: 'cancel', ids: ids.flatMap((id) => this.names.of(id) ?? []) });
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.call((call) => ({ type: 'forget', call, ids })).catch(() => undefined);
  }

  publish(texts: readonly string[]): void {
    this.post({ type: 'publish', texts });
  }

  stats(): EngineStats {
    return { ...this.counters, tokensPerSecond: this.rate.perSecond(performance.now()) };
  }

  async resources(): Promise<{ memoryBytes: number; cpuSeconds: number } | null> {
    const reply = await this.call((call) => ({ type: 'resources', call })).catch(() => null);
    return reply?.type === 'resources' ? { memoryBytes: reply.memoryBytes, cpuSeconds: reply.cpuSeconds } : null;
  }

  async close(): Promise<void> {
    this.closing = true;
    if (!this.isGone) this.child.kill('SIGKILL');
    await this.closed;
  }

  private call(message: (call: number) => ToEngine): Promise<FromEngine> {
    const call = ++this.calls;
    const { promise, resolve, reject } = withResolvers<FromEngine>();
    this.pending.set(call, { resolve, reject });
    this.post(message(call));
    return promise;
  }

  private post(message: ToEngine): void {
    if (this.isGone) {
      for (const call of this.pending.values()) call.reject(new LlamaHomeError('engine_failed', 'The engine is gone.'));
      this.pending.clear();
      return;
    }
    // A channel that breaks ends the process, which settles everything: the error itself needs no handling.
    this.child.send(message, () => {});
  }

  private receive(message: FromEngine, resolveReady: () => void, rejectReady: (error: Error) => void): void {
    switch (message.type) {
      case 'loading':
        this.listeners.onLoadProgress?.(message.fraction);
        break;
      case 'ready':
        this.loaded = message.info;
        resolveReady();
        break;
      case 'unloadable':
        rejectReady(loadFailure(message));
        break;
      case 'step':
        this.receiveReport(message.report);
        break;
      case 'tokenized':
      case 'tokens':
      case 'forgotten':
      case 'resources': {
        this.pending.get(message.call)?.resolve(message);
        this.pending.delete(message.call);
        break;
      }
      case 'log':
        this.listeners.onLog?.(message.level, message.message);
        break;
    }
  }

  private receiveReport({ steps, progress }: StepReport): void {
    const now = performance.now();
    this.counters.lastStepAt = now;
    for (const step of steps) {
      if (step.sequences > 0) this.counters.steps++;
      this.counters.generatedTokens += step.generated;
      this.counters.prefilledTokens += step.prefilled;
      this.counters.busy = step.busy;
      this.counters.staged = step.staged;
      this.rate.add(now, step.generated);
      this.notePrefill(step.prefilled, step.stepMs);
      this.onStep?.(step);
    }
    for (const reason of new Set(progress.flatMap(({ failed }) => failed ?? []))) {
      this.listeners.onNotice?.({ level: 'error', message: 'the engine could not evaluate prompts', reason });
    }
    for (const step of progress) {
      const { id, finished, failed } = step;
      step.id = this.names.idOf(id);
      if (finished !== undefined || failed !== undefined) this.names.drop(id);
      this.counters.cachedTokens += finished?.usage.cachedTokens ?? 0;
    }
    this.onProgress?.(progress);
  }

  /** Small prefills say little about the rate: the decoding beside them takes most of the step. */
  private notePrefill(tokens: number, stepMs: number): void {
    if (tokens < 32 || stepMs === 0) return;
    const rate = (tokens * 1000) / stepMs;
    const before = this.counters.prefillTokensPerSecond;
    this.counters.prefillTokensPerSecond = before === null ? rate : 0.7 * before + 0.3 * rate;
  }

  private exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const said = this.lastErrorOutput.trim().split('\n').at(-1) ?? '';
    return said === '' ? how : `${how}: ${said}`;
  }
}

/** A process that was killed, for memory say, may do better the next time. */
function endedWhileLoading(reason: string): LlamaHomeError {
  const message = 'The engine process ended while it loaded the model; try again in a moment.';
  return new LlamaHomeError('model_unavailable', message, { retry_after: 5 }, { cause: new Error(reason) });
}

function refusal(reason: string): LlamaHomeError {
  return invalidRequest('messages', `No prompt can be made of the messages: ${reason.split('\n')[0]?.slice(0, 200)}`);
}

function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
} {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
