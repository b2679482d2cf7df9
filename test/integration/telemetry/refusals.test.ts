import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../../src/errors/index.js';
import { onePrompt, processPrompt, unloadModel } from '../../support/documents.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, over } from '../../support/streams.js';
import { type Metrics, readMetrics } from './prometheus.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.data(processPrompt, { input: { prompt: 'load', maxTokens: 1 } });
});
afterAll(() => server.stop());

const refused = (metrics: Metrics, code: string) => metrics.sum('llamahome_rejections_total', { code });
const tooMuch = 4000;

describe('refusals in the metrics', () => {
  it('are there before the first one, because a counter that begins with 1 shows no increase', async () => {
    await using fresh = await startTestServer();
    const metrics = await readMetrics(fresh);
    const codes = metrics.values('llamahome_rejections_total', 'code');
    const failures = ['cancelled', 'internal_error', 'engine_failed', 'deadline_exceeded'];
    expect(codes.toSorted()).toEqual(
      Object.keys(errorCatalogue)
        .filter((code) => !failures.includes(code))
        .toSorted(),
    );
    expect(metrics.sum('llamahome_rejections_total')).toBe(0);
    const loaded = await fresh.until(
      'the engine',
      () => readMetrics(fresh),
      (read) => read.sum('llamahome_slots') > 0,
    );
    expect(loaded.values('llamahome_engine_restarts_total', 'model')).toEqual(['demo']);
  });

  it('count one that comes after a prompt was accepted', async () => {
    await server.data(unloadModel, { id: 'demo' });
    const before = await readMetrics(server);
    const answer = await server.rest('/prompts', { json: { prompt: 'later', max_tokens: tooMuch } });
    expect(answer.status).toBe(202);
    const { id } = await answer.json();
    const { prompt } = await server.until(
      'the end of the prompt',
      () => server.data(onePrompt, { id }),
      (data) => data.prompt?.status === 'FAILED',
    );
    expect(prompt?.error?.code).toBe('CONTEXT_LENGTH_EXCEEDED');
    const after = await readMetrics(server);
    const code = 'context_length_exceeded';
    expect(refused(after, code) - refused(before, code)).toBe(1);
    const outcome = { outcome: 'error' };
    expect(after.sum('llamahome_prompts_total', outcome) - before.sum('llamahome_prompts_total', outcome)).toBe(1);
    expect(after.sum('llamahome_prompt_tokens_total')).toBe(before.sum('llamahome_prompt_tokens_total'));
  });

  it('count and tell one that stands for too many operations on a socket', async () => {
    const before = await readMetrics(server);
    const client = server.ws();
    const endless = 'subscription { serverStatus(everyMs: 60000) { version } }';
    const open = Array.from({ length: 100 }, () => over(client, endless));
    await Promise.all(open.map((events) => events.next()));
    await expect(all(over(client, endless))).rejects.toThrow(/at most 100 operations/);
    await client.dispose();
    const after = await readMetrics(server);
    expect(refused(after, 'overloaded') - refused(before, 'overloaded')).toBe(1);
    expect(server.log.split('\n').filter((line) => line.includes('"code":"overloaded"'))).toHaveLength(1);
  }, 60_000);
});
