import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSlowModel } from '../support/slowModel.js';
import { startTestServer, type TestServer } from '../support/startTestServer.js';
import { all, over, Refused } from '../support/streams.js';

/** One refusal, asked for in GraphQL and in REST; both must say the same. */
interface Refusal {
  code: string;
  status: number;
  input: Record<string, unknown>;
  rest: Record<string, unknown>;
}

const process = 'mutation Process($input: PromptInput!) { process(input: $input) { prompt { id } } }';

const refusals: Refusal[] = [
  { code: 'invalid_request', status: 400, input: { prompt: 'x', topP: 2 }, rest: { prompt: 'x', top_p: 2 } },
  {
    code: 'context_length_exceeded',
    status: 400,
    input: { prompt: 'x', maxTokens: 1_000_000 },
    rest: { prompt: 'x', max_tokens: 1_000_000 },
  },
  { code: 'model_not_found', status: 404, input: { prompt: 'x', model: 'nope' }, rest: { prompt: 'x', model: 'nope' } },
  {
    code: 'model_unavailable',
    status: 503,
    input: { prompt: 'x', model: 'gemma-2-2b-it' },
    rest: { prompt: 'x', model: 'gemma-2-2b-it' },
  },
  {
    code: 'deadline_exceeded',
    status: 504,
    input: { prompt: 'x', maxTokens: 1900, deadlineMs: 1 },
    rest: { prompt: 'x', max_tokens: 1900, deadline_ms: 1 },
  },
  {
    code: 'idempotency_mismatch',
    status: 409,
    input: { prompt: 'another', idempotencyKey: 'taken' },
    rest: { prompt: 'another' },
  },
];

let server: TestServer;
const keys = { stranger: '', spent: '' };

async function makeKey(userId: string, scopes: string[]): Promise<string> {
  const { data } = await server.graphql<{ createApiKey: { key: string } }, object>(
    'mutation Make($input: ApiKeyInput!) { createApiKey(input: $input) { key } }',
    { input: { name: userId, userId, tier: 'BASIC', scopes } },
  );
  return data?.createApiKey.key ?? '';
}

beforeAll(async () => {
  server = await startTestServer();
  await server.graphql(process, { input: { prompt: 'first', maxTokens: 1, idempotencyKey: 'taken' } });
  keys.stranger = await makeKey('stranger', ['models:read']);
  keys.spent = await makeKey('spent', ['prompts:run']);
});
afterAll(() => server.stop());

async function overSocket(
  input: Record<string, unknown>,
  key: string,
  to: TestServer = server,
): Promise<{ code: string; details: unknown }> {
  const client = to.ws(key);
  try {
    await all(over(client, process, { input }));
  } catch (error) {
    if (error instanceof Refused && error.errors[0] !== undefined) {
      const { code, details } = error.errors[0].extensions;
      return { code, details };
    }
    throw error;
  } finally {
    await client.dispose();
  }
  throw new Error('it was not refused');
}

async function overRest(json: Record<string, unknown>, key: string, headers: Record<string, string> = {}) {
  const response = await server.rest('/process', { json, key, headers });
  const { error } = (await response.json()) as { error: { code: string; message: string; details: unknown } };
  return { response, error };
}

describe('one catalogue of errors on every transport', () => {
  test.each(refusals)('$code', async ({ code, status, input, rest }) => {
    const http = await server.graphql(process, { input });
    expect(http.errors[0]?.extensions.code).toBe(code.toUpperCase());
    const socket = await overSocket(input, server.adminKey);
    expect(socket.code).toBe(code.toUpperCase());
    const headers: Record<string, string> =
      typeof input.idempotencyKey === 'string' ? { 'idempotency-key': input.idempotencyKey } : {};
    const { response, error } = await overRest(rest, server.adminKey, headers);
    expect(response.status).toBe(status);
    expect(error).toMatchObject({ code, message: expect.any(String), details: expect.any(Object) });
    for (const details of [http.errors[0]?.extensions.details, socket.details])
      expect(details).toEqual(expect.any(Object));
  });

  test('permission_denied names the scope', async () => {
    const input = { prompt: 'x', maxTokens: 1 };
    const details = { required_scope: 'prompts:run' };
    const http = await server.graphql(process, { input }, { key: keys.stranger });
    expect(http).toMatchObject({ status: 403, errors: [{ extensions: { code: 'PERMISSION_DENIED', details } }] });
    expect(await overSocket(input, keys.stranger)).toEqual({ code: 'PERMISSION_DENIED', details });
    const { response, error } = await overRest({ prompt: 'x', max_tokens: 1 }, keys.stranger);
    expect(response.status).toBe(403);
    expect(error).toMatchObject({ code: 'permission_denied', details });
  });

  test('rate_limit_exceeded counts all transports together and says when to come back', async () => {
    const prompts = Array.from({ length: 10 }, () => ({ prompt: 'x', maxTokens: 1 }));
    const batch = 'mutation Batch($input: BatchInput!) { batch(input: $input) { prompts { status } } }';
    expect((await server.graphql(batch, { input: { prompts } }, { key: keys.spent })).errors).toEqual([]);
    const input = { prompt: 'x', maxTokens: 1 };
    const http = await server.graphql(process, { input }, { key: keys.spent });
    const details = { retry_after: expect.any(Number) };
    expect(http).toMatchObject({ status: 429, errors: [{ extensions: { code: 'RATE_LIMIT_EXCEEDED', details } }] });
    expect(await overSocket(input, keys.spent)).toEqual({ code: 'RATE_LIMIT_EXCEEDED', details });
    const { response, error } = await overRest({ prompt: 'x', max_tokens: 1 }, keys.spent);
    expect(response.status).toBe(429);
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', details });
    expect(response.headers.get('retry-after')).toBe(
      String(Math.ceil((error.details as { retry_after: number }).retry_after)),
    );
  });
});

describe('a server with one sequence and one place to wait', () => {
  test('overloaded is told at once, with when to come back', async () => {
    const slow = await makeSlowModel();
    const small = await startTestServer({
      env: { LLAMAHOME_MODEL: slow.path, LLAMAHOME_SLOTS: '1', LLAMAHOME_QUEUE: '1' },
    });
    try {
      const submit = 'mutation Submit($input: PromptInput!) { submit(input: $input) { prompt { id } } }';
      await small.until(
        'a full queue',
        async () => (await small.graphql(submit, { input: { prompt: 'long', maxTokens: 3500 } })).errors,
        (errors) => errors.some(({ extensions }) => extensions.code === 'OVERLOADED'),
      );
      const details = { retry_after: expect.any(Number) };
      const input = { prompt: 'x', maxTokens: 1 };
      const http = await small.graphql(process, { input });
      expect(http).toMatchObject({ status: 503, errors: [{ extensions: { code: 'OVERLOADED', details } }] });
      expect(await overSocket(input, small.adminKey, small)).toEqual({ code: 'OVERLOADED', details });
      const response = await small.rest('/process', { json: { prompt: 'x', max_tokens: 1 } });
      expect(response.status).toBe(503);
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await response.json()).toMatchObject({ error: { code: 'overloaded', details } });
    } finally {
      await small.kill();
      await slow.remove();
      await rm(small.home, { recursive: true, force: true });
    }
  });
});

describe('who is not let in', () => {
  test.each([
    ['invalid_token', 'lh_wrong'],
    ['authentication_required', null],
  ])('%s', async (code, key) => {
    const http = await server.graphql('{ viewer { id } }', undefined, { key });
    expect(http).toMatchObject({ status: 401, errors: [{ extensions: { code: code.toUpperCase() } }] });
    const response = await server.rest('/models', { key });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code } });
  });
});
