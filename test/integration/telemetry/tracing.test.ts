import { randomBytes } from 'node:crypto';
import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { runBatch, stream } from '../../support/documents.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, ndjson } from '../../support/streams.js';
import { Collector, type ReceivedSpan } from './collector.js';

const stages = ['admission', 'queue', 'prefill', 'decode'];
const phases = ['parse', 'validate', 'execute'];
const secretWords = 'the colour of my front door';

let collector: Collector;
let server: TestServer;
beforeAll(async () => {
  collector = await Collector.listen();
  server = await startTestServer({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '50' },
  });
});
afterAll(async () => {
  await server.stop();
  await collector.close();
});

function newTrace() {
  const traceId = randomBytes(16).toString('hex');
  const spanId = randomBytes(8).toString('hex');
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

function headers(traceparent: string) {
  return { authorization: `Bearer ${server.adminKey}`, 'content-type': 'application/json', traceparent };
}

/** The only span of that name. */
function one(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const [span, ...more] = spans.filter((candidate) => candidate.name === name);
  if (span === undefined || more.length > 0) throw new Error(`${1 + more.length} spans ${name}`);
  return span;
}

/** Every span stands under one that was sent too, but the request's: it stands under the caller's. */
function expectOneTree(spans: readonly ReceivedSpan[], caller: string) {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  expect(
    spans.filter(({ parentSpanId = '' }) => !ids.has(parentSpanId)).map(({ parentSpanId }) => parentSpanId),
  ).toEqual([caller]);
}

/** No child begins before its parent, or ends after it. */
function expectNested(spans: readonly ReceivedSpan[]) {
  for (const span of spans) {
    const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
    if (parent === undefined) continue;
    const within = [span.start - parent.start >= -0.01, parent.end - span.end >= -0.01];
    expect([span.name, within]).toEqual([span.name, [true, true]]);
  }
}

const question = { prompt: secretWords, maxTokens: 6, seed: 7, temperature: 0.5 };

describe('one trace per request', () => {
  it('over HTTP, under the span of the caller, with what the model did', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const query =
      'mutation Ask($input: PromptInput!) { process(input: $input) { prompt { id usage { promptTokens } } } }';
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: headers(traceparent),
      body: JSON.stringify({ query, variables: { input: question } }),
    });
    const { data } = await response.json();
    const spans = await collector.trace(traceId, ['POST /graphql', ...phases, 'chat demo', ...stages]);
    expectOneTree(spans, spanId);

    const request = one(spans, 'POST /graphql');
    expect(request.kind).toBe(2);
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/graphql',
      'http.response.status_code': 200,
      'llamahome.request.id': response.headers.get('x-request-id'),
      'user.id': 'admin',
    });
    expect(one(spans, 'execute').attributes).toEqual({
      'graphql.operation.type': 'mutation',
      'graphql.operation.name': 'Ask',
    });
    const chat = one(spans, 'chat demo');
    expect(chat.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'llamahome',
      'gen_ai.request.model': 'demo',
      'gen_ai.response.model': 'demo',
      'gen_ai.request.max_tokens': 6,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.seed': 7,
      'gen_ai.response.id': data.process.prompt.id,
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.usage.input_tokens': data.process.prompt.usage.promptTokens,
      'gen_ai.usage.output_tokens': 6,
    });
    const [engine] = await server.enginePids();
    expect(one(spans, 'decode').attributes['process.pid']).toBe(engine);

    expectNested(spans);
    // However many tokens it has.
    expect(spans).toHaveLength(2 + phases.length + stages.length);
    const known: unknown[] = Object.values(conventions);
    expect(Object.keys(chat.attributes).filter((name) => name.startsWith('gen_ai.') && !known.includes(name))).toEqual(
      [],
    );
    expect(chat.attributes).not.toHaveProperty('gen_ai.request.stream');

    const inOrder = stages.map((stage) => one(spans, stage));
    for (const [index, stage] of inOrder.entries()) {
      expect(stage.parentSpanId).toBe(chat.spanId);
      expect(stage.end).toBeGreaterThanOrEqual(stage.start);
      const before = inOrder[index - 1];
      if (before !== undefined) expect(Math.abs(stage.start - before.end)).toBeLessThan(0.01);
    }
    expect(inOrder.at(-1)?.end).toBeLessThanOrEqual(chat.end + 0.01);
    expect(collector.resource).toMatchObject({ 'service.name': 'llamahome' });
  });

  it('over REST, streamed', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const response = await fetch(`${server.url}/api/v1/stream`, {
      method: 'POST',
      headers: headers(traceparent),
      body: JSON.stringify({ prompt: secretWords, max_tokens: 4 }),
    });
    await all(ndjson(response));
    const spans = await collector.trace(traceId, ['POST /api/v1/stream', ...phases, 'chat demo', ...stages]);
    expectOneTree(spans, spanId);
    expect(one(spans, 'execute').attributes).toMatchObject({ 'graphql.operation.type': 'subscription' });
    expect(one(spans, 'POST /api/v1/stream').end).toBeGreaterThanOrEqual(one(spans, 'decode').end - 5);
    expect(one(spans, 'chat demo').attributes['gen_ai.request.stream']).toBe(true);
    expectNested(spans);
  });

  it('over Server-Sent Events', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...headers(traceparent), accept: 'text/event-stream' },
      body: JSON.stringify({ query: stream.toString(), variables: { input: question } }),
    });
    await response.text();
    const spans = await collector.trace(traceId, ['POST /graphql', ...phases, 'chat demo', ...stages]);
    expectOneTree(spans, spanId);
    expectNested(spans);
  });

  it('over a WebSocket, as each operation or the socket says', async () => {
    const ofSocket = newTrace();
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazyCloseTimeout: 0,
      connectionParams: { authorization: `Bearer ${server.adminKey}`, traceparent: ofSocket.traceparent },
    });
    const variables = { input: question };
    await all(client.iterate({ query: stream.toString(), variables }));
    const ofOperation = newTrace();
    const extensions = { traceparent: ofOperation.traceparent };
    await all(client.iterate({ query: stream.toString(), variables, extensions }));
    await client.dispose();
    for (const { traceId, spanId } of [ofSocket, ofOperation]) {
      const spans = await collector.trace(traceId, ['subscription Stream', ...phases, 'chat demo', ...stages]);
      expectOneTree(spans, spanId);
      expectNested(spans);
    }
  });

  it('over a WebSocket, as its handshake says when nothing else does', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    class Traced extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols, { headers: { traceparent } });
      }
    }
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Traced,
      lazyCloseTimeout: 0,
      connectionParams: { authorization: `Bearer ${server.adminKey}` },
    });
    await all(client.iterate({ query: 'query Me { viewer { id } }' }));
    await client.dispose();
    expectOneTree(await collector.trace(traceId, ['query Me', ...phases]), spanId);
  });

  it('with a span for each prompt of a batch', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const variables = { input: { prompts: [{ prompt: 'a' }, { prompt: 'b' }, { prompt: 'c' }], maxTokens: 3 } };
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: headers(traceparent),
      body: JSON.stringify({ query: runBatch.toString(), variables }),
    });
    const spans = await collector.trace(traceId, ['POST /graphql', 'chat demo']);
    expectOneTree(spans, spanId);
    expect(spans.filter(({ name }) => name === 'chat demo')).toHaveLength(3);
  });

  it('that outlives the request when the prompt does', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const response = await fetch(`${server.url}/api/v1/prompts`, {
      method: 'POST',
      headers: headers(traceparent),
      body: JSON.stringify({ prompt: secretWords, max_tokens: 40 }),
    });
    expect(response.status).toBe(202);
    expectOneTree(await collector.trace(traceId, ['POST /api/v1/prompts', 'chat demo', ...stages]), spanId);
  });

  it('that says what went wrong', async () => {
    const { traceId, traceparent } = newTrace();
    await fetch(`${server.url}/api/v1/process`, {
      method: 'POST',
      headers: headers(traceparent),
      body: JSON.stringify({ prompt: secretWords, max_tokens: 100_000 }),
    });
    const spans = await collector.trace(traceId, ['POST /api/v1/process', 'execute']);
    for (const name of ['POST /api/v1/process', 'execute']) {
      expect(one(spans, name)).toMatchObject({ error: true, attributes: { 'error.type': 'context_length_exceeded' } });
    }
  });

  it('of its own when nobody names one, and none when the caller samples it away', async () => {
    const { traceId } = newTrace();
    await fetch(`${server.url}/healthz`, { headers: { traceparent: `00-${traceId}-${'1'.repeat(16)}-00` } });
    const requestId = randomBytes(8).toString('hex');
    await fetch(`${server.url}/healthz`, { headers: { 'x-request-id': requestId } });
    const found = await server.until(
      'the second trace',
      async () => collector.spans.find(({ attributes }) => attributes['llamahome.request.id'] === requestId),
      (span) => span !== undefined,
    );
    expect(found?.parentSpanId ?? '').toBe('');
    expect(collector.spans.some((span) => span.traceId === traceId)).toBe(false);
  });

  it('never with what was asked or answered', () => {
    expect(collector.spans.length).toBeGreaterThan(0);
    expect(JSON.stringify(collector.spans)).not.toContain(secretWords);
    expect(JSON.stringify(collector.spans)).not.toContain(server.adminKey);
  });
});

describe('LLAMAHOME_TRACE_CONTENT=on', () => {
  it('puts question and answer into the span', async () => {
    await using telling = await startTestServer({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        LLAMAHOME_TRACE_CONTENT: 'on',
      },
    });
    const { traceId, traceparent } = newTrace();
    const response = await fetch(`${telling.url}/api/v1/process`, {
      method: 'POST',
      headers: { ...headers(traceparent), authorization: `Bearer ${telling.adminKey}` },
      body: JSON.stringify({ prompt: secretWords, system: 'Be brief.', max_tokens: 6 }),
    });
    const { text } = await response.json();
    const { attributes } = one(await collector.trace(traceId, ['chat demo']), 'chat demo');
    expect(JSON.parse(String(attributes['gen_ai.input.messages']))).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
      { role: 'user', parts: [{ type: 'text', content: secretWords }] },
    ]);
    expect(JSON.parse(String(attributes['gen_ai.output.messages']))).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: text }], finish_reason: 'length' },
    ]);
  });
});
