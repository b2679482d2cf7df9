import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { processPrompt, runBatch, stream } from '../../support/documents.js';
import { makeSlowModel } from '../../support/slowModel.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, first, ndjson, over } from '../../support/streams.js';
import { hasPromtool, Metrics, promtool, readMetrics } from './prometheus.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const prefix = 'llamahome_';
const histograms = [
  'time_to_first_token_seconds',
  'inter_token_latency_seconds',
  'prompt_duration_seconds',
  'prompt_queue_seconds',
  'prompt_prefill_seconds',
  'prompt_decode_seconds',
  'prompt_length_tokens',
  'completion_length_tokens',
  'step_sequences',
  'http_request_duration_seconds',
  'graphql_operation_duration_seconds',
];

describe('/metrics', () => {
  it('is for callers with the scope metrics:read', async () => {
    const stranger = await fetch(`${server.url}/metrics`);
    expect([stranger.status, await stranger.json()]).toMatchObject([
      401,
      { error: { code: 'authentication_required' } },
    ]);
    const { data } = await server.graphql<{ createToken: { token: string } }, object>(
      'mutation { createToken(input: { userId: "eve", scopes: ["prompts:run"], expiresIn: 60 }) { token } }',
    );
    const authorization = `Bearer ${data?.createToken.token}`;
    const eve = await fetch(`${server.url}/metrics`, { headers: { authorization } });
    expect([eve.status, await eve.json()]).toMatchObject([
      403,
      { error: { code: 'permission_denied', details: { required_scope: 'metrics:read' } } },
    ]);
    expect((await fetch(`${server.url}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('agrees with what clients counted, over every transport', async () => {
    const before = await readMetrics(server);
    const usages: { promptTokens: number; completionTokens: number }[] = [];

    const { process } = await server.data(processPrompt, { input: { prompt: 'one', maxTokens: 12 } });
    const { batch } = await server.data(runBatch, {
      input: { prompts: [{ prompt: 'two' }, { prompt: 'three' }, { prompt: 'four' }], maxTokens: 9 },
    });
    const client = server.ws();
    const events = await all(over(client, stream, { input: { prompt: 'five', maxTokens: 7 } }));
    await client.dispose();
    const lines = await all(ndjson(await server.rest('/stream', { json: { prompt: 'six', max_tokens: 5 } })));
    const [last] = lines.slice(-1);
    const streamed = await server.data(processPrompt, { input: { prompt: 'seven', maxTokens: 1 } });

    for (const { usage } of [process.prompt, streamed.process.prompt]) if (usage) usages.push(usage);
    usages.push(batch.usage);
    // The subscription does not tell its usage; the prompt does.
    const id = events.at(-1)?.stream.prompt.id;
    const { data } = await server.graphql<
      { prompt: { usage: { promptTokens: number; completionTokens: number } } },
      object
    >(`{ prompt(id: "${id}") { usage { promptTokens completionTokens } } }`);
    if (data) usages.push(data.prompt.usage);
    const { prompt_tokens, completion_tokens } = JSON.parse(JSON.stringify(last?.usage));
    usages.push({ promptTokens: prompt_tokens, completionTokens: completion_tokens });

    const counted = {
      promptTokens: usages.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
      completionTokens: usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    };
    expect(counted.completionTokens).toBe(12 + 27 + 7 + 5 + 1);

    const after = await readMetrics(server);
    const gained = (name: string, labels?: Record<string, string>) =>
      after.sum(prefix + name, labels) - before.sum(prefix + name, labels);
    expect(gained('prompt_tokens_total')).toBe(counted.promptTokens);
    expect(gained('completion_tokens_total')).toBe(counted.completionTokens);
    expect(gained('prompt_length_tokens_sum')).toBe(counted.promptTokens);
    expect(gained('completion_length_tokens_sum')).toBe(counted.completionTokens);
    expect(gained('prompts_total', { model: 'demo', outcome: 'length' })).toBe(7);
    for (const name of ['time_to_first_token', 'prompt_duration', 'prompt_queue', 'prompt_prefill', 'prompt_decode']) {
      expect([name, gained(`${name}_seconds_count`)]).toEqual([name, 7]);
    }
    expect(gained('inter_token_latency_seconds_count')).toBe(counted.completionTokens - 7);
    // What follows the first token is part of decoding, and all stages are part of the whole.
    expect(gained('inter_token_latency_seconds_sum')).toBeLessThanOrEqual(gained('prompt_duration_seconds_sum'));
    const stages = ['queue', 'prefill', 'decode'].map((stage) => gained(`prompt_${stage}_seconds_sum`));
    expect(stages.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThanOrEqual(
      gained('prompt_duration_seconds_sum'),
    );
    expect(gained('step_sequences_count')).toBeGreaterThan(0);
    expect(gained('graphql_operations_total', { transport: 'ws', type: 'subscription', code: 'ok' })).toBe(1);
    expect(gained('graphql_operations_total', { transport: 'rest', operation: 'RestStream' })).toBe(1);
    expect(gained('http_requests_total', { route: '/api/v1/stream', method: 'POST', status: '200' })).toBe(1);
    expect(after.sum('llamahome_slots', { model: 'demo' })).toBe(4);
    expect(after.sum('llamahome_model_memory_bytes', { model: 'demo' })).toBeGreaterThan(0);
    expect(after.sum('llamahome_build_info')).toBe(1);
  });

  it('counts the tokens of a prompt that was cancelled as its client sees them', async () => {
    const slow = await makeSlowModel();
    onTestFinished(() => slow.remove());
    await using server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path } });
    const client = server.ws();
    const events = over(client, stream, { input: { prompt: 'never mind', maxTokens: 3500 } });
    const { stream: started } = await first(events);
    await first(events);
    await events.return();
    await client.dispose();
    const { prompt } = await server.until(
      'the end of the prompt',
      async () => {
        const { data } = await server.graphql<
          { prompt: { status: string; usage: { completionTokens: number } | null } },
          object
        >(`{ prompt(id: "${started.prompt.id}") { status usage { completionTokens } } }`);
        return data ?? { prompt: { status: '', usage: null } };
      },
      (data) => data.prompt.status === 'CANCELLED' && data.prompt.usage !== null,
    );
    const after = await readMetrics(server);
    expect(prompt.usage?.completionTokens).toBeGreaterThan(0);
    expect(after.sum('llamahome_completion_tokens_total')).toBe(prompt.usage?.completionTokens);
    expect(after.sum('llamahome_prompts_total', { outcome: 'cancelled' })).toBe(1);
    expect(after.sum('llamahome_graphql_operations_total', { code: 'cancelled' })).toBe(1);
    expect(after.sum('llamahome_prompts_running')).toBe(0);
    expect(after.sum('llamahome_followers')).toBe(0);
    expect(after.sum('llamahome_kv_cache_usage_ratio')).toBe(0);
  });

  it('counts refusals by code, those of single prompts in a batch too', async () => {
    const before = await readMetrics(server);
    await server.data(runBatch, {
      input: {
        prompts: [
          { prompt: 'a', maxTokens: 2 },
          { prompt: 'b', maxTokens: 100_000 },
        ],
      },
    });
    await server.rest('/process', { json: { prompt: 'a', max_tokens: 100_000 } });
    await server.graphql('{ viewer { id } }', undefined, { key: 'lh_wrong' });
    const closed = new Promise((resolve) => {
      server
        .ws('lh_wrong', resolve)
        .subscribe({ query: '{ viewer { id } }' }, { next() {}, error() {}, complete() {} });
    });
    expect(await closed).toBe(4401);
    const after = await readMetrics(server);
    const refused = (code: string) =>
      after.sum('llamahome_rejections_total', { code }) - before.sum('llamahome_rejections_total', { code });
    expect(refused('context_length_exceeded')).toBe(2);
    expect(refused('invalid_token')).toBe(2);
  });

  it('bounds what clients choose', async () => {
    for (let index = 0; index < 120; index++) await server.graphql(`query Name${index} { viewer { id } }`);
    for (let index = 0; index < 5; index++) await fetch(`${server.url}/no/such/${index}`);
    await server.rest('/config');
    await fetch(`${server.url}/api/v1/prompts/prm_nothing`, {
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    const metrics = await readMetrics(server);
    expect(metrics.sum('llamahome_graphql_operations_total', { operation: 'other' })).toBeGreaterThan(15);
    expect(metrics.sum('llamahome_graphql_operations_total', { operation: 'RestConfig' })).toBe(1);
    expect(metrics.series('llamahome_graphql_operations_total')).toBeLessThan(150);
    expect(metrics.sum('llamahome_http_requests_total', { route: 'other' })).toBe(5);
    expect(metrics.sum('llamahome_http_requests_total', { route: '/api/v1/prompts/:id', status: '404' })).toBe(1);
  });

  it('counts an engine that ended by itself', async () => {
    const [pid = 0] = await server.enginePids();
    process.kill(pid, 'SIGKILL');
    const metrics = await server.until(
      'the restart',
      () => readMetrics(server),
      (read) => read.sum('llamahome_engine_restarts_total', { model: 'demo' }) === 1,
    );
    expect(metrics.sum('llamahome_slots')).toBe(0);
  });

  it('has every instrument, named as Prometheus wants it', async () => {
    const metrics = await readMetrics(server);
    for (const name of metrics.names) expect(name).toMatch(/^llamahome_/);
    expect(metrics.names).toEqual(expect.arrayContaining(histograms.map((name) => prefix + name)));
    const bounds = [...metrics.text.matchAll(/^llamahome_time_to_first_token_seconds_bucket\{le="([^"]+)"/gm)].map(
      ([, le]) => le,
    );
    expect([bounds[0], bounds.at(-2), bounds.at(-1)]).toEqual(['0.001', '600', '+Inf']);
    if (hasPromtool) expect(promtool(['check', 'metrics'], metrics.text)).toEqual({ status: 0, output: '' });
  });
});

describe('Metrics of the tests', () => {
  it('adds up what its labels include', () => {
    const metrics = new Metrics('# TYPE a counter\na{x="1",y="2"} 3\na{x="1",y="3"} 4\nab 9\na 1');
    expect([metrics.sum('a'), metrics.sum('a', { x: '1' }), metrics.sum('a', { y: '3' }), metrics.sum('c')]).toEqual([
      8, 7, 4, 0,
    ]);
  });
});
