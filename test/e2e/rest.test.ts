import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RestInit, startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, ndjson, serverSentEvents } from '../support/streams.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function ask(path: string, init?: RestInit) {
  const response = await server.rest(path, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const usage = {
  prompt_tokens: expect.any(Number),
  completion_tokens: expect.any(Number),
  total_tokens: expect.any(Number),
};
const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('POST /process', () => {
  it('answers with the text', async () => {
    const { status, headers, body } = await ask('/process', { json: { prompt: 'Hello', max_tokens: 12, seed: 3 } });
    expect(status).toBe(200);
    expect(body).toEqual({
      text: expect.any(String),
      usage: { ...usage, completion_tokens: 12 },
      model: 'demo',
      created: iso,
      id: expect.stringMatching(/^prm_/),
      finish_reason: 'length',
    });
    expect(body.text).toHaveLength(12);
    expect(headers.get('content-type')).toContain('application/json');
    expect(Number(headers.get('ratelimit-limit'))).toBe(1000);
    expect(Number(headers.get('ratelimit-remaining'))).toBeLessThan(100);
    expect(headers.get('ratelimit-reset')).toMatch(/^\d+$/);
  });

  it('takes messages, and llama3.3 as the default model', async () => {
    const { body } = await ask('/process', {
      json: {
        messages: [{ role: 'user', content: 'Hi' }],
        model: 'llama3.3',
        max_tokens: 2,
        stop: ['zzzzzz'],
        priority: 'high',
      },
    });
    expect(body).toMatchObject({ model: 'demo', finish_reason: 'length' });
  });

  it('streams when asked to', async () => {
    const response = await server.rest('/process', { json: { prompt: 'x', max_tokens: 5, stream: true } });
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    expect((await all(ndjson(response))).at(-1)).toMatchObject({ done: true });
  });

  it.each([
    ['neither prompt nor messages', {}, 'prompt'],
    ['both', { prompt: 'x', messages: [{ role: 'user', content: 'x' }] }, 'prompt'],
    ['an unknown field', { prompt: 'x', maxTokens: 5 }, 'maxTokens'],
    ['a wrong type', { prompt: 'x', max_tokens: '5' }, 'max_tokens'],
    ['a fraction', { prompt: 'x', max_tokens: 1.5 }, 'max_tokens'],
    ['a value out of range', { prompt: 'x', max_tokens: 0 }, 'max_tokens'],
    ['too much heat', { prompt: 'x', temperature: 2.1 }, 'temperature'],
    ['a NUL', { prompt: 'a\0b' }, 'prompt'],
    ['no object', [], 'body'],
  ])('refuses %s', async (_what, json, field) => {
    const { status, headers, body } = await ask('/process', { json });
    expect(status).toBe(400);
    expect(headers.get('ratelimit-limit')).toBe('1000');
    expect(body).toEqual({
      error: { code: 'invalid_request', message: expect.any(String), details: expect.objectContaining({ field }) },
    });
  });

  it('speaks of max_tokens, not maxTokens', async () => {
    const { body } = await ask('/process', { json: { prompt: 'x', max_tokens: -1 } });
    expect(JSON.stringify(body)).not.toContain('maxTokens');
  });

  it('refuses what is no JSON', async () => {
    const broken = await ask('/process', {
      method: 'POST',
      body: '{"prompt":',
      headers: { 'content-type': 'application/json' },
    });
    expect([broken.status, broken.body.error.code]).toEqual([400, 'invalid_request']);
    const typed = await ask('/process', { method: 'POST', body: '{}', headers: { 'content-type': 'text/plain' } });
    expect([typed.status, typed.body.error.code]).toEqual([415, 'unsupported_media_type']);
    const large = await ask('/process', { json: { prompt: 'x'.repeat(1_100_000) } });
    expect([large.status, large.body.error.code, large.body.error.details.limit]).toEqual([
      413,
      'payload_too_large',
      1_000_000,
    ]);
  });

  it('tells the other refusals with their status', async () => {
    const near = await ask('/process', { json: { prompt: 'x', model: 'demmo' } });
    expect([near.status, near.body.error.code]).toEqual([404, 'model_not_found']);
    expect(JSON.stringify(near.body)).toContain('"demo"');
    const long = await ask('/process', { json: { prompt: 'x'.repeat(3000) } });
    expect([long.status, long.body.error.code]).toEqual([400, 'context_length_exceeded']);
    expect(long.body.error.details).toMatchObject({ prompt_tokens: expect.any(Number), max_tokens: 100 });
    const nobody = await ask('/process', { json: { prompt: 'x' }, key: null });
    expect([nobody.status, nobody.body.error.code]).toEqual([401, 'authentication_required']);
    const wrong = await ask('/process', { json: { prompt: 'x' }, key: 'nonsense' });
    expect([wrong.status, wrong.body.error.code]).toEqual([401, 'invalid_token']);
    const absent = await ask('/process', { json: { prompt: 'x', model: 'smollm2-135m-instruct' } });
    expect([absent.status, absent.body.error.code]).toEqual([503, 'model_unavailable']);
    expect(absent.body.error.details).toEqual({
      model: 'smollm2-135m-instruct',
      state: 'available',
      pull: 'npx llamahome pull smollm2-135m-instruct',
    });
    expect(absent.headers.has('retry-after')).toBe(false);
  });

  it('gives the same prompt for the same Idempotency-Key', async () => {
    const send = (prompt: string) =>
      ask('/process', { json: { prompt, max_tokens: 4 }, headers: { 'idempotency-key': 'once' } });
    const [one, two] = await Promise.all([send('same'), send('same')]);
    expect(one.body.id).toBe(two.body.id);
    expect(one.body.text).toBe(two.body.text);
    const other = await send('other');
    expect([other.status, other.body.error.code]).toEqual([409, 'idempotency_mismatch']);
  });
});

describe('POST /stream', () => {
  it('sends lines of JSON, chunks first and the end last', async () => {
    const response = await server.rest('/stream', { json: { prompt: 'Hello', max_tokens: 40, seed: 5 } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const id = response.headers.get('x-prompt-id');
    expect(response.headers.get('location')).toBe(`/api/v1/prompts/${id}`);
    const lines = await all(ndjson(response));
    const end = lines.pop();
    expect(lines.length).toBeGreaterThan(1);
    expect(lines).toEqual(lines.map((_, index) => ({ chunk: expect.any(String), index })));
    expect(end).toEqual({
      chunk: '',
      index: lines.length,
      done: true,
      finish_reason: 'length',
      usage: { ...usage, completion_tokens: 40 },
      id,
      model: 'demo',
      created: iso,
    });
    const whole = await ask('/process', { json: { prompt: 'Hello', max_tokens: 40, seed: 5 } });
    expect(lines.map(({ chunk }) => chunk).join('')).toBe(whole.body.text);
  });

  it('sends the same as server-sent events', async () => {
    const response = await server.rest('/stream', {
      json: { prompt: 'Hello', max_tokens: 10 },
      headers: { accept: 'text/event-stream' },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await all(serverSentEvents(response));
    const values = events.map(({ data }) => JSON.parse(data));
    expect(values[0]).toEqual({ chunk: expect.any(String), index: 0 });
    expect(values.at(-1)).toMatchObject({ done: true, finish_reason: 'length' });
  });

  it('refuses before the first byte with a status of its own', async () => {
    const { status, body } = await ask('/stream', { json: { prompt: 'x', temperature: 3 } });
    expect([status, body.error.code]).toEqual([400, 'invalid_request']);
  });
});

describe('POST /batch', () => {
  it('answers in the order asked, and one failure spoils only itself', async () => {
    const { status, body } = await ask('/batch', {
      json: {
        prompts: ['a', { prompt: 'b', temperature: 5 }, { prompt: 'c', max_tokens: 3 }],
        max_tokens: 6,
        batch_size: 2,
      },
    });
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { text: expect.any(String), usage, model: 'demo', created: iso, id: expect.any(String), finish_reason: 'length' },
      {
        error: { code: 'invalid_request', message: expect.any(String), details: expect.anything() },
        id: expect.any(String),
      },
      expect.objectContaining({ usage: { ...usage, completion_tokens: 3 } }),
    ]);
    expect(body.usage.completion_tokens).toBe(9);
  });

  it.each([
    [{ prompts: [] }, 'prompts'],
    [{ prompts: 'x' }, 'prompts'],
    [{ prompts: ['x'], batch_size: 0 }, 'batch_size'],
    [{ prompts: Array.from({ length: 200 }, () => 'x') }, 'prompts'],
  ])('refuses %j', async (json, field) => {
    const { status, body } = await ask('/batch', { json });
    expect([status, body.error.code, body.error.details.field]).toEqual([400, 'invalid_request', field]);
  });
});

describe('/prompts', () => {
  it('is accepted with 202, runs on, and can be looked up, followed, cancelled and deleted', async () => {
    const accepted = await ask('/prompts', { json: { prompt: 'Later', max_tokens: 20 } });
    expect(accepted.status).toBe(202);
    const { id } = accepted.body;
    expect(accepted.body).toEqual({
      id: expect.stringMatching(/^prm_/),
      status: expect.stringMatching(/^(queued|running)$/),
    });
    expect(accepted.headers.get('location')).toBe(`/api/v1/prompts/${id}`);
    const lines = await all(ndjson(await server.rest(`/prompts/${id}/stream`)));
    expect(lines.at(-1)).toMatchObject({ done: true, id, cursor: expect.any(String) });
    const { body } = await ask(`/prompts/${id}`);
    expect(body).toMatchObject({
      id,
      status: 'completed',
      input: 'Later',
      text: lines.map(({ chunk }) => chunk).join(''),
      model: 'demo',
      finish_reason: 'length',
      attempt: 1,
      error: null,
    });
    const cancelled = await ask(`/prompts/${id}/cancel`, { method: 'POST' });
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'completed']);
    const gone = await ask(`/prompts/${id}`, { method: 'DELETE' });
    expect([gone.status, gone.body]).toEqual([200, { id }]);
    expect((await ask(`/prompts/${id}`)).body.error.code).toBe('prompt_not_found');
  });

  it('cancels what runs, with what it had', async () => {
    const { body } = await ask('/prompts', { json: { prompt: 'Stop', max_tokens: 1900 } });
    const cancelled = await ask(`/prompts/${body.id}/cancel`, { method: 'POST' });
    expect(cancelled.body).toMatchObject({ id: body.id, status: 'cancelled', finish_reason: 'cancelled' });
  });

  it('resumes exactly behind a cursor, by after or Last-Event-ID', async () => {
    const { body } = await ask('/prompts', { json: { prompt: 'Again', max_tokens: 60 } });
    const path = `/prompts/${body.id}/stream`;
    const lines = await all(ndjson(await server.rest(path)));
    const text = (await ask(`/prompts/${body.id}`)).body.text;
    expect(lines.map(({ chunk }) => chunk).join('')).toBe(text);
    let read = '';
    for (const { chunk, cursor, done } of lines) {
      if (done === true) break;
      read += chunk;
      const rest = await all(ndjson(await server.rest(`${path}?after=${cursor}`)));
      expect(read + rest.map((line) => line.chunk).join('')).toBe(text);
      const events = await all(
        serverSentEvents(
          await server.rest(`${path}?after=zzz`, {
            headers: { accept: 'text/event-stream', 'last-event-id': String(cursor) },
          }),
        ),
      );
      expect(read + events.map(({ data }) => JSON.parse(data).chunk).join('')).toBe(text);
      expect(events.every((event) => event.id === JSON.parse(event.data).cursor)).toBe(true);
    }
  });

  it.each([
    ['GET', '/prompts/prm_nothing', 404, 'prompt_not_found'],
    ['GET', '/prompts/a%00b', 404, 'prompt_not_found'],
    ['GET', '/prompts/%ff', 400, 'invalid_request'],
    ['DELETE', '/prompts/prm_nothing', 404, 'prompt_not_found'],
    ['POST', '/prompts/prm_nothing/cancel', 404, 'prompt_not_found'],
    ['GET', '/prompts/prm_nothing/stream', 404, 'prompt_not_found'],
  ])('%s %s gives %d %s', async (method, path, status, code) => {
    const answer = await ask(path, { method });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  it('ends an EventSource that has read everything with 204', async () => {
    const { body } = await ask('/prompts', { json: { prompt: 'End', max_tokens: 4 } });
    const path = `/prompts/${body.id}/stream`;
    const accept = 'text/event-stream';
    const events = await all(serverSentEvents(await server.rest(path, { headers: { accept } })));
    const last = String(events.at(-1)?.id);
    const again = await server.rest(path, { headers: { accept, 'last-event-id': last } });
    expect([again.status, again.headers.get('x-prompt-id'), await again.text()]).toEqual([204, body.id, '']);
    const lines = await server.rest(`${path}?after=${last}`);
    expect([lines.status, await lines.text()]).toEqual([200, '']);
  });

  it('refuses a cursor that is none', async () => {
    const { body } = await ask('/prompts', { json: { prompt: 'x', max_tokens: 1 } });
    const refused = await ask(`/prompts/${body.id}/stream?after=nonsense`);
    expect([refused.status, refused.body.error.details.field]).toEqual([400, 'after']);
  });
});

describe('/models', () => {
  it('lists them, and tells more of one', async () => {
    const { body } = await ask('/models');
    const demo = body.models.find(({ id }: { id: string }) => id === 'demo');
    expect(demo).toEqual({
      id: 'demo',
      name: expect.any(String),
      version: '1',
      parameters: '0.1M',
      context_length: 2048,
    });
    const one = await ask('/models/demo');
    expect(one.body).toEqual({
      ...demo,
      capabilities: ['text-generation', 'chat'],
      performance: { tokens_per_second: expect.any(Number), memory_required: expect.stringMatching(/^\d+(MB|GB)$/) },
    });
    const unmeasured = await ask('/models/smollm2-135m-instruct/');
    expect(unmeasured.body.performance.tokens_per_second).toBeNull();
    const unknown = await ask('/models/demmo');
    expect([unknown.status, unknown.body.error.code]).toEqual([404, 'model_not_found']);
    expect(JSON.stringify(unknown.body)).toContain('"demo"');
  });
});

describe('/config', () => {
  it('is read and changed in part, all or nothing', async () => {
    const before = await ask('/config');
    expect(before.body).toEqual({
      model_settings: { default_model: 'demo', max_tokens: 100, temperature: 0.7 },
      system_settings: { cache_size: '10GB', max_requests_per_minute: 60 },
    });
    const after = await ask('/config', { json: { model_settings: { max_tokens: 9 } } });
    expect([after.status, after.body.model_settings.max_tokens]).toEqual([200, 9]);
    for (const json of [
      { model_settings: { max_tokens: 11, temperature: 5 } },
      { model_settings: { max_tokens: 11 }, system_settings: { cache_size: 'lots' } },
      { model_settings: { max_tokens: 11, colour: 'red' } },
    ]) {
      const refused = await ask('/config', { json });
      expect([refused.status, refused.body.error.code]).toEqual([400, 'invalid_request']);
    }
    expect((await ask('/config')).body.model_settings.max_tokens).toBe(9);
    const nulls = {
      model_settings: { default_model: null, max_tokens: null, temperature: 0.5 },
      system_settings: null,
    };
    const changed = await ask('/config', { json: nulls });
    expect([changed.status, changed.body.model_settings]).toEqual([
      200,
      { default_model: 'demo', max_tokens: 9, temperature: 0.5 },
    ]);
    await ask('/config', { json: { model_settings: { temperature: 0.7 } } });
    await ask('/config', { json: { model_settings: { max_tokens: 100 } } });
  });
});

describe('the allowance', () => {
  it.each([
    ['PATCH', '/config', 405],
    ['OPTIONS', '/config', 204],
    ['GET', '/nothing', 404],
    ['GET', '/prompts/prm_nothing', 404],
  ])('is told by %s %s too, but not to strangers', async (method, path, status) => {
    const known = await ask(path, { method });
    expect([known.status, known.headers.get('ratelimit-limit')]).toEqual([status, '1000']);
    const stranger = await ask(path, { method, key: null });
    expect(stranger.headers.get('ratelimit-limit')).toBeNull();
    expect((await ask(path, { method, key: 'nonsense' })).status).toBe(401);
  });
});

describe('methods', () => {
  it.each([
    ['GET', '/process', 'POST, OPTIONS'],
    ['DELETE', '/models', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/config', 'GET, POST, HEAD, OPTIONS'],
    ['PUT', '/prompts/prm_1', 'GET, DELETE, HEAD, OPTIONS'],
  ])('%s %s is refused with 405 and Allow', async (method, path, allow) => {
    const { status, headers, body } = await ask(path, { method });
    expect([status, body.error.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', allow]);
  });

  it('OPTIONS tells them, and no origin is let in that is not configured', async () => {
    const { status, headers } = await ask('/config', { method: 'OPTIONS' });
    expect([status, headers.get('allow'), headers.get('access-control-allow-origin')]).toEqual([
      204,
      'GET, POST, HEAD, OPTIONS',
      null,
    ]);
  });
});
