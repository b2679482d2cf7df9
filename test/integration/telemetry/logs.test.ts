import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processPrompt, runBatch, stream } from '../../support/documents.js';
import { makeSlowModel, type SlowModel } from '../../support/slowModel.js';
import { startTestServer, type TestServer } from '../../support/startTestServer.js';
import { all, first, over } from '../../support/streams.js';

const secretWords = 'the colour of my front door';
const input = { prompt: secretWords, maxTokens: 4 };

let slow: SlowModel;
let server: TestServer;
beforeAll(async () => {
  slow = await makeSlowModel();
  server = await startTestServer({ env: { LLAMAHOME_MODEL: slow.path } });
});
afterAll(async () => {
  await server.stop();
  await slow.remove();
});

type Line = Record<string, unknown>;

function requestLines(log: string): Line[] {
  const lines: Line[] = log.split('\n').flatMap((line) => (line.startsWith('{') ? JSON.parse(line) : []));
  return lines.filter(({ msg }) => msg === 'request');
}

/** The lines of requests that `check` accepts, once there is one. */
function linesLike(check: (line: Line) => boolean): Promise<Line[]> {
  return server.until(
    'a line in the log',
    async () => requestLines(server.log).filter(check),
    (lines) => lines.length > 0,
  );
}

describe('the log', () => {
  it('has one line for a request over HTTP, with tokens and times', async () => {
    const { headers } = await server.graphql(processPrompt, { input });
    const requestId = headers.get('x-request-id');
    const lines = await linesLike((line) => line.requestId === requestId);
    expect(lines).toEqual([
      expect.objectContaining({
        transport: 'http',
        method: 'POST',
        route: '/graphql',
        principal: 'admin',
        operation: expect.any(String),
        field: 'process',
        status: 200,
        prompts: 1,
        promptTokens: expect.any(Number),
        completionTokens: 4,
        durationMs: expect.any(Number),
        queueMs: expect.any(Number),
        timeToFirstTokenMs: expect.any(Number),
      }),
    ]);
  });

  it('has one for REST, with the sum of a batch', async () => {
    const answer = await server.rest('/batch', { json: { prompts: [secretWords, secretWords], max_tokens: 3 } });
    const requestId = answer.headers.get('x-request-id');
    const [line, ...more] = await linesLike((found) => found.requestId === requestId);
    expect(more).toEqual([]);
    expect(line).toMatchObject({ transport: 'rest', route: '/api/v1/batch', prompts: 2, completionTokens: 6 });
  });

  it('has one for each operation over a WebSocket', async () => {
    const client = server.ws();
    await all(over(client, stream, { input }));
    await client.dispose();
    const lines = await linesLike(({ transport }) => transport === 'ws');
    expect(lines).toEqual([expect.objectContaining({ field: 'stream', principal: 'admin', completionTokens: 4 })]);
  });

  it('says whose request was refused before anything ran', async () => {
    const unknownField = 'query Odd { viewer { colour } }';
    const overHttp = await server.graphql(unknownField);
    const overRest = await server.rest('/process', { json: { promt: secretWords } });
    for (const [headers, status] of [
      [overHttp.headers, 400],
      [overRest.headers, 400],
    ] as const) {
      const [line, ...more] = await linesLike(({ requestId }) => requestId === headers.get('x-request-id'));
      expect([line, more]).toMatchObject([{ principal: 'admin', status, code: 'invalid_request' }, []]);
    }
    const client = server.ws();
    await expect(all(over(client, unknownField))).rejects.toThrow(/colour/);
    await client.dispose();
    const [line] = await linesLike(({ transport, code }) => transport === 'ws' && code === 'invalid_request');
    expect(line).toMatchObject({ principal: 'admin', requestId: expect.any(String) });
  });

  it('says what was refused, and who left', async () => {
    const stranger = await server.graphql('{ viewer { id } }', undefined, { key: null });
    const refused = await server.rest('/process', { json: { prompt: secretWords, max_tokens: 100_000 } });
    const [unknown] = await linesLike(({ requestId }) => requestId === stranger.headers.get('x-request-id'));
    expect(unknown).toMatchObject({ status: 401, code: 'authentication_required' });
    const [long] = await linesLike(({ requestId }) => requestId === refused.headers.get('x-request-id'));
    expect(long).toMatchObject({ status: 400, code: 'context_length_exceeded' });

    const client = server.ws();
    const events = over(client, stream, { input: { ...input, maxTokens: 3000 } });
    await first(events);
    await first(events);
    await events.return();
    const [left] = await linesLike(({ code }) => code === 'cancelled');
    expect(left).toMatchObject({ transport: 'ws', prompts: 1 });
    expect(left?.completionTokens).toBeGreaterThan(0);
    await client.dispose();
  });

  it('keeps silent about those who only look', async () => {
    await fetch(`${server.url}/healthz`);
    await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } });
    await server.data(runBatch, { input: { prompts: [{ prompt: secretWords, maxTokens: 1 }] } });
    await linesLike(({ field, prompts }) => field === 'batch' && prompts === 1);
    expect(requestLines(server.log).filter(({ route }) => route === '/healthz' || route === '/metrics')).toEqual([]);
  });

  it('has no prompt, no text, no key and no token in it', () => {
    const lines = server.log.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      expect(line).not.toContain(secretWords);
      expect(line).not.toContain(server.adminKey);
    }
  });
});
