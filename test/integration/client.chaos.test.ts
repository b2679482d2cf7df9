import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APIError, type FollowChunk, isFailed, LlamaClient } from '../../src/client/index.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { type Fate, TcpProxy } from './client/TcpProxy.js';

/** Another seed is another storm. */
const seed = Number(process.env.CHAOS_SEED ?? 20_241_109);
const calls = 80;
const atOnce = 5;

/** mulberry32: numbers from 0 to 1, the same for the same seed. */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * What becomes of a connection: none lives long, so that every call meets several. Headers and a short answer have some
 * 700 bytes, a whole text some 8,000.
 */
function drawFate(random: () => number): Fate {
  const below = (most: number) => Math.floor(random() * most);
  const delayMs = below(10);
  const kind = random();
  if (kind < 0.12) return { refused: true };
  if (kind < 0.2) return { silentAfter: below(6000) };
  if (kind < 0.24) return { spoilRequest: true };
  const cutAfter = below(12_000);
  if (kind < 0.45) return { cutAfter, delayMs };
  const flips = (most: number) => new Map(Array.from({ length: 1 + below(3) }, () => [below(most), below(8)] as const));
  // The first request of a connection has some 700 bytes.
  if (kind < 0.6) return { requestFlips: flips(1000), cutAfter, delayMs };
  return { flips: flips(cutAfter + 1), cutAfter, delayMs };
}

let server: TestServer;
let direct: LlamaClient;

beforeAll(async () => {
  server = await startTestServer();
  direct = new LlamaClient({ apiKey: server.adminKey, endpoint: server.url });
  await direct.process('warm up', { maxTokens: 1 });
});

afterAll(() => server?.stop());

/** How often each input was run, apart from runs that were cancelled because their caller was cut off. */
async function runs(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  let after: string | null = null;
  do {
    const {
      prompts,
    }: {
      prompts: { nodes: { input: string; status: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
    } = await direct.graphql(
      'query Runs($after: String) { prompts(first: 100, after: $after) { nodes { input status } pageInfo { endCursor hasNextPage } } }',
      { after },
    );
    for (const { input, status } of prompts.nodes) {
      if (status !== 'CANCELLED') counts.set(input, (counts.get(input) ?? 0) + 1);
    }
    after = prompts.pageInfo.hasNextPage ? prompts.pageInfo.endCursor : null;
  } while (after !== null);
  return counts;
}

describe(`a storm (seed ${seed})`, () => {
  test('every call ends with the whole text or a typed error, and nothing runs twice', async () => {
    const random = randomFrom(seed);
    await using proxy = await TcpProxy.start(server, () => drawFate(random));
    const stormy = new LlamaClient({
      apiKey: server.adminKey,
      endpoint: proxy.url,
      maxRetries: 5,
      backoffFactor: 0.02,
      maxReconnects: 6,
      timeoutMs: 500,
      // What opens it is tested elsewhere: here it would spare most calls the storm.
      failureThreshold: 1000,
    });
    const outcomes = { whole: 0, failed: 0 };
    const reasons: Record<string, number> = {};
    const unexpected: unknown[] = [];

    const stored = async (id: string) => (await direct.prompt(id)).text;
    /** Follows to the end, as the call that built it for this. */
    const follow = async (input: string) => {
      const { id } = await stormy.submit(input, { maxTokens: 120 });
      expect((await direct.prompt(id)).input).toBe(input);
      let text = '';
      const indexes: number[] = [];
      for await (const chunk of stormy.follow(id)) {
        text += chunk.text;
        indexes.push((chunk satisfies FollowChunk).index);
      }
      expect(text).toBe(await stored(id));
      expect(indexes).toEqual(indexes.map((_index, position) => position));
    };
    const kinds: ((input: string) => Promise<void>)[] = [
      follow,
      async (input) => {
        const { text, id, usage } = await stormy.process(input, { maxTokens: 120 });
        expect([text, usage.completionTokens]).toEqual([await stored(id), 120]);
      },
      follow,
      async (input) => {
        const chunks = stormy.streamResponse(input, { maxTokens: 120 });
        let text = '';
        for (;;) {
          const { done, value } = await chunks.next();
          if (done) {
            expect([text, value.text]).toEqual(Array(2).fill(await stored(value.id)));
            return;
          }
          text += value.text;
        }
      },
      follow,
      async (input) => {
        for (const item of await stormy.processBatch([input, `${input} too`], { maxTokens: 40 })) {
          if (isFailed(item)) throw item;
          expect(item.text).toBe(await stored(item.id));
        }
      },
      async (input) => {
        const { process } = await stormy.graphql<{ process: { prompt: { id: string; text: string } } }>(
          'mutation Run($input: PromptInput!) { process(input: $input) { prompt { id text } } }',
          { input: { prompt: input, maxTokens: 40, idempotencyKey: input.replaceAll(' ', '-') } },
        );
        expect(process.prompt.text).toBe(await stored(process.prompt.id));
      },
      async (input) => {
        const { id } = await direct.submit(input, { maxTokens: 40 });
        const document = 'subscription Watch($id: ID!) { promptEvents(id: $id) { __typename } }';
        // What its messages say can't be checked, but it must end.
        for await (const event of stormy.subscribe(document, { id })) expect(event).toBeTypeOf('object');
      },
    ];

    let next = 0;
    const caller = async () => {
      for (let call = next++; call < calls; call = next++) {
        try {
          await kinds[call % kinds.length]?.(`storm ${call}`);
          outcomes.whole++;
        } catch (error) {
          outcomes.failed++;
          const code = error instanceof APIError ? error.code : 'none';
          reasons[code] = (reasons[code] ?? 0) + 1;
          if (!(error instanceof APIError)) unexpected.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, caller));

    expect(unexpected).toEqual([]);
    expect(outcomes.whole + outcomes.failed).toBe(calls);
    // The storm is no excuse for giving up: many calls get through it.
    expect(outcomes.whole).toBeGreaterThan(calls / 3);
    const twice = [...(await runs())].filter(([, count]) => count > 1);
    expect(twice).toEqual([]);
    console.info(`storm ${seed}: ${outcomes.whole} of ${calls} calls got through ${proxy.made} connections`, reasons);
  }, 60_000);
});
