import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APIError, type FollowChunk, LlamaClient } from '../../src/client/index.js';
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
  if (kind < 0.28) return { spoilRequest: true };
  const cutAfter = below(12_000);
  if (kind < 0.55) return { cutAfter, delayMs };
  const flips = Array.from({ length: 1 + below(3) }, () => [below(cutAfter + 1), below(8)] as const);
  return { flips: new Map(flips), cutAfter, delayMs };
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

    const kinds: ((input: string) => Promise<void>)[] = [
      async (input) => {
        const { id } = await stormy.submit(input, { maxTokens: 120 });
        let text = '';
        const indexes: number[] = [];
        for await (const chunk of stormy.follow(id)) {
          text += chunk.text;
          indexes.push((chunk satisfies FollowChunk).index);
        }
        expect(text).toBe((await direct.prompt(id)).text);
        expect(indexes).toEqual(indexes.map((_index, position) => position));
      },
      async (input) => {
        const { text, id } = await stormy.process(input, { maxTokens: 120 });
        expect(text).toBe((await direct.prompt(id)).text);
      },
      async (input) => {
        for await (const _chunk of stormy.streamResponse(input, { maxTokens: 120 }));
      },
      async (input) => {
        const items = await stormy.processBatch([input, `${input} too`], { maxTokens: 40 });
        for (const item of items) if (item instanceof APIError) throw item;
      },
    ];

    let next = 0;
    const caller = async () => {
      for (let call = next++; call < calls; call = next++) {
        try {
          // Most of them follow: that is what is built to bear this.
          await kinds[call % 6 < 3 ? 0 : (call % 6) - 2]?.(`storm ${call}`);
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
