import { getLlama, type Llama, type LlamaContext, LlamaLogLevel, type LlamaModel } from 'node-llama-cpp';
import type { LogitBias, SamplingParameters } from '../sampling.js';
import { NativeVocabulary } from './NativeVocabulary.js';
import { biasesOf, type SamplerConfig, samplerConfig } from './samplerConfig.js';

/**
 * The one border to node-llama-cpp's internals. The step loop decides itself what goes into each native decode, so it
 * drives the native context that LlamaContext wraps: the public iterators would add a lock and a promise chain per
 * sequence and token. The types below are the part of `dist/bindings/AddonTypes.d.ts` (3.22) that is used; the package
 * does not export them.
 */
interface AddonContext {
  initBatch(size: number): void;
  addToBatch(sequence: number, position: number, tokens: Uint32Array, logitIndexes: Uint32Array): Uint32Array;
  decodeBatch(): Promise<void>;
  sampleToken(logitIndex: number, sampler: AddonSampler): Promise<number>;
  sampleToken(
    logitIndex: number,
    sampler: AddonSampler,
    probabilities: false,
    confidence: false,
    logits: [tokens: number[], max: boolean, min: boolean, selected: boolean, top: number],
    totalWeight: boolean,
  ): Promise<[token: number, probabilities: undefined, confidence: undefined, logits?: number[], totalWeight?: number]>;
  disposeSequence(sequence: number): void;
  removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean;
  copySequenceStateFromOtherSequence(target: number, source: number): Promise<number>;
  saveSequenceStateToFile(path: string, sequence: number, tokens: Uint32Array): Promise<number>;
  loadSequenceStateFromFile(path: string, sequence: number, maxTokens: number): Promise<Uint32Array>;
  getMemoryBreakdown(): { cpuRam: number; gpuVram: number };
  getThreads(): number;
}

interface AddonSampler {
  applyConfig(config: SamplerConfig): void;
  dispose(): void;
}

interface AddonModel {
  getMemoryBreakdown(): { cpuRam: number; gpuVram: number };
}

interface Internals {
  context: AddonContext;
  model: AddonModel;
  newSampler(): AddonSampler;
}

/** A token that may come next. */
export interface Candidate {
  token: number;
  logit: number;
}

function pairsOf(flat: readonly number[]): Candidate[] {
  const pairs: Candidate[] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) {
    pairs.push({ token: flat[index] ?? 0, logit: flat[index + 1] ?? 0 });
  }
  return pairs;
}

function internalsOf(llama: Llama, model: LlamaModel, context: LlamaContext): Internals {
  // biome-ignore lint/suspicious/noExplicitAny: the marked border to an untyped part of a library.
  const untyped = { llama: llama as any, model: model as any, context: context as any };
  const addonModel = untyped.model._model;
  const addonContext = untyped.context._ctx;
  const Sampler = untyped.llama._bindings?.AddonSampler;
  if (typeof addonContext?.decodeBatch !== 'function' || typeof Sampler !== 'function' || addonModel == null) {
    throw new Error('this version of node-llama-cpp has other internals; install the version of package-lock.json');
  }
  return { context: addonContext, model: addonModel, newSampler: () => new Sampler(addonModel) };
}

export interface NativeOptions {
  modelPath: string;
  /** Sequences, and the memory that one takes. */
  sequences: (model: LlamaModel, contextLength: number) => Promise<{ slots: number; sequenceBytes: number }>;
  contextLength: (trained: number) => number;
  threads: number;
  gpu: 'auto' | 'cuda' | 'vulkan' | 'metal' | false;
  /** Most tokens of one native decode. */
  batchSize: number;
  onLoadProgress?: (fraction: number) => void;
  onLog?: (level: string, message: string) => void;
}

export type Sampler = AddonSampler;

/** As `demoModel.ts` writes it. */
const demoName = 'LlamaHome demo';
/** Native work is done in the order in which it was asked for. */
const oneThread = process.env.UV_THREADPOOL_SIZE === '1';

/** One loaded model with one context of `slots` sequences. No method may be called while `decode` is under way, but those of the vocabulary. */
export class Native {
  readonly slots: number;
  readonly contextLength: number;
  readonly batchSize: number;
  readonly gpu: string | false;
  readonly vocabulary: NativeVocabulary;
  /** Whether the last tokens of a sequence can be taken back; not so for models that keep one running state. */
  canTakeBack = false;

  private constructor(
    private readonly internals: Internals,
    private readonly model: LlamaModel,
    context: LlamaContext,
    llama: Llama,
    /** Memory of one sequence of the context. */
    readonly sequenceBytes: number,
  ) {
    this.vocabulary = new NativeVocabulary(model);
    this.slots = context.totalSequences;
    this.contextLength = context.contextSize;
    this.batchSize = context.batchSize;
    this.gpu = llama.gpu;
  }

  static async load(options: NativeOptions): Promise<Native> {
    const llama = await getLlama({
      gpu: options.gpu,
      build: 'never',
      skipDownload: true,
      logLevel: LlamaLogLevel.warn,
      logger: (level, message) => options.onLog?.(level, message.trimEnd()),
      maxThreads: 0,
    });
    const model = await llama.loadModel({
      modelPath: options.modelPath,
      ...(options.onLoadProgress === undefined ? {} : { onLoadProgress: options.onLoadProgress }),
    });
    const contextLength = options.contextLength(model.trainContextSize);
    const { slots, sequenceBytes } = await options.sequences(model, contextLength);
    const context = await model.createContext({
      contextSize: contextLength,
      sequences: slots,
      batchSize: Math.max(options.batchSize, slots),
      threads: options.threads,
      failedCreationRemedy: false,
    });
    const native = new Native(internalsOf(llama, model, context), model, context, llama, sequenceBytes);
    await native.warmUp();
    return native;
  }

  /** A first decode makes what is made lazily, and shows whether tokens can be taken back. */
  private async warmUp(): Promise<void> {
    this.beginBatch(2);
    this.addToBatch(0, 0, [0, 0], [1]);
    await this.decode();
    this.canTakeBack = this.internals.context.removeTokenCellsFromSequence(0, 1, -1);
    this.truncate(0, 0);
  }

  get modelBytes(): number {
    const { cpuRam, gpuVram } = this.internals.model.getMemoryBreakdown();
    return cpuRam + gpuVram;
  }

  get trainContextLength(): number {
    return this.model.trainContextSize;
  }

  get vocabularySize(): number {
    return this.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
  }

  get threads(): number {
    return this.internals.context.getThreads();
  }

  /** Bytes taken by model and context, and how much of it lies on the GPU. */
  memory(): { total: number; gpu: number } {
    const model = this.internals.model.getMemoryBreakdown();
    const context = this.internals.context.getMemoryBreakdown();
    const gpu = model.gpuVram + context.gpuVram;
    return { total: model.cpuRam + context.cpuRam + gpu, gpu };
  }

  /** The built-in model, whose text is noise. */
  get isDemo(): boolean {
    return this.model.fileInfo.metadata.general.name === demoName;
  }

  get chatTemplate(): string | undefined {
    return this.model.fileInfo.metadata.tokenizer.chat_template;
  }

  /** Each request has its own sampler: its random numbers begin with the request's seed. */
  createSampler(sampling: SamplingParameters, prompt: readonly number[]): Sampler {
    const sampler = this.internals.newSampler();
    sampler.applyConfig(samplerConfig(sampling, prompt, this.contextLength));
    return sampler;
  }

  /** A sampler that changes no logits but for the biases, to read them with; `most` sorts out the likeliest. */
  createReader(logitBias: readonly LogitBias[], most?: number): Sampler {
    const sampler = this.internals.newSampler();
    sampler.applyConfig({
      temperature: 1,
      seed: 0,
      ...(most === undefined ? {} : { topK: most }),
      ...biasesOf(logitBias),
    });
    return sampler;
  }

  beginBatch(size: number): void {
    this.internals.context.initBatch(size);
  }

  /** Adds tokens of one sequence; returns where the logits of those named by `wanted`, ascending, will stand. */
  addToBatch(slot: number, position: number, tokens: readonly number[], wanted: readonly number[]): readonly number[] {
    const { context } = this.internals;
    return [...context.addToBatch(slot, position, Uint32Array.from(tokens), Uint32Array.from(wanted))];
  }

  decode(): Promise<void> {
    return this.internals.context.decodeBatch();
  }

  /**
   * The next token by the logits of a decode. On a pool of one thread it is queued right behind that decode, which
   * saves two changes of thread; a sampler may not be disposed of before it has settled.
   */
  sample(decoded: Promise<void>, logitIndex: number, sampler: Sampler): Promise<number> {
    const { context } = this.internals;
    // The library takes a negative index for the last logits of the batch, whosever they are.
    if (logitIndex < 0) return Promise.reject(new Error('no logits to sample from'));
    if (oneThread) return context.sampleToken(logitIndex, sampler);
    return decoded.then(() => context.sampleToken(logitIndex, sampler));
  }

  /** The likeliest tokens with their logits, the likeliest first; at most as many as the reader sorts out. */
  async likeliest(decoded: Promise<void>, logitIndex: number, reader: Sampler, most: number): Promise<Candidate[]> {
    const [, , , logits = []] = await this.read(decoded, logitIndex, reader, { tokens: [], most });
    return pairsOf(logits);
  }

  /** Logits of some tokens, and the logarithm of the sum of e to the power of every logit less `highest`. */
  async logitsOf(
    decoded: Promise<void>,
    logitIndex: number,
    reader: Sampler,
    tokens: number[],
  ): Promise<{ logits: Candidate[]; totalWeight: number }> {
    const [, , , logits = [], totalWeight = 0] = await this.read(decoded, logitIndex, reader, { tokens, most: 0 });
    return { logits: pairsOf(logits), totalWeight };
  }

  private async read(
    decoded: Promise<void>,
    logitIndex: number,
    reader: Sampler,
    { tokens, most }: { tokens: number[]; most: number },
  ) {
    if (logitIndex < 0) throw new Error('no logits to read');
    await decoded;
    const wanted: [number[], boolean, boolean, boolean, number] = [tokens, false, false, false, most];
    return this.internals.context.sampleToken(logitIndex, reader, false, false, wanted, most === 0);
  }

  /** Forgets all of a sequence from `length` on; false when this kind of model can't, then the whole sequence is cleared. */
  truncate(slot: number, length: number): boolean {
    if (length > 0 && this.internals.context.removeTokenCellsFromSequence(slot, length, -1)) return true;
    this.internals.context.disposeSequence(slot);
    return length === 0;
  }

  /** Writes what a sequence holds into a file; its size in bytes. */
  saveState(slot: number, tokens: readonly number[], path: string): Promise<number> {
    return this.internals.context.saveSequenceStateToFile(path, slot, Uint32Array.from(tokens));
  }

  /** Replaces what a sequence holds by what was written into a file. */
  async loadState(slot: number, path: string): Promise<void> {
    this.internals.context.disposeSequence(slot);
    await this.internals.context.loadSequenceStateFromFile(path, slot, this.contextLength);
  }

  /** Makes `target` a copy of `source` cut to `length` tokens; false (and `target` empty) when that can't be done. */
  async copyPrefix(target: number, source: number, length: number): Promise<boolean> {
    const { context } = this.internals;
    context.disposeSequence(target);
    const lastPosition = await context.copySequenceStateFromOtherSequence(target, source);
    if (lastPosition >= length - 1 && context.removeTokenCellsFromSequence(target, length, -1)) return true;
    context.disposeSequence(target);
    return false;
  }
}
