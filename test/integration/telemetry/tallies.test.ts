import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onePrompt, processPrompt, runBatch, stream } from '../../support/documents.js';
import { makeSlowModel, type SlowModel } from '../../support/slowModel.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, first, ndjson, over, serverSentEvents } from '../../support/streams.js';
import { type Metrics, readMetrics } from './prometheus.js';

/** What a client was told of one prompt. */
interface Told {
  promptTokens: number;
  completionTokens: number;
}

let slow: SlowModel;
let server: TestServer;
beforeEach(async () => {
  slow = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path, LLAMAHOME_SLOTS: '2' } });
  await server.data(processPrompt, { input: { prompt: 'load', maxTokens: 1 } });
});
afterEach(async () => {
  await server.stop();
  await slow.remove();
});

/** What was counted since an earlier reading. */
function since(before: Metrics, after: Metrics) {
  return (name: string, labels?: Record<string, string>) =>
    after.sum(`llamahome_${name}`, labels) - before.sum(`llamahome_${name}`, labels);
}

function plain(usage: unknown): Told {
  const { prompt_tokens, completion_tokens } = JSON.parse(JSON.stringify(usage));
  return { promptTokens: prompt_tokens, completionTokens: completion_tokens };
}

/** What the server says of a prompt once it has ended. */
async function ended(id: string) {
  const { prompt } = await server.until(
    'the end of the prompt',
    () => server.data(onePrompt, { id }),
    (data) => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(data.prompt?.status ?? ''),
  );
  if (prompt == null) throw new Error('no prompt');
  return prompt;
}

function graphqlOverSse(input: object): Promise<Response> {
  return fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.adminKey}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: stream.toString(), variables: { input } }),
  });
}

describe('the sums of the metrics are those of the clients', () => {
  it('on every way to a completed prompt', async () => {
    const before = await readMetrics(server);
    const told: Told[] = [];
    const tell = ({ usage }: { usage?: Told | null }) => {
      if (usage == null) throw new Error('no usage was told');
      told.push(usage);
    };
    const { process } = await server.data(processPrompt, { input: { prompt: 'graphql over http', maxTokens: 5 } });
    tell(process.prompt);
    const { batch } = await server.data(runBatch, {
      input: { prompts: [{ prompt: 'graphql' }, { prompt: 'batch' }], maxTokens: 4 },
    });
    tell(batch);
    const events = await all(serverSentEvents(await graphqlOverSse({ prompt: 'graphql over sse', maxTokens: 6 })));
    const last = events.filter(({ event }) => event === 'next').at(-1);
    tell(await ended(JSON.parse(last?.data ?? '').data.stream.prompt.id));
    const client = server.ws();
    const results = await all(over(client, stream, { input: { prompt: 'graphql over ws', maxTokens: 7 } }));
    tell(await ended(results.at(-1)?.stream.prompt.id ?? ''));
    const asked = await all(over(client, processPrompt, { input: { prompt: 'mutation over ws', maxTokens: 3 } }));
    tell(asked[0]?.process.prompt ?? {});
    await client.dispose();

    const json = { prompt: 'rest', max_tokens: 4 };
    told.push(plain((await (await server.rest('/process', { json })).json()).usage));
    told.push(plain((await all(ndjson(await server.rest('/stream', { json })))).at(-1)?.usage));
    const sse = await server.rest('/stream', { json, headers: { accept: 'text/event-stream' } });
    told.push(plain(JSON.parse((await all(serverSentEvents(sse))).at(-1)?.data ?? '').usage));
    told.push(
      plain((await (await server.rest('/batch', { json: { prompts: ['a', 'b', 'c'], max_tokens: 2 } })).json()).usage),
    );
    const { id } = await (await server.rest('/prompts', { json })).json();
    await all(ndjson(await server.rest(`/prompts/${id}/stream`)));
    tell(await ended(id));

    const prompts = 13;
    const sum = (key: keyof Told) => told.reduce((total, usage) => total + usage[key], 0);
    // A client can have its answer before the server has noted that it was sent.
    const metrics = await server.until(
      'the ends of the streams',
      () => readMetrics(server),
      (read) => since(before, read)('http_requests_total', { route: '/api/v1/stream', status: '200' }) === 2,
    );
    const gained = since(before, metrics);
    expect(gained('prompt_tokens_total')).toBe(sum('promptTokens'));
    expect(gained('prompt_length_tokens_sum')).toBe(sum('promptTokens'));
    expect(gained('completion_tokens_total')).toBe(sum('completionTokens'));
    expect(gained('completion_length_tokens_sum')).toBe(sum('completionTokens'));
    expect(gained('prompts_total')).toBe(prompts);
    expect(gained('prompts_total', { outcome: 'length' })).toBe(prompts);
    for (const name of ['time_to_first_token', 'prompt_duration', 'prompt_queue', 'prompt_prefill', 'prompt_decode']) {
      expect([name, gained(`${name}_seconds_count`)]).toEqual([name, prompts]);
    }
    expect(gained('inter_token_latency_seconds_count')).toBe(sum('completionTokens') - prompts);
    const operations = { transport: 'ws', code: 'ok' };
    expect(gained('graphql_operations_total', { ...operations, operation: 'Stream' })).toBe(1);
    expect(gained('graphql_operations_total', { ...operations, operation: 'Process' })).toBe(1);
    expect(gained('graphql_operations_total', { transport: 'http', operation: 'Stream', code: 'ok' })).toBe(1);
    expect(gained('rejections_total')).toBe(0);
  });

  it('for prompts that fail half-way: what was streamed counts, and no usage that nobody was told', async () => {
    const before = await readMetrics(server);
    const client = server.ws();
    const events = over(client, stream, { input: { prompt: 'to be lost', maxTokens: 3000 } });
    const { stream: started } = await first(events);
    await first(events);
    const [pid = 0] = await server.enginePids();
    process.kill(pid, 'SIGKILL');
    const rest = await all(events);
    expect(rest.at(-1)?.stream.__typename).toBe('PromptFailed');
    await client.dispose();
    const prompt = await ended(started.prompt.id);
    expect(prompt.usage).toBeNull();
    const gained = since(before, await readMetrics(server));
    expect(gained('prompts_total', { outcome: 'error' })).toBe(1);
    expect(gained('prompts_total')).toBe(1);
    // The demo model's tokens are single characters.
    expect(gained('completion_tokens_total')).toBe(prompt.text.length);
    expect(gained('inter_token_latency_seconds_count')).toBe(prompt.text.length - 1);
    expect(gained('time_to_first_token_seconds_count')).toBe(1);
    expect(gained('prompt_tokens_total')).toBe(0);
    expect(gained('prompt_duration_seconds_count')).toBe(0);
    expect(gained('engine_restarts_total')).toBe(1);
    expect(gained('rejections_total')).toBe(0);
  });

  it('for prompts that are cancelled: while they decode, in the line, and when their client vanishes', async () => {
    const before = await readMetrics(server);
    const input = { prompt: 'long', maxTokens: 3000 };
    const client = server.ws();
    const running = [over(client, stream, { input }), over(client, stream, { input })];
    const ids: string[] = [];
    for (const events of running) ids.push((await first(events)).stream.prompt.id);
    for (const events of running) await first(events);
    const waiting = await (await server.rest('/prompts', { json: { prompt: 'waits', max_tokens: 9 } })).json();
    await server.rest(`/prompts/${waiting.id}/cancel`, { method: 'POST' });
    ids.push(waiting.id);
    await running[0]?.return();
    client.terminate();
    const told = await Promise.all(ids.map(ended));
    expect(told.map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    const sum = (key: keyof Told) => told.reduce((total, { usage }) => total + (usage?.[key] ?? 0), 0);
    const metrics = await server.until(
      'the ends of the operations',
      () => readMetrics(server),
      (read) => since(before, read)('graphql_operations_total', { operation: 'Stream' }) === 2,
    );
    const gained = since(before, metrics);
    expect(gained('prompts_total', { outcome: 'cancelled' })).toBe(3);
    expect(gained('prompts_total')).toBe(3);
    expect(gained('completion_tokens_total')).toBe(sum('completionTokens'));
    expect(gained('completion_length_tokens_sum')).toBe(sum('completionTokens'));
    expect(gained('prompt_tokens_total')).toBe(sum('promptTokens'));
    expect(gained('graphql_operations_total', { operation: 'Stream', code: 'cancelled' })).toBe(2);
    expect(gained('prompt_duration_seconds_count')).toBe(0);
    expect(gained('time_to_first_token_seconds_count')).toBe(2);
    expect(gained('rejections_total')).toBe(0);
    for (const name of ['prompts_running', 'prompts_waiting', 'slots_busy', 'followers', 'sockets']) {
      expect([name, metrics.sum(`llamahome_${name}`)]).toEqual([name, 0]);
    }
  });

  it('for prompts that are refused: no token, no prompt, one refusal each', async () => {
    const before = await readMetrics(server);
    const tooMuch = 100_000;
    await server.graphql(processPrompt, { input: { prompt: 'a', maxTokens: tooMuch } });
    const client = server.ws();
    await expect(all(over(client, stream, { input: { prompt: 'a', maxTokens: tooMuch } }))).rejects.toThrow();
    await client.dispose();
    await (await graphqlOverSse({ prompt: 'a', maxTokens: tooMuch })).text();
    for (const path of ['/process', '/stream', '/prompts']) {
      expect((await server.rest(path, { json: { prompt: 'a', max_tokens: tooMuch } })).status).toBe(400);
    }
    const code = 'context_length_exceeded';
    const metrics = await server.until(
      'the ends of the operations',
      () => readMetrics(server),
      (read) => since(before, read)('graphql_operations_total', { code }) >= 6,
    );
    const gained = since(before, metrics);
    expect(gained('graphql_operations_total', { code })).toBe(6);
    expect(gained('rejections_total', { code })).toBe(6);
    expect(gained('rejections_total')).toBe(6);
    for (const name of [
      'prompts_total',
      'prompt_tokens_total',
      'completion_tokens_total',
      'prompt_queue_seconds_count',
    ]) {
      expect([name, gained(name)]).toEqual([name, 0]);
    }
  });
});
