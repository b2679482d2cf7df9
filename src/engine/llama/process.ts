/** Entry of the engine process: one model, one context, one step loop. Started by startEngine, spoken to over IPC. */
import { availableParallelism, freemem } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LlamaModel } from 'node-llama-cpp';
import type { ChatMessage, EngineInfo } from '../Engine.js';
import type { LoadFailure } from '../loadFailure.js';
import type { FromEngine, ToEngine, TokenizedAnswer } from '../protocol.js';
import { ChatRenderer, TemplateFault } from './ChatRenderer.js';
import { Native } from './native.js';
import { PrefixStore } from './PrefixStore.js';
import { PromptTokenizer } from './PromptTokenizer.js';
import { PublicPrefixes } from './PublicPrefixes.js';
import { StepLoop } from './StepLoop.js';

const batchSize = 512;
const mostSlots = 16;
const mostContext = 4096;
/** The part of free memory that the sequences of one model may take when nothing else is said. */
const memoryShare = 0.25;
/** The part of the sequences' memory that states which had to make room may take in addition, and the most of it. */
const prefixShare = 0.25;
const mostPrefixBytes = 512 * 1024 * 1024;

type LoadOptions = Extract<ToEngine, { type: 'load' }>['options'];

function send(message: FromEngine): void {
  process.send?.(message);
}

// Ctrl-C and a closed terminal reach the whole process group: when to stop is the server's decision.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});
// The channel closes when the server ends, however that happens; nothing is left to do then.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));

let native: Native | undefined;
let tokenizer: PromptTokenizer | undefined;
let publicPrefixes: PublicPrefixes | undefined;
let loop: StepLoop | undefined;
/** What the library logged as errors before the model was ready. */
const loadErrors: string[] = [];

async function load(options: LoadOptions): Promise<EngineInfo> {
  native = await Native.load({
    modelPath: options.modelPath,
    gpu: options.gpu,
    batchSize,
    threads: options.threads === 'auto' ? availableParallelism() : options.threads,
    contextLength: (trained) =>
      options.contextLength === 'auto' ? Math.min(trained, mostContext) : options.contextLength,
    sequences: (model, contextLength) => sequencesOf(model, contextLength, options.slots),
    onLoadProgress: (fraction) => send({ type: 'loading', fraction }),
    onLog: (level, message) => {
      if (loop === undefined && (level === 'error' || level === 'fatal')) loadErrors.push(message);
      send({ type: 'log', level, message });
    },
  });
  const { vocabulary, chatTemplate } = native;
  tokenizer = new PromptTokenizer(vocabulary, new ChatRenderer(chatTemplate, vocabulary.boundaryTexts));
  const memory = native.memory();
  const cacheBytes = PrefixStore.available() ? prefixBudget(native) : 0;
  const store = cacheBytes > 0 ? new PrefixStore(native, cacheBytes) : undefined;
  publicPrefixes = new PublicPrefixes(tokensOf);
  loop = new StepLoop(native, (report) => send({ type: 'step', report }), publicPrefixes, store);
  void loop.run();
  return {
    slots: native.slots,
    contextLength: native.contextLength,
    trainContextLength: native.trainContextLength,
    vocabularySize: native.vocabularySize,
    gpu: native.gpu,
    threads: native.threads,
    memoryBytes: memory.total + Math.round(cacheBytes),
    gpuMemoryBytes: memory.gpu,
    hasChatTemplate: native.chatTemplate !== undefined,
  };
}

async function sequencesOf(model: LlamaModel, contextLength: number, wanted: number | 'auto') {
  const need = async (sequences: number) => {
    const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
      contextSize: contextLength,
      sequences,
      modelGpuLayers: model.gpuLayers,
      batchSize,
    });
    return cpuRam + gpuVram;
  };
  const one = await need(1);
  const sequenceBytes = Math.max(1, ((await need(mostSlots)) - one) / (mostSlots - 1));
  const fitting = 1 + Math.floor((freemem() * memoryShare - one) / sequenceBytes);
  return { slots: wanted === 'auto' ? Math.max(1, Math.min(mostSlots, fitting)) : wanted, sequenceBytes };
}

/** Room for one whole sequence at least. */
function prefixBudget({ slots, sequenceBytes }: Native): number {
  return Math.min(mostPrefixBytes, Math.max(sequenceBytes, slots * sequenceBytes * prefixShare));
}

function tokensOf(messages: ChatMessage[]): number[] {
  if (tokenizer === undefined) throw new Error('the model is not loaded');
  return tokenizer.tokenize(messages);
}

async function tokenizeOne(messages: ChatMessage[], scope: string | undefined): Promise<TokenizedAnswer> {
  try {
    if (tokenizer === undefined || native === undefined) throw new Error('the model is not loaded');
    const tokens = await tokenizer.tokenizeWithin(messages, native.contextLength);
    if ('moreThan' in tokens) return tokens;
    return { tokens, cachedTokens: scope === undefined ? 0 : (loop?.cachedTokens({ tokens, scope }) ?? 0) };
  } catch (error) {
    return { refused: reasonOf(error) };
  }
}

/** One after the other, with room for steps of the model between them. */
async function tokenizeAll(conversations: ChatMessage[][], scope: string | undefined): Promise<TokenizedAnswer[]> {
  const answers: TokenizedAnswer[] = [];
  for (const messages of conversations) {
    if (answers.length > 0) await nextTurn();
    answers.push(await tokenizeOne(messages, scope));
  }
  return answers;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function failureOf(error: unknown): Promise<LoadFailure> {
  // What the library logged before it gave up comes by another way, and may still be under way.
  await nextTurn();
  const reason = [reasonOf(error), ...loadErrors].join('\n');
  return error instanceof TemplateFault ? { reason, templateFault: error.message } : { reason };
}

process.on('message', (message: ToEngine) => {
  switch (message.type) {
    case 'load':
      load(message.options).then(
        (info) => send({ type: 'ready', info }),
        async (error) => send({ type: 'unloadable', ...(await failureOf(error)) }),
      );
      break;
    case 'tokenize': {
      const { call, conversations, scope } = message;
      void tokenizeAll(conversations, scope).then((prompts) => send({ type: 'tokenized', call, prompts }));
      break;
    }
    case 'tokenizeText': {
      const { call, text, special } = message;
      send({ type: 'tokens', call, tokens: native?.vocabulary.tokenize(text, { special, continues: false }) ?? [] });
      break;
    }
    case 'submit':
      loop?.submit(message.requests);
      break;
    case 'cancel':
      loop?.cancel(message.ids);
      break;
    case 'forget': {
      const { call } = message;
      void loop?.forget(message.ids).then(() => send({ type: 'forgotten', call }));
      break;
    }
    case 'publish':
      publicPrefixes?.declare(message.texts);
      break;
    case 'resources': {
      const { user, system } = process.cpuUsage();
      const { call } = message;
      send({ type: 'resources', call, memoryBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 });
      break;
    }
  }
});
