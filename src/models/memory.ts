import { existsSync, readdirSync } from 'node:fs';
import { totalmem } from 'node:os';

/** Tokens per sequence that a context has unless more are asked for. */
const usualContext = 4096;
const mostSlots = 16;

/** Buffers for computing, in bytes: mostly one number per word of the vocabulary and token of a batch. */
const mostBuffers = 150e6;

/**
 * Bytes of context per token. The size of keys and values is not in the catalogue; over the usual
 * architectures it grows about as the square root of the file: 23 KB at 100 MB (135M, measured), 100 KB at 2 GB (3B).
 */
function contextBytesPerToken(sizeBytes: number): number {
  return 2.3 * Math.sqrt(sizeBytes);
}

function withoutContext(sizeBytes: number): number {
  return sizeBytes + Math.min(sizeBytes, mostBuffers);
}

export interface MemoryQuestion {
  sizeBytes: number;
  /** What the model was trained for, in tokens. */
  trainContextLength: number;
  contextLength: number | 'auto';
}

/** Tokens per sequence that a model is loaded with. */
export function servedContext({ trainContextLength, contextLength }: Omit<MemoryQuestion, 'sizeBytes'>): number {
  return contextLength === 'auto' ? Math.min(trainContextLength, usualContext) : contextLength;
}

/** About how many bytes a model takes when it is loaded with so many sequences. */
export function estimateMemory(model: MemoryQuestion, slots: number): number {
  const tokens = servedContext(model);
  return Math.round(withoutContext(model.sizeBytes) + slots * tokens * contextBytesPerToken(model.sizeBytes));
}

/**
 * What a model takes when it is loaded as the settings say, in bytes, rounded up to the two digits that an estimate knows.
 * @param cacheBytes what all loaded models may take together: as many sequences as fit are made where `slots` is `auto`
 */
export function estimateServed(model: MemoryQuestion, slots: number | 'auto', cacheBytes: number): number {
  return roundUp(estimateMemory(model, slots === 'auto' ? slotsWithin(model, cacheBytes) : slots));
}

/** Bytes, rounded up to two digits. */
export function roundUp(bytes: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, bytes))) - 1);
  return Math.ceil(bytes / unit) * unit;
}

/** How many sequences fit into `room` bytes beside the model: 1 to 16. */
export function slotsWithin(model: MemoryQuestion, room: number): number {
  const base = withoutContext(model.sizeBytes);
  const perSlot = Math.max(1, estimateMemory(model, 1) - base);
  return Math.max(1, Math.min(mostSlots, Math.floor((room - base) / perSlot)));
}

/** Memory that this process may use, in bytes: that of the machine or of its container. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/**
 * Whether a GPU with memory of its own could hold a model. A glance at the device files: loading a driver into the
 * server to ask it would cost memory and seconds.
 */
export function mayHaveGpu(): boolean {
  if (process.platform !== 'linux') return process.platform === 'win32';
  if (existsSync('/dev/nvidiactl') || existsSync('/dev/dxg')) return true;
  try {
    return readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  } catch {
    return false;
  }
}

/** A loaded model as the choice of what to unload sees it. */
export interface LoadedModel {
  id: string;
  memoryBytes: number;
  /** Any clock, larger is later. */
  lastUsed: number;
  idle: boolean;
}

/**
 * Which idle models to unload, least recently used first, so that `need` more bytes stay within `limit`. Undefined
 * when even all idle ones would not be enough.
 */
export function chooseToUnload(loaded: readonly LoadedModel[], need: number, limit: number): string[] | undefined {
  let used = loaded.reduce((sum, { memoryBytes }) => sum + memoryBytes, need);
  const chosen: string[] = [];
  const idle = loaded.filter((model) => model.idle).sort((a, b) => a.lastUsed - b.lastUsed);
  for (const model of idle) {
    if (used <= limit) break;
    used -= model.memoryBytes;
    chosen.push(model.id);
  }
  return used <= limit ? chosen : undefined;
}
