import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { invalidRequest, LlamaHomeError } from '../errors/index.js';
import { FileLock } from './FileLock.js';

const privateFolder = 0o700;
const privateFile = 0o600;
/** What a home may hold before it is opened first: `lost+found` is in every fresh volume. */
const ownEntries = /^(models|catalogue\.json|secret.*|lock|server\.json.*|lost\+found)$/;
/** How long a lock without a living, known holder is waited for: it is just being taken or given back. */
const lockTimeoutMs = 2000;
const pauseMs = 50;

const holderSchema = z.object({ pid: z.int(), startedAt: z.string(), url: z.string().nullable() });

/** Which process serves from a home folder; `url` is null until it listens. */
export type HomeHolder = z.infer<typeof holderSchema>;

/** The right to serve from a home folder. The operating system takes it back when the process ends. */
export class HomeLock {
  private released = false;

  constructor(
    private readonly lock: FileLock,
    private readonly holderPath: string,
    private readonly holder: HomeHolder,
  ) {}

  /** Tells those who come later where this server is found. */
  async announce(url: string | null): Promise<void> {
    const draft = `${this.holderPath}.${randomBytes(6).toString('hex')}`;
    const file = await open(draft, 'wx', privateFile);
    try {
      await file.writeFile(`${JSON.stringify({ ...this.holder, url })}\n`);
    } finally {
      await file.close();
    }
    await rename(draft, this.holderPath);
  }

  /** Gives the home free; doing it again changes nothing. */
  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    await rm(this.holderPath, { force: true });
    this.lock[Symbol.dispose]();
  }
}

/** The folder of everything that lasts: database, models, secret. Open it with `openHome`. */
export class Home {
  constructor(
    /** Absolute. */
    readonly path: string,
  ) {}

  /**
   * Takes the home for this server: one server per home. Give it back with `release()`.
   * @throws LlamaHomeError `conflict` with `pid`, `url` and `started_at` of the server that has it
   */
  async lock(): Promise<HomeLock> {
    const holderPath = join(this.path, 'server.json');
    const deadline = performance.now() + lockTimeoutMs;
    for (;;) {
      const lock = takeLock(join(this.path, 'lock'));
      if (lock !== undefined) {
        const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();
        const homeLock = new HomeLock(lock, holderPath, { pid: process.pid, startedAt, url: null });
        try {
          await homeLock.announce(null);
        } catch (error) {
          lock[Symbol.dispose]();
          throw unusable(error);
        }
        return homeLock;
      }
      const holder = await readHolder(holderPath);
      if ((holder !== null && isAlive(holder.pid)) || performance.now() > deadline) throw inUse(holder);
      await delay(pauseMs);
    }
  }
}

/**
 * Makes the folder when it is missing and keeps it to its owner (mode 0700).
 * @throws LlamaHomeError `invalid_request` when it can't be made or used
 */
export async function openHome(path: string): Promise<Home> {
  try {
    await makeFolder(path);
    if (!(await stat(path)).isDirectory()) throw notAFolder();
    await keepPrivate(path);
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw unusable(error);
  }
  return new Home(path);
}

/** What lies above it too. Node's own way never ends where nothing can be made, as under /proc. */
async function makeFolder(path: string, parentIsMissing = true): Promise<void> {
  try {
    await mkdir(path, { mode: privateFolder });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || !parentIsMissing || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path, false);
  }
}

/** Closes the folder to others, unless it may be one that others need. */
async function keepPrivate(path: string): Promise<void> {
  const { mode, uid } = await stat(path);
  if ((mode & 0o777) === privateFolder) return;
  const entries = await readdir(path);
  if (!entries.includes('llamahome.db') && !entries.every((entry) => ownEntries.test(entry))) {
    const message =
      'The home folder holds other things and is open to others: set LLAMAHOME_HOME to a folder of its own, or make this one private (chmod 700).';
    throw invalidRequest('LLAMAHOME_HOME', message);
  }
  // Somebody else's folder can't be changed; whether it can be used shows next.
  if (uid === process.getuid?.()) await chmod(path, privateFolder);
}

function takeLock(path: string): FileLock | undefined {
  try {
    return FileLock.tryAcquire(path);
  } catch (error) {
    throw unusable(error);
  }
}

async function readHolder(path: string): Promise<HomeHolder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function inUse(holder: HomeHolder | null): LlamaHomeError {
  const where = holder?.url == null ? '' : ` at ${holder.url}`;
  const who = holder === null ? 'Another server' : `Another server (process ${holder.pid}${where})`;
  const message = `${who} uses this home folder: stop it, or set LLAMAHOME_HOME to another folder.`;
  const details = holder === null ? {} : { pid: holder.pid, url: holder.url, started_at: holder.startedAt };
  return new LlamaHomeError('conflict', message, details);
}

const reasons: Record<string, string> = {
  EACCES: 'may not be written by this user',
  EPERM: 'may not be written by this user',
  EROFS: 'is on a read-only disk',
  ENOSPC: 'is on a full disk',
  EEXIST: 'is a file',
  ENOENT: 'can not be made there',
  ENOTDIR: 'is a file or lies under one',
  ENAMETOOLONG: 'has too long a name',
};

function unusable(error: unknown): LlamaHomeError {
  if (error instanceof LlamaHomeError) return error;
  const reason = reasons[codeOf(error)] ?? `can not be used (${codeOf(error) || 'no reason given'})`;
  const message = `The home folder ${reason}: set LLAMAHOME_HOME to a folder that this user may write.`;
  return invalidRequest('LLAMAHOME_HOME', message);
}

function notAFolder(): Error {
  return Object.assign(new Error('not a folder'), { code: 'EEXIST' });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
