import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { LlamaHomeError } from '../errors/index.js';
import type { CatalogueEntry } from './Model.js';
import { isLaterPart, partsOf, weightFiles } from './weightFiles.js';

/** A GGUF header has the four letters, its version (4 bytes) and two counts of 8 bytes each. */
const headerLength = 24;

const notGguf = 'it is not a GGUF file';
const cutShort = 'it is cut short';
const damage = new Set([notGguf, cutShort]);

/** What is wrong with a file that should be a model, seen from its first bytes; undefined when nothing is. */
export async function ggufFault(path: string): Promise<string | undefined> {
  const head = Buffer.alloc(headerLength);
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead } = await file.read(head, 0, headerLength, 0);
      if (head.toString('latin1', 0, Math.min(4, bytesRead)) !== 'GGUF') return notGguf;
      if (bytesRead < headerLength) return cutShort;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' ? 'its file is missing' : `its file can not be read (${String(code)})`;
  }
  const version = head.readUInt32LE(4);
  if (version < 2 || version > 3) return `it is of GGUF version ${version}, and this engine reads 2 and 3`;
  return head.readBigUInt64LE(8) === 0n ? 'it holds no weights' : undefined;
}

/** As `ggufFault`, of all files of a model by the path of its first. */
export async function modelFault(path: string): Promise<string | undefined> {
  if (isLaterPart(path)) return 'it is a later part of a model that is split: name the first part';
  const { path: first, missing } = weightFiles(path);
  if (missing.length > 0) {
    const names = missing.slice(0, 3).join(', ') + (missing.length > 3 ? ` and ${missing.length - 3} more` : '');
    return `it is split into several files, and beside the first are missing ${names}`;
  }
  for (const part of partsOf(first)) {
    const fault = await ggufFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether a fault is sure to be the file's: then another copy of it helps, and nothing else. */
export function isDamage(fault: string): boolean {
  return damage.has(fault);
}

/** Whether a name is meant as a path to a file: ids have neither slashes nor this ending. */
export function isGgufPath(name: string): boolean {
  return /[\\/]|\.gguf$/i.test(name);
}

/** An id made from a file name: lower case, what is not a letter, digit, ".", "_" or "-" becomes "-". */
export function idOfFile(path: string): string {
  const id = basename(path)
    .replace(/\.gguf$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 100);
  return id === '' ? 'model' : id;
}

/** 134515008 is "135M". */
function parametersAsSaid(count: number): string {
  if (count >= 1e9) return `${Number((count / 1e9).toPrecision(2))}B`;
  return `${Number((count / 1e6).toPrecision(3))}M`;
}

function unusable(path: string, fault: string, cause?: unknown): LlamaHomeError {
  const message = `The model ${basename(path)} can not be used: ${fault}.`;
  return new LlamaHomeError('model_unavailable', message, { model: basename(path), state: 'failed' }, { cause });
}

/**
 * A catalogue entry for a file that is in no catalogue, from its header.
 * @throws LlamaHomeError `model_unavailable` when it is not a model
 */
export async function describeGguf(path: string, id: string, sizeBytes: number): Promise<CatalogueEntry> {
  const fault = await modelFault(path);
  if (fault !== undefined) throw unusable(path, fault);
  // A large library, needed here and for downloads only: a server without either does not carry it in memory.
  const { readGgufFileInfo } = await import('node-llama-cpp');
  const info = await readGgufFileInfo(path, {
    sourceType: 'filesystem',
    logWarnings: false,
    ignoreKeys: [
      'tokenizer.ggml.tokens',
      'tokenizer.ggml.merges',
      'tokenizer.ggml.scores',
      'tokenizer.ggml.token_type',
    ],
  }).catch((cause: unknown) => {
    throw unusable(path, 'it is cut short or damaged', cause);
  });
  const tensors = info.fullTensorInfo ?? [];
  // Beyond the end of a file the library reads on as if something were there.
  if (tensors.some(({ filePart, fileOffset }) => filePart === 1 && Number(fileOffset) >= sizeBytes)) {
    throw unusable(path, cutShort);
  }
  const { general, tokenizer } = info.metadata;
  let parameters = 0;
  for (const { dimensions } of tensors) {
    parameters += dimensions.reduce<number>((product, side) => product * Number(side), 1);
  }
  return {
    id,
    name: general.name ?? id,
    version: '1',
    parameters: general.size_label ?? parametersAsSaid(parameters),
    contextLength: info.architectureMetadata.context_length ?? 2048,
    capabilities: tokenizer?.chat_template === undefined ? ['text-generation'] : ['text-generation', 'chat'],
    licence: general.license ?? 'unknown',
    aliases: [],
    sizeBytes,
    sources: [{ type: 'file', path }],
  };
}
