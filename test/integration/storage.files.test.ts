import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval as everyMs } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PromptRepository } from '../../src/prompts/PromptRepository.js';
import { openStorage, type Storage } from '../../src/server/openStorage.js';
import { openDatabase } from '../../src/storage/Database.js';
import { Child } from './storage/child.js';
import { completed, newPrompt } from './storage/records.js';
import { logger } from './storage/repositorySuite.js';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'llamahome-files-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const open = (busyTimeoutMs?: number): Promise<Storage> =>
  openStorage({ database: 'sqlite', home, logger, ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }) });

/** Takes the right to write, says so, and gives it back when told. */
const lockingChild = `
  import { createInterface } from 'node:readline';
  import Libsql from 'libsql';
  const database = new Libsql(process.argv[1]);
  // The server may just be writing.
  database.exec('pragma busy_timeout = 10000');
  database.exec('begin immediate');
  console.log('locked');
  for await (const line of createInterface({ input: process.stdin })) break;
  database.exec('rollback');
  console.log('free');
  process.exit();
`;

/** Stores prompts as fast as it can and says each id when it is stored. */
const writingChild = `
  import { openStorage } from './dist/server/openStorage.js';
  const [home, template] = process.argv.slice(1);
  const storage = await openStorage({ database: 'sqlite', home, logger: console });
  console.log('ready');
  let count = 0;
  const writeOne = async () => {
    const id = 'prm_' + process.pid + '_' + String(count++).padStart(8, '0');
    await storage.prompts.insert([{ ...JSON.parse(template), id, createdAt: new Date() }]);
    process.stdout.write(id + '\\n');
  };
  for (;;) await Promise.all(Array.from({ length: 8 }, writeOne));
`;

describe('the files of a SQLite database', () => {
  it('can be read by their owner only, whatever the umask', async () => {
    const before = process.umask(0);
    const storage = await open();
    process.umask(before);
    await storage.prompts.insert([newPrompt()]);
    const names = (await readdir(home)).sort();
    expect(names).toEqual(['llamahome.db', 'llamahome.db-shm', 'llamahome.db-wal']);
    for (const name of names) expect((await stat(join(home, name))).mode & 0o777).toBe(0o600);
    await storage.close();
  });

  it('hold no trace of a prompt moments after it was deleted', async () => {
    const storage = await open();
    const secrets = Array.from({ length: 40 }, (_, index) => `secret number ${index} of forty`);
    const prompts = secrets.map((secret, index) => newPrompt({ input: `${secret}${' '.repeat(index * 400)}` }));
    await storage.prompts.insert(prompts);
    await storage.prompts.updateMany(prompts.map((prompt) => completed(prompt, { text: prompt.input.repeat(3) })));
    const kept = prompts.filter((_, index) => index % 5 === 0);
    for (const prompt of prompts) if (!kept.includes(prompt)) await storage.prompts.delete(prompt.id);

    const found = async () => {
      const files = await Promise.all((await readdir(home)).map((name) => readFile(join(home, name), 'latin1')));
      return secrets.filter((secret) => files.some((content) => content.includes(secret)));
    };
    await vi.waitFor(async () => expect(await found()).toHaveLength(kept.length), { timeout: 10_000, interval: 50 });
    expect(await storage.prompts.findMany(kept.map(({ id }) => id))).toHaveLength(kept.length);

    await storage.prompts.update(completed(kept[0] ?? newPrompt(), { finishedAt: new Date(0) }));
    await storage.prompts.prune({ keepNewest: 0 });
    await storage.close();
    expect(await found()).toEqual([]);
  });

  it('hold no trace of it either when the server was killed right after the deletion', async () => {
    const code = `
      import { openStorage } from './dist/server/openStorage.js';
      const storage = await openStorage({ database: 'sqlite', home: process.argv[1], logger: console });
      const prompt = JSON.parse(process.argv[2]);
      await storage.prompts.insert([{ ...prompt, createdAt: new Date() }]);
      await storage.prompts.delete(prompt.id);
      process.kill(process.pid, 'SIGKILL');
    `;
    await using child = new Child(code, [home, JSON.stringify(newPrompt({ input: 'a well-kept secret' }))]);
    await child.end();
    const storage = await open();
    const traces = async () =>
      (await Promise.all((await readdir(home)).map((name) => readFile(join(home, name), 'latin1')))).filter((content) =>
        content.includes('a well-kept secret'),
      );
    await vi.waitFor(async () => expect(await traces()).toEqual([]), { timeout: 10_000, interval: 50 });
    await storage.close();
  });

  it('keep every prompt that was stored before a kill, and are intact', async () => {
    for (const round of [1, 2, 3]) {
      await using child = new Child(writingChild, [home, JSON.stringify(newPrompt())]);
      await child.line(round * 150);
      await child.end('SIGKILL');
      const storage = await open();
      const ids = child.lines.slice(1).filter((line) => /^prm_\d+_\d{8}$/.test(line));
      expect(await storage.prompts.findMany(ids)).toHaveLength(ids.length);
      await storage.close();
    }
    const database = await openDatabase({ database: 'sqlite', home, logger });
    const check = await database.read((db) => sql<{ integrity_check: string }>`pragma integrity_check`.execute(db));
    expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
    await database.close();
  });

  it('are shared by processes that write at the same time', async () => {
    const storage = await open();
    await using child = new Child(writingChild, [home, JSON.stringify(newPrompt())]);
    await child.line(1);
    const prompts = Array.from({ length: 200 }, () => newPrompt());
    for (const prompt of prompts) await storage.prompts.insert([prompt]);
    await child.line(child.lines.length + 50);
    await child.end('SIGKILL');
    expect(await storage.prompts.findMany(prompts.map(({ id }) => id))).toHaveLength(200);
    expect((await storage.prompts.list({ first: 10_000 })).records.length).toBeGreaterThanOrEqual(200 + 50);
    await storage.close();
  });
});

describe('a database that can not be written', () => {
  it('because another process holds it is waited for, while the event loop and reading go on', async () => {
    const storage = await open();
    const prompt = newPrompt();
    await storage.prompts.insert([prompt]);
    await using child = new Child(lockingChild, [join(home, 'llamahome.db')]);
    await child.line(0);
    let written = false;
    const update = storage.prompts.update(completed(prompt)).then(() => {
      written = true;
    });
    let turns = 0;
    for await (const _ of everyMs(5)) {
      expect(await storage.prompts.find(prompt.id)).toEqual(prompt);
      if (++turns === 40) break;
    }
    expect(written).toBe(false);
    child.say('go');
    await update;
    expect(await storage.prompts.find(prompt.id)).toMatchObject({ status: 'COMPLETED' });
    await storage.close();
  });

  it('for too long is told so, and later writing works again', async () => {
    const storage = await open(100);
    await using child = new Child(lockingChild, [join(home, 'llamahome.db')]);
    await child.line(0);
    const writes = await Promise.allSettled(
      [newPrompt(), newPrompt()].map((prompt) => storage.prompts.insert([prompt])),
    );
    for (const write of writes) {
      expect(write).toMatchObject({
        reason: { code: 'overloaded', message: 'The database is in use by somebody else: try again.' },
      });
    }
    child.say('go');
    await child.line(1);
    await storage.prompts.insert([newPrompt()]);
    await storage.close();
  });

  it('because its disk is full is told so, and later writing works again', async () => {
    const database = await openDatabase({ database: 'sqlite', home, logger });
    const prompts = new PromptRepository(database);
    const limit = (pages: number) => database.read((db) => sql.raw(`pragma max_page_count = ${pages}`).execute(db));
    const large = newPrompt({ input: 'x'.repeat(1_000_000) });
    await limit(50);
    await expect(prompts.insert([large])).rejects.toMatchObject({
      code: 'overloaded',
      message: 'The disk of the database is full: nothing can be stored until there is space again.',
    });
    const small = newPrompt();
    await prompts.insert([small]);
    expect(await prompts.find(small.id)).toEqual(small);
    await limit(1_000_000);
    await prompts.insert([large]);
    expect(await prompts.findMany([large.id])).toHaveLength(1);
    await database.close();
  });

  it('because it is no database is told so, and left as it is', async () => {
    const path = join(home, 'llamahome.db');
    await writeFile(path, 'something else entirely, and long enough to be looked at'.repeat(100));
    const error = await open(100).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'internal_error',
      message: expect.stringMatching(/^The database file is damaged/),
    });
    expect(error instanceof Error ? error.message : '').not.toContain(home);
    expect(await readFile(path, 'utf8')).toContain('something else entirely');
  });

  it('because it became read-only is told so, and later writing works again', async () => {
    const database = await openDatabase({ database: 'sqlite', home, logger });
    const prompts = new PromptRepository(database);
    const readOnly = (value: 0 | 1) => database.read((db) => sql.raw(`pragma query_only = ${value}`).execute(db));
    await readOnly(1);
    await expect(prompts.insert([newPrompt()])).rejects.toMatchObject({
      message: 'The database may not be written by this server.',
    });
    await readOnly(0);
    await prompts.insert([newPrompt()]);
    await database.close();
  });
});
