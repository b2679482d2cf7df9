import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MemoryRateLimitStore, type RateLimitStore } from '../../../src/access/RateLimitStore.js';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
beforeEach(async () => {
  server = await startGuardedServer();
});
afterEach(() => server.stop());

const run = 'mutation { process(input: { prompt: "hi" }) { prompt { text } } }';
const viewer = '{ viewer { rateLimit { limit burst remaining } } }';
const stream = 'subscription { stream(input: { prompt: "hi" }) { cursor } }';
const batch = 'mutation ($input: BatchInput!) { batch(input: $input) { prompts { text } } }';
const prompts = (count: number) => ({ input: { prompts: Array.from({ length: count }, () => ({ prompt: 'hi' })) } });

async function remaining(token: string): Promise<number | undefined> {
  return (await only(server.http(token)(viewer))).extensions.rateLimit?.remaining;
}

describe('the bucket', () => {
  test('is one over HTTP, SSE, WebSocket and REST', async () => {
    const token = await server.token();
    const [http, sse, ws, rest] = [server.http(token), server.sse(token), server.ws(token), server.inProcess(token)];
    await http(run);
    await sse(stream);
    await ws(run);
    await ws(stream);
    await rest(run);
    await rest(stream);
    expect(await remaining(token)).toBe(4);
    for (let count = 0; count < 4; count++) await http(run);
    for (const [send, query] of [
      [http, run],
      [sse, stream],
      [ws, run],
      [ws, stream],
      [rest, run],
      [rest, stream],
    ] as const) {
      const refused = await only(send(query));
      expect(refused.errors).toMatchObject([
        { extensions: { code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: 1 } } },
      ]);
      expect(refused.data).toBeUndefined();
    }
    expect(server.seen.prompts).toHaveLength(10);
    expect(server.seen.started).toHaveLength(3);
  });

  test('is one for all tokens and keys of a user, and another for another user', async () => {
    const [one, two] = await Promise.all([server.token({ userId: 'ann' }), server.token({ userId: 'ann' })]);
    for (let count = 0; count < 10; count++) await server.http(count % 2 ? one : two)(run);
    expect((await only(server.http(two)(run))).status).toBe(429);
    expect((await only(server.http(await server.token({ userId: 'ben' }))(run))).status).toBe(200);
  });

  test('refuses with status, header and an exact waiting time', async () => {
    server.config.current.systemSettings.maxRequestsPerMinute = 45;
    const send = server.http(await server.token());
    for (let count = 0; count < 10; count++) expect((await only(send(run))).status).toBe(200);
    const refused = await only(send(run));
    expect(refused.status).toBe(429);
    expect(refused.headers?.get('retry-after')).toBe('2');
    expect(refused.errors).toMatchObject([{ extensions: { details: { retry_after: 1.334 } } }]);
    expect(refused.extensions.rateLimit).toMatchObject({ limit: 45, burst: 10, remaining: 0 });
    server.pass(1333);
    expect((await only(send(run))).status).toBe(429);
    server.pass(1);
    expect((await only(send(run))).status).toBe(200);
  });

  test('also refuses with 429 for application/json', async () => {
    const send = server.http(await server.token(), 'application/json');
    await send(batch, prompts(10));
    expect((await only(send(run))).status).toBe(429);
  });

  test('many at the same moment never get more than the burst', async () => {
    const token = await server.token();
    const answers = await Promise.all(Array.from({ length: 40 }, () => only(server.http(token)(run))));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  });

  test.each([
    ['basic', 60, 10],
    ['pro', 300, 50],
    ['enterprise', 1000, 100],
  ] as const)('of the %s tier: %i a minute, burst %i', async (tier, limit, burst) => {
    const send = server.http(await server.token({ tier }));
    const { extensions } = await only(send(viewer));
    expect(extensions.rateLimit).toEqual({
      limit,
      burst,
      remaining: burst,
      resetAt: new Date(server.now()).toISOString(),
    });
    expect((await only(send(batch, prompts(burst)))).errors).toEqual([]);
    expect((await only(send(run))).errors).toMatchObject([{ extensions: { details: { retry_after: 60 / limit } } }]);
  });

  test('takes a changed rate from Config at once', async () => {
    const token = await server.token();
    await server.http(token)(batch, prompts(10));
    server.config.current = {
      ...server.config.current,
      systemSettings: { ...server.config.current.systemSettings, maxRequestsPerMinute: 600 },
    };
    server.pass(100);
    expect((await only(server.http(token)(run))).extensions.rateLimit).toMatchObject({ limit: 600, remaining: 0 });
  });
});

describe('the cost', () => {
  test('of a batch is its prompts, of aliases all of them, of what is skipped nothing', async () => {
    const token = await server.token();
    const send = server.http(token);
    await send(batch, prompts(3));
    expect(await remaining(token)).toBe(7);
    await send('mutation { batch(input: { prompts: [{ prompt: "a" }, { prompt: "b" }] }) { prompts { text } } }');
    expect(await remaining(token)).toBe(5);
    await send('mutation { a: process(input: {}) { prompt { id } } b: submit(input: {}) { prompt { id } } }');
    expect(await remaining(token)).toBe(3);
    await send(
      `mutation ($no: Boolean!) {
        process(input: {}) @include(if: $no) { prompt { id } }
        ... @skip(if: true) { submit(input: {}) { prompt { id } } }
        ...More
      }
      fragment More on Mutation { submit(input: {}) { prompt { id } } }`,
      { no: false },
    );
    expect(await remaining(token)).toBe(2);
    await send(
      'mutation One { process(input: {}) { prompt { id } } } mutation Two { submit(input: {}) { prompt { id } } }',
    );
    expect(await remaining(token)).toBe(2);
    await send('mutation { process(input: {}) { prompt { id } } process(input: {}) { prompt { text } } }');
    expect(await remaining(token)).toBe(1);
    for (const alias of ['__proto__', 'constructor'])
      await send(`mutation { ${alias}: process(input: {}) { prompt { id } } }`);
    expect(await remaining(token)).toBe(0);
  });

  test('of reading and following is nothing, even with an empty bucket', async () => {
    const token = await server.token();
    await server.http(token)(batch, prompts(10));
    for (let count = 0; count < 20; count++) expect((await only(server.http(token)(viewer))).status).toBe(200);
    expect(await server.sse(token)('subscription { configChanged { modelSettings { maxTokens } } }')).toHaveLength(2);
  });

  test('above the burst is refused, named, and takes nothing', async () => {
    const token = await server.token();
    const eleven = Array.from({ length: 11 }, (_, index) => `a${index}: process(input: {}) { prompt { id } }`).join(
      ' ',
    );
    for (const answer of [
      await only(server.http(token)(batch, prompts(11))),
      await only(server.ws(token)(batch, prompts(10_000))),
      await only(server.http(token)(`mutation { ${eleven} }`)),
    ]) {
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'INVALID_REQUEST', details: { field: 'prompts', burst: 10 } } },
      ]);
      expect(answer.errors[0]?.message).toContain('10');
    }
    expect(await remaining(token)).toBe(10);
    expect(server.seen.prompts).toEqual([]);
  });

  test('of a refused request is nothing', async () => {
    const token = await server.token();
    const send = server.http(token);
    await send('mutation { process(input: { temperature: 5 }) { prompt { id } } }');
    await send('mutation { process(input: { prompt: "overload" }) { prompt { id } } }');
    await send('mutation { process(input: { maxTokens: 1.5 }) { prompt { id } } }');
    await send('mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }', {
      input: { maxTokens: '5' },
    });
    await server.sse(token)('subscription { stream(input: { temperature: 5 }) { cursor } }');
    await server.ws(token)('subscription { stream(input: { prompt: "overload" }) { cursor } }');
    expect(await remaining(token)).toBe(10);
    const half = await only(
      send(
        'mutation { a: process(input: {}) { prompt { id } } b: process(input: { temperature: 5 }) { prompt { id } } }',
      ),
    );
    expect(half.extensions.rateLimit?.remaining).toBe(9);
    await send('mutation { process(input: { prompt: "crash" }) { prompt { id } } }');
    expect(await remaining(token)).toBe(8);
  });

  test('of a field that is not permitted is nothing', async () => {
    const token = await server.token({ scopes: ['models:read'] });
    expect((await only(server.http(token)(run))).errors).toMatchObject([{ extensions: { code: 'PERMISSION_DENIED' } }]);
    expect((await only(server.http(token)(batch, prompts(11)))).errors).toMatchObject([
      { extensions: { code: 'PERMISSION_DENIED' } },
    ]);
    expect(await remaining(token)).toBe(10);
  });
});

describe('the state', () => {
  test('stands in every answer and on the first of a stream', async () => {
    const token = await server.token();
    const events = await server.sse(token)(stream);
    expect(events.map(({ extensions }) => extensions.rateLimit?.remaining)).toEqual([9, undefined]);
    const refused = await only(server.http(token)(batch, prompts(11)));
    expect(refused.extensions.rateLimit).toMatchObject({ remaining: 9 });
    server.pass(1000);
    expect((await only(server.http(token)(viewer))).data).toEqual({
      viewer: { rateLimit: { limit: 60, burst: 10, remaining: 10 } },
    });
  });

  test('may be kept outside, and an outage tells nothing of itself', async () => {
    const memory = new MemoryRateLimitStore();
    let isDown = false;
    const store: RateLimitStore = {
      take: async (...step) => {
        await new Promise(setImmediate);
        if (isDown) throw new Error('redis://user:password@10.0.0.1 is down');
        return memory.take(...step);
      },
    };
    const other = await startGuardedServer({ store });
    try {
      const token = await other.token();
      const answers = await Promise.all(Array.from({ length: 15 }, () => only(other.http(token)(run))));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
      isDown = true;
      for (const send of [other.http(token), other.ws(token), other.inProcess(token)]) {
        const answer = await only(send(run));
        expect(answer.errors).toMatchObject([
          { extensions: { code: 'INTERNAL_ERROR', details: { request_id: expect.any(String) } } },
        ]);
        expect(JSON.stringify(answer)).not.toContain('redis');
      }
    } finally {
      await other.stop();
    }
  });
});
