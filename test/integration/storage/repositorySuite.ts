import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/config/environment.js';
import type { PromptRecord } from '../../../src/prompts/PromptRepository.js';
import { openStorage, type Storage } from '../../../src/server/openStorage.js';
import { completed, newApiKey, newPrompt } from './records.js';

export const logger = pino({ level: 'silent' });

/** An empty database of its own. */
export interface EmptyDatabase {
  database: Environment['database'];
  home: string;
  remove(): Promise<void>;
}

const idsOf = (records: PromptRecord[]) => records.map(({ id }) => id);
const aDay = 24 * 3600 * 1000;

/** What every database must do alike, each `describe` on an empty one. */
export function repositorySuite(makeDatabase: () => Promise<EmptyDatabase>): void {
  let place: EmptyDatabase;
  let storage: Storage;

  function withStorage(): void {
    beforeAll(async () => {
      place = await makeDatabase();
      storage = await openStorage({ ...place, logger });
    });
    afterAll(async () => {
      await storage.close();
      await place.remove();
    });
  }

  describe('prompts', () => {
    withStorage();

    it('gives back what was stored, to the character', async () => {
      const texts = [
        '',
        ' \n\t',
        '"quotes" \\ \'',
        '日本語 🦙🏠',
        'a\0b\u0001c',
        'lone \ud83e surrogate',
        'x'.repeat(300_000),
      ];
      const prompts = texts.map((input) =>
        newPrompt({
          input,
          messages: [
            { role: 'system', content: input },
            { role: 'user', content: 'hi' },
          ],
          mode: 'detached',
          priority: 'HIGH',
          deadlineAt: new Date(1_800_000_000_123),
          inputHash: 'f00',
        }),
      );
      await storage.prompts.insert(prompts);
      expect(await storage.prompts.findMany(idsOf(prompts))).toEqual(
        prompts.map((prompt, position) => ({ ...prompt, position: prompt.position ?? position })),
      );
      const done = prompts.map((prompt) => completed(prompt, { text: prompt.input }));
      await storage.prompts.updateMany(done);
      expect(await storage.prompts.findMany(idsOf(done))).toEqual(done);
    });

    it('keeps every field of a failure', async () => {
      const prompt = newPrompt({ mode: 'followed' });
      await storage.prompts.insert([prompt]);
      const failed = completed(prompt, {
        status: 'FAILED',
        finishReason: 'ERROR',
        usage: null,
        attempt: 3,
        error: { code: 'engine_failed', message: 'The engine stopped.', details: { retry_after: 1.25 } },
      });
      await storage.prompts.update(failed);
      expect(await storage.prompts.find(prompt.id)).toEqual(failed);
    });

    it('stores a prompt as it was when it was handed over, though it goes on changing', async () => {
      const prompt = newPrompt();
      const stored = storage.prompts.insert([prompt]);
      prompt.status = 'RUNNING';
      prompt.text = 'half';
      await stored;
      expect(await storage.prompts.find(prompt.id)).toMatchObject({ status: 'QUEUED', text: '' });
    });

    it('writes in the order that was asked for', async () => {
      const prompt = newPrompt();
      const writes = [storage.prompts.insert([prompt])];
      for (let length = 1; length <= 20; length++) {
        writes.push(storage.prompts.update({ ...prompt, status: 'RUNNING', text: 'x'.repeat(length) }));
      }
      writes.push(storage.prompts.update(completed(prompt)));
      await Promise.all(writes);
      expect(await storage.prompts.find(prompt.id)).toEqual(completed(prompt, { finishedAt: expect.any(Date) }));
    });

    it('finds nothing by an unknown id, whatever its characters', async () => {
      for (const id of ['prm_none', '', 'a\0b', '\ud800', "'; drop table prompts; --"]) {
        expect(await storage.prompts.find(id)).toBeNull();
        await storage.prompts.delete(id);
      }
      expect(await storage.prompts.findMany([])).toEqual([]);
    });

    it('finds many in the order asked, without the missing ones', async () => {
      const prompts = Array.from({ length: 70 }, () => newPrompt());
      await storage.prompts.insert(prompts);
      const ids = idsOf(prompts).reverse();
      expect(idsOf(await storage.prompts.findMany(['prm_none', ...ids]))).toEqual(ids);
    });

    it('stores all of a batch or nothing', async () => {
      const taken = newPrompt();
      await storage.prompts.insert([taken]);
      const prompts = [...Array.from({ length: 60 }, () => newPrompt()), taken];
      await expect(storage.prompts.insert(prompts)).rejects.toMatchObject({ code: 'internal_error' });
      expect(idsOf(await storage.prompts.findMany(idsOf(prompts)))).toEqual([taken.id]);
    });

    it('stores the others when one of many at the same moment can not be stored', async () => {
      const taken = newPrompt();
      await storage.prompts.insert([taken]);
      const prompts = Array.from({ length: 30 }, () => newPrompt());
      const results = await Promise.allSettled(
        [...prompts.slice(0, 15), taken, ...prompts.slice(15)].map((prompt) => storage.prompts.insert([prompt])),
      );
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await storage.prompts.findMany(idsOf(prompts))).toHaveLength(30);
    });

    it('forgets a prompt that is deleted, and an update does not bring it back', async () => {
      const prompt = newPrompt();
      await storage.prompts.insert([prompt]);
      await storage.prompts.delete(prompt.id);
      await storage.prompts.update(completed(prompt));
      expect(await storage.prompts.find(prompt.id)).toBeNull();
      await storage.prompts.delete(prompt.id);
    });
  });

  describe('lists of prompts', () => {
    withStorage();
    const all: PromptRecord[] = [];

    beforeAll(async () => {
      for (let index = 0; index < 60; index++) {
        const prompt = newPrompt({ ownerId: index % 3 === 0 ? 'bob' : 'ada' });
        all.push(index % 2 === 0 ? completed(prompt) : prompt);
      }
      await storage.prompts.insert(all);
    });

    async function walk(
      filter: { ownerId?: string; status?: PromptRecord['status'] },
      first: number,
    ): Promise<string[]> {
      const ids: string[] = [];
      for (let after: string | undefined; ; after = ids.at(-1)) {
        const page = await storage.prompts.list({ ...filter, first, after });
        ids.push(...idsOf(page.records));
        if (!page.hasNextPage) return ids;
        expect(page.records).toHaveLength(first);
      }
    }

    it('walks through pages newest first, every prompt once', async () => {
      const newestFirst = idsOf(all).reverse();
      expect(await walk({}, 7)).toEqual(newestFirst);
      expect(await walk({}, 60)).toEqual(newestFirst);
      expect(await walk({}, 30)).toEqual(newestFirst);
    });

    it('filters by owner, by status and by both', async () => {
      const where = (test: (prompt: PromptRecord) => boolean) => idsOf(all.filter(test)).reverse();
      expect(await walk({ ownerId: 'bob' }, 6)).toEqual(where(({ ownerId }) => ownerId === 'bob'));
      expect(await walk({ status: 'COMPLETED' }, 8)).toEqual(where(({ status }) => status === 'COMPLETED'));
      const both = where(({ ownerId, status }) => ownerId === 'ada' && status === 'QUEUED');
      expect(await walk({ ownerId: 'ada', status: 'QUEUED' }, 5)).toEqual(both);
      expect(await walk({ ownerId: 'nobody' }, 5)).toEqual([]);
    });

    it('goes on after a prompt that was deleted meanwhile, and new ones do not shift the pages', async () => {
      const { records } = await storage.prompts.list({ first: 10 });
      const last = records.at(-1);
      await storage.prompts.insert([newPrompt()]);
      await storage.prompts.delete(last?.id ?? '');
      const next = await storage.prompts.list({ first: 10, after: last?.id });
      expect(idsOf(next.records)).toEqual(idsOf(all).reverse().slice(10, 20));
    });
  });

  describe('what an earlier server left', () => {
    withStorage();

    it('is QUEUED and RUNNING prompts, oldest first', async () => {
      const prompts = [
        newPrompt({ mode: 'detached' }),
        completed(newPrompt()),
        newPrompt({ status: 'RUNNING', text: 'half', mode: 'followed' }),
        completed(newPrompt(), { status: 'FAILED' }),
        newPrompt(),
      ];
      await storage.prompts.insert([...prompts].reverse());
      expect(idsOf(await storage.prompts.unfinished())).toEqual([prompts[0]?.id, prompts[2]?.id, prompts[4]?.id]);
    });

    it('is still there when storage is opened again', async () => {
      await storage.close();
      storage = await openStorage({ ...place, logger });
      expect(await storage.prompts.unfinished()).toHaveLength(3);
    });
  });

  describe('idempotency keys', () => {
    withStorage();
    const since = () => new Date(Date.now() - aDay);

    it('lead to the prompt of their owner', async () => {
      const prompt = newPrompt({ idempotencyKey: 'k1', inputHash: 'abc' });
      await storage.prompts.insert([prompt]);
      await storage.prompts.insert([newPrompt({ ownerId: 'bob', idempotencyKey: 'k1' })]);
      expect(await storage.prompts.findByIdempotencyKey('ada', 'k1', since())).toEqual([prompt]);
      expect(await storage.prompts.findByIdempotencyKey('ada', 'k2', since())).toEqual([]);
      expect(await storage.prompts.findByIdempotencyKey('eve', 'k1', since())).toEqual([]);
    });

    it('lead to a whole batch in its order, also when its prompts were stored one by one', async () => {
      const batch = Array.from({ length: 5 }, (_, position) =>
        newPrompt({ batchId: 'bat_1', position, ...(position === 0 ? { idempotencyKey: 'batch' } : {}) }),
      );
      for (const prompt of [...batch].reverse()) await storage.prompts.insert([prompt]);
      await storage.prompts.insert([newPrompt({ batchId: 'bat_2' })]);
      expect(await storage.prompts.findByIdempotencyKey('ada', 'batch', since())).toEqual(batch);
      const { position: _, ...unnumbered } = newPrompt({ batchId: 'bat_3' });
      const second = [
        { ...unnumbered, idempotencyKey: 'batch 3' },
        { ...unnumbered, id: `${unnumbered.id}b` },
      ];
      await storage.prompts.insert(second);
      const found = await storage.prompts.findByIdempotencyKey('ada', 'batch 3', since());
      expect(found.map(({ position }) => position)).toEqual([0, 1]);
    });

    it('let one of two requests through that come at the same moment', async () => {
      const prompts = Array.from({ length: 5 }, () => newPrompt({ idempotencyKey: 'race' }));
      const results = await Promise.allSettled(prompts.map((prompt) => storage.prompts.insert([prompt])));
      const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(refused).toHaveLength(4);
      for (const error of refused)
        expect(error).toMatchObject({ code: 'conflict', details: { field: 'idempotencyKey' } });
      expect(idsOf(await storage.prompts.findByIdempotencyKey('ada', 'race', since()))).toEqual([prompts[0]?.id]);
    });

    it('are free again after their time, and when an update frees them', async () => {
      const old = newPrompt({ idempotencyKey: 'old', createdAt: new Date(Date.now() - aDay - 1000) });
      await storage.prompts.insert([old]);
      expect(await storage.prompts.findByIdempotencyKey('ada', 'old', since())).toEqual([]);
      const next = newPrompt({ idempotencyKey: 'old' });
      await storage.prompts.insert([next]);
      expect(idsOf(await storage.prompts.findByIdempotencyKey('ada', 'old', since()))).toEqual([next.id]);

      await storage.prompts.update(completed(next, { status: 'FAILED', idempotencyKey: null }));
      await storage.prompts.insert([newPrompt({ idempotencyKey: 'old' })]);
    });

    it('may hold any character', async () => {
      const prompt = newPrompt({ ownerId: 'a\0b', modelId: 'no\0model', idempotencyKey: '🔑\0' });
      await storage.prompts.insert([prompt]);
      expect(idsOf(await storage.prompts.findByIdempotencyKey('a\0b', '🔑\0', since()))).toEqual([prompt.id]);
    });
  });

  describe('pruning', () => {
    withStorage();

    it('deletes what ended before a time, and only that', async () => {
      const ended = (days: number) => completed(newPrompt(), { finishedAt: new Date(Date.now() - days * aDay) });
      const old = Array.from({ length: 60 }, () => ended(31));
      const kept = [ended(29), ended(0), newPrompt({ createdAt: new Date(Date.now() - 40 * aDay) })];
      await storage.prompts.insert([...old, ...kept]);
      expect(await storage.prompts.prune({ olderThan: new Date(Date.now() - 30 * aDay) })).toBe(60);
      expect(idsOf((await storage.prompts.list({ first: 100 })).records)).toEqual(idsOf(kept).reverse());
      expect(await storage.prompts.prune({ olderThan: new Date(Date.now() - 30 * aDay) })).toBe(0);
    });

    it('keeps the newest and never deletes what has not ended', async () => {
      const unfinished = newPrompt();
      const prompts = Array.from({ length: 80 }, () => completed(newPrompt()));
      await storage.prompts.insert([unfinished, ...prompts]);
      expect(await storage.prompts.prune({ keepNewest: 1000 })).toBe(0);
      const before = await storage.prompts.list({ first: 1000 });
      const deleted = await storage.prompts.prune({ keepNewest: 10, olderThan: new Date(0) });
      const { records } = await storage.prompts.list({ first: 1000 });
      expect(idsOf(records).slice(0, 10)).toEqual(idsOf(prompts).reverse().slice(0, 10));
      expect(records.slice(10).every(({ status }) => status === 'QUEUED')).toBe(true);
      expect(idsOf(records)).toContain(unfinished.id);
      expect(deleted).toBe(before.records.length - records.length);
    });
  });

  describe('API keys', () => {
    withStorage();

    it('are found by hash and by id, listed by user', async () => {
      expect(await storage.apiKeys.list()).toEqual([]);
      const keys = [
        newApiKey(),
        newApiKey({ userId: 'bob', scopes: [] }),
        newApiKey({ tier: 'basic', name: 'ключ\0' }),
      ];
      for (const key of keys) await storage.apiKeys.insert(key);
      const [first, second] = keys;
      expect(await storage.apiKeys.findByHash(first?.hash ?? '')).toEqual(first);
      expect(await storage.apiKeys.find(second?.id ?? '')).toEqual(second);
      expect(await storage.apiKeys.findByHash('none')).toBeUndefined();
      expect(await storage.apiKeys.find('\0')).toBeUndefined();
      expect(await storage.apiKeys.list({ userId: 'bob' })).toEqual([second]);
      expect(await storage.apiKeys.list()).toHaveLength(3);
    });

    it('remember when they were used and when they were revoked first', async () => {
      const key = newApiKey();
      await storage.apiKeys.insert(key);
      await storage.apiKeys.touch(key.id, new Date(1_700_000_000_001));
      await storage.apiKeys.revoke(key.id, new Date(1_700_000_000_002));
      await storage.apiKeys.revoke(key.id, new Date(1_700_000_000_003));
      await storage.apiKeys.revoke('key_none', new Date());
      expect(await storage.apiKeys.find(key.id)).toEqual({
        ...key,
        lastUsedAt: new Date(1_700_000_000_001),
        revokedAt: new Date(1_700_000_000_002),
      });
    });

    it('are unique by hash', async () => {
      const key = newApiKey();
      await storage.apiKeys.insert(key);
      await expect(storage.apiKeys.insert(newApiKey({ hash: key.hash }))).rejects.toMatchObject({
        code: 'internal_error',
      });
    });
  });

  describe('Config', () => {
    withStorage();

    it('is nothing at first, then what was saved last, with who changed what', async () => {
      expect(await storage.config.load()).toBeNull();
      await storage.config.save({ a: { b: 1 } }, { by: 'ada', changes: [{ path: 'a.b', old: 0, new: 1 }] });
      const two = [
        { path: 'a.b', old: 1, new: 2 },
        { path: 'a.c', old: 'x', new: '10GB' },
      ];
      await storage.config.save({ a: { b: 2, c: '10GB' } }, { by: 'bob', changes: two });
      await storage.config.save({ a: { b: 2, c: '10GB' } }, { by: 'eve', changes: [] });
      expect(await storage.config.load()).toEqual({ a: { b: 2, c: '10GB' } });
      const lines = await storage.config.audit({ first: 10 });
      expect(lines.map(({ userId, path, old, new: after }) => [userId, path, old, after])).toEqual([
        ['bob', 'a.c', 'x', '10GB'],
        ['bob', 'a.b', 1, 2],
        ['ada', 'a.b', 0, 1],
      ]);
      expect(lines[0]?.at.getTime()).toBeGreaterThan(Date.now() - 60_000);
      expect(await storage.config.audit({ first: 1 })).toHaveLength(1);
    });
  });

  describe('several at once', () => {
    withStorage();

    it('open the same database, also when it is new, and all their writes are kept', async () => {
      const fresh = await makeDatabase();
      const storages = await Promise.all(Array.from({ length: 4 }, () => openStorage({ ...fresh, logger })));
      const prompts = storages.map(() => Array.from({ length: 40 }, () => newPrompt()));
      await Promise.all(
        storages.flatMap((each, index) => (prompts[index] ?? []).map((prompt) => each.prompts.insert([prompt]))),
      );
      for (const each of storages) expect((await each.prompts.list({ first: 1000 })).records).toHaveLength(160);
      await Promise.all(storages.map((each) => each.close()));
      await fresh.remove();
    });
  });
}
