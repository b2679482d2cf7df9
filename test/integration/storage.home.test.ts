import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileLock } from '../../src/storage/FileLock.js';
import { openHome } from '../../src/storage/home.js';
import { Child } from './storage/child.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamahome-home-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** Locks a home, says whether it could, and keeps it until it is told or killed. */
const server = `
  import { openHome } from './dist/storage/home.js';
  const home = await openHome(process.argv[1]);
  try {
    const lock = await home.lock();
    await lock.announce('http://127.0.0.1:4711');
    console.log('locked');
    process.stdin.once('data', async () => {
      await lock.release();
      console.log('released');
      process.exit();
    });
  } catch (error) {
    console.log(JSON.stringify({ code: error.code, message: error.message, details: error.details }));
    process.exit();
  }
`;

describe('openHome', () => {
  it('makes the folder, and what lies above it, for its owner only', async () => {
    const home = await openHome(join(folder, 'a', 'b'));
    expect((await stat(home.path)).mode & 0o777).toBe(0o700);
  });

  it('closes a folder that others could read', async () => {
    const path = join(folder, 'open');
    await mkdir(join(path, 'models'), { recursive: true, mode: 0o755 });
    await openHome(path);
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('leaves an open folder alone that holds other things', async () => {
    await chmod(folder, 0o755);
    await writeFile(join(folder, 'thesis.tex'), '');
    await expect(openHome(folder)).rejects.toMatchObject({ message: expect.stringContaining('folder of its own') });
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
    await chmod(folder, 0o700);
    await openHome(folder);
  });

  it.each(['file', 'file/below'])('says what to do when the place is a file (%s)', async (name) => {
    await writeFile(join(folder, 'file'), '');
    const error = await openHome(join(folder, name)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/^The home folder is a file.*LLAMAHOME_HOME/),
    });
    expect(String(error)).not.toContain(folder);
  });

  it('says what to do when the folder can not be made', async () => {
    await expect(openHome('/proc/llamahome')).rejects.toMatchObject({
      message: expect.stringContaining('LLAMAHOME_HOME'),
    });
  });
});

describe('the lock of a home', () => {
  it('names the server that has it', async () => {
    await using child = new Child(server, [folder]);
    await child.line(0);
    const home = await openHome(folder);
    const url = 'http://127.0.0.1:4711';
    await expect(home.lock()).rejects.toMatchObject({
      code: 'conflict',
      message: `Another server (process ${child.pid} at ${url}) uses this home folder: stop it, or set LLAMAHOME_HOME to another folder.`,
      details: { pid: child.pid, url, started_at: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
  });

  it('is free when it was released, and when its server was killed', async () => {
    const home = await openHome(folder);
    for (const end of ['release', 'kill'] as const) {
      await using child = new Child(server, [folder]);
      expect(await child.line(0)).toBe('locked');
      if (end === 'release') child.say('go');
      await child.end(end === 'kill' ? 'SIGKILL' : undefined);
      const lock = await home.lock();
      await lock.release();
      const next = await home.lock();
      await lock.release();
      await expect(home.lock()).rejects.toMatchObject({ details: { pid: process.pid } });
      await next.release();
    }
  });

  it('is not kept by what a dead server wrote, though its process id lives again', async () => {
    const said = { pid: process.pid, startedAt: new Date().toISOString(), url: 'http://127.0.0.1:1' };
    await writeFile(join(folder, 'server.json'), JSON.stringify(said));
    const lock = await (await openHome(folder)).lock();
    await lock.announce('http://127.0.0.1:2');
    expect(JSON.parse(await readFile(join(folder, 'server.json'), 'utf8'))).toMatchObject({
      url: 'http://127.0.0.1:2',
    });
    expect((await stat(join(folder, 'server.json'))).mode & 0o777).toBe(0o600);
    await lock.release();
  });

  it('is given to one of many that ask at the same moment', async () => {
    const children = Array.from({ length: 4 }, () => new Child(server, [folder]));
    const answers = await Promise.all(children.map((child) => child.line(0)));
    const refused = answers.filter((answer) => answer !== 'locked').map((answer) => JSON.parse(answer));
    expect(refused).toHaveLength(3);
    const holder = children[answers.indexOf('locked')];
    for (const error of refused) expect(error).toMatchObject({ code: 'conflict', details: { pid: holder?.pid } });
    await Promise.all(children.map((child) => child.end('SIGKILL')));
  });

  it('is held once within a process too', async () => {
    const home = await openHome(folder);
    const lock = await home.lock();
    await expect(home.lock()).rejects.toMatchObject({ code: 'conflict', details: { pid: process.pid } });
    await lock.release();
    await (await home.lock()).release();
  });
});

describe('FileLock', () => {
  it('lets others wait for it, and stop waiting', async () => {
    const path = join(folder, 'some.lock');
    const lock = FileLock.tryAcquire(path);
    expect(FileLock.tryAcquire(path)).toBeUndefined();
    await expect(FileLock.acquire(path, { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    });
    let waits = 0;
    const next = FileLock.acquire(path, { onWait: () => waits++ });
    lock?.[Symbol.dispose]();
    lock?.[Symbol.dispose]();
    (await next)[Symbol.dispose]();
    expect(waits).toBe(1);
  });
});
