import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DownloadOrder, DownloadReport } from './downloadProcess.js';
import { type FetchedFile, SourceError, type SourceRequest } from './SourceRequest.js';

// The same place seen from src/ (tests) and from dist/: a process can only be started from what was built.
const entry = fileURLToPath(new URL('../../../dist/models/sources/downloadProcess.js', import.meta.url));

/** How long the first answer may take: on a closed network the next source should have its turn soon. */
const probeMs = 5000;
/** No new byte for so long, and the download counts as broken. */
const stallMs = 60_000;

/** The address of `hf:user/repository/file#branch`, by the same environment variables as node-llama-cpp's. */
export function hubAddress(uri: string): string {
  const [path = '', branch = 'main'] = uri.slice('hf:'.length).split('#');
  const [user = '', repository = '', ...file] = path.split('/').map(encodeURIComponent);
  const endpoint = process.env.MODEL_ENDPOINT ?? process.env.HF_ENDPOINT ?? 'https://huggingface.co/';
  return `${endpoint.replace(/\/*$/, '/')}${user}/${repository}/resolve/${encodeURIComponent(branch)}/${file.join('/')}`;
}

interface Probe {
  sha256: string | undefined;
  sizeBytes: number | undefined;
}

/** Asks whether the file is there, before a downloader that retries for minutes is let loose. */
async function probe(address: string, signal: AbortSignal): Promise<Probe> {
  let answer: Response;
  try {
    answer = await fetch(address, {
      method: 'HEAD',
      // The hub answers with a redirect to its storage, and only this first answer has the checksum.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeMs)]),
    });
  } catch (cause) {
    throw new SourceError(`no connection to ${new URL(address).hostname}`, { cause, resumable: true });
  }
  // A file that needs an account may still come: the downloader knows the tokens.
  if (!answer.ok && answer.status > 399 && answer.status !== 401 && answer.status !== 403) {
    throw new SourceError(`${new URL(address).hostname} answers ${answer.status}`);
  }
  const sha256 = answer.headers.get('x-linked-etag')?.match(/^"?([0-9a-f]{64})"?$/)?.[1];
  const size = Number(answer.headers.get('x-linked-size') ?? (answer.ok ? answer.headers.get('content-length') : null));
  return { sha256, sizeBytes: Number.isSafeInteger(size) && size > 0 ? size : undefined };
}

/**
 * Downloads with node-llama-cpp's downloader in a process of its own. A broken download is taken up where it stopped
 * when the folder still has its temporary file.
 * @throws SourceError
 */
export async function fetchFromWeb(uri: string, address: string, request: SourceRequest): Promise<FetchedFile> {
  const { folder, signal } = request;
  const { sha256, sizeBytes } = await probe(address, signal);
  const { hostname } = new URL(address);
  const fileName = 'model.gguf';
  const child = fork(entry, [], { stdio: 'ignore', execArgv: [] });
  const stop = () => child.kill('SIGKILL');
  let stalled = false;
  const watch = setTimeout(() => {
    stalled = true;
    stop();
  }, stallMs);
  let failure = '';
  child.on('message', (report: DownloadReport) => {
    if (report.type === 'failed') {
      failure = report.message;
      return;
    }
    watch.refresh();
    request.onProgress(report.downloadedBytes, sizeBytes ?? report.totalBytes);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    child.send({ uri, folder, fileName } satisfies DownloadOrder);
    const [code] = await once(child, 'exit');
    signal.throwIfAborted();
    if (code === 0) return { path: join(folder, fileName), sha256, sizeBytes };
    if (/ENOSPC/.test(failure)) throw new SourceError('there is no space left on the disk');
    const what = stalled ? `nothing more came for ${stallMs / 1000} seconds` : 'the download broke off';
    throw new SourceError(`${what} (${hostname})`, { cause: new Error(failure), resumable: true });
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', stop);
    stop();
  }
}
