import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import type { z } from 'zod';
import { scopes } from '../../src/access/Principal.js';
import { LlamaServer } from '../../src/embed/index.js';
import * as answers from '../../src/rest/answerSchemas.js';
import { type OpenapiDocument, openapiDocument } from '../../src/rest/openapi/openapiDocument.js';
import { restRoutes } from '../../src/rest/routes/index.js';

const operations = restRoutes.map(({ operation }) => operation);

let home: string;
let llama: LlamaServer;
let key: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'openapi-'));
  llama = new LlamaServer({ home: join(home, 'a'), model: 'demo', threads: 1, slots: 2, gpu: false });
  const made = await llama.createApiKey({ name: 'test', tier: 'enterprise', scopes: [...scopes] });
  key = made.key;
  await llama.ready();
});
afterAll(async () => {
  await llama.close();
  await rm(home, { recursive: true, force: true });
});

interface Asking {
  json?: unknown;
  accept?: string;
  body?: string;
}

function ask(route: string, { json, accept, body = JSON.stringify(json) }: Asking = {}): Promise<Response> {
  const [method = '', path = ''] = route.split(' ');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...(accept ? { accept } : {}) };
  const init = method === 'POST' ? { method, headers, ...(body === undefined ? {} : { body }) } : { method, headers };
  return llama.handler(new Request(`http://localhost/api/v1${path}`, init));
}

/** What the description says of an answer of a route. */
function described(document: OpenapiDocument, route: string, status: number) {
  const [method = '', path = ''] = route.split(' ');
  return document.paths[path]?.[method.toLowerCase()]?.responses[status];
}

describe('the description', () => {
  const document = openapiDocument(operations, '/api/v1');

  it('has every route and no other', () => {
    const there = restRoutes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const said = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} /api/v1${path}`),
    );
    expect(said.sort()).toEqual(there.sort());
  });

  it('refers to nothing that it does not have', () => {
    const text = JSON.stringify(document);
    const targets = [...text.matchAll(/"#\/components\/(\w+)\/([\w-]+)"/g)];
    expect(targets.length).toBeGreaterThan(50);
    const components: Record<string, object> = document.components;
    for (const [, kind = '', name = ''] of targets) expect(Object.keys(components[kind] ?? {})).toContain(name);
    expect(text).not.toMatch(/\$defs|\$id/);
  });

  it('says what requests may hold, from what checks them', () => {
    const { PromptRequest, BatchRequest } = document.components.schemas;
    expect(PromptRequest).toMatchObject({
      additionalProperties: false,
      properties: {
        temperature: { type: ['number', 'null'], minimum: 0, maximum: 2 },
        max_tokens: { type: ['integer', 'null'], minimum: 1 },
        priority: { enum: ['low', 'normal', 'high', null] },
      },
    });
    expect(BatchRequest?.properties?.prompts?.items).toEqual({
      anyOf: [{ type: 'string' }, { $ref: '#/components/schemas/BatchedPrompt' }],
    });
  });
});

describe('what it says is so', () => {
  const document = openapiDocument(operations, '/api/v1');

  async function check(route: string, asking: Asking, path: string, schema?: z.ZodType): Promise<unknown> {
    const answer = await ask(route, asking);
    const said = described(document, path, answer.status);
    expect(said, `${route} answered ${answer.status}`).toBeDefined();
    const media = answer.headers.get('content-type')?.split(';')[0] ?? '';
    expect(Object.keys(said?.content ?? {})).toContain(media);
    for (const name of Object.keys(said?.headers ?? {})) expect([name, answer.headers.has(name)]).toEqual([name, true]);
    const body: unknown = media === 'application/json' ? await answer.json() : await answer.text();
    if (schema !== undefined) schema.parse(body);
    return body;
  }

  test('of every route', async () => {
    const json = { prompt: 'x', max_tokens: 4 };
    await check('POST /process', { json }, 'POST /process', answers.text);
    await check('POST /batch', { json: { prompts: ['a', { prompt: 'b', top_p: 5 }] } }, 'POST /batch', answers.batch);
    const { id } = answers.submitted.parse(await check('POST /prompts', { json }, 'POST /prompts', answers.submitted));
    const lines = String(await check(`GET /prompts/${id}/stream`, {}, 'GET /prompts/{id}/stream'))
      .trim()
      .split('\n');
    for (const line of lines) answers.line.parse(JSON.parse(line));
    await check(`GET /prompts/${id}`, {}, 'GET /prompts/{id}', answers.prompt);
    await check(`POST /prompts/${id}/cancel`, {}, 'POST /prompts/{id}/cancel', answers.prompt);
    await check(`DELETE /prompts/${id}`, {}, 'DELETE /prompts/{id}', answers.deleted);
    await check('GET /models', {}, 'GET /models', answers.models);
    await check('GET /models/demo', {}, 'GET /models/{id}', answers.model);
    await check('GET /config', {}, 'GET /config', answers.config);
    await check('POST /config', { json: { model_settings: { max_tokens: 90 } } }, 'POST /config', answers.config);
    await check('POST /stream', { json, accept: 'text/event-stream' }, 'POST /stream');
    for (const line of String(await check('POST /process', { json: { ...json, stream: true } }, 'POST /process'))
      .trim()
      .split('\n')) {
      answers.line.parse(JSON.parse(line));
    }
    expect(await check('GET /openapi.json', {}, 'GET /openapi.json')).toEqual(document);
    await check('GET /docs', {}, 'GET /docs');
  });

  test.each<[string, Asking, string]>([
    ['POST /process', { json: {} }, 'POST /process'],
    ['POST /process', { body: '{' }, 'POST /process'],
    ['POST /process', { json: { prompt: 'x', max_tokens: 1e6 } }, 'POST /process'],
    ['POST /process', { json: { prompt: 'x', model: 'none' } }, 'POST /process'],
    ['POST /process', { json: { prompt: 'x', deadline_ms: 1, max_tokens: 1900 } }, 'POST /process'],
    ['POST /batch', { json: { prompts: Array(101).fill('x') } }, 'POST /batch'],
    ['GET /prompts/none', {}, 'GET /prompts/{id}'],
    ['DELETE /prompts/%ff', {}, 'DELETE /prompts/{id}'],
    ['GET /prompts/none/stream?after=x', {}, 'GET /prompts/{id}/stream'],
    ['GET /models/none', {}, 'GET /models/{id}'],
    ['POST /config', { json: { model_settings: { default_model: 'none' } } }, 'POST /config'],
    ['POST /config', { json: { colour: 'red' } }, 'POST /config'],
  ])('of errors: %s %j', async (route, asking, path) => {
    const { error } = answers.error.parse(await check(route, asking, path, answers.error));
    const [method, place = ''] = path.split(' ');
    const pattern = place.replaceAll(/\{(\w+)\}/g, ':$1');
    const operation = operations.find((each) => each.method === method && each.path === pattern);
    expect(operation?.errors).toContain(error.code);
  });

  const ranges = Object.entries(document.components.schemas.PromptRequest?.properties ?? {}).flatMap(
    ([name, { minimum, maximum }]) =>
      typeof minimum === 'number' && typeof maximum === 'number' ? [{ name, minimum, maximum }] : [],
  );

  test.each(ranges)('of the range of $name', async ({ name, minimum, maximum }) => {
    const code = async (value: number) => {
      const answer = await ask('POST /process', { json: { prompt: 'x', max_tokens: 1, [name]: value } });
      return answer.ok ? 'fine' : answers.error.parse(await answer.json()).error.code;
    };
    expect(await code(minimum)).not.toBe('invalid_request');
    expect(await code(maximum)).not.toBe('invalid_request');
    expect(await code(minimum - 1)).toBe('invalid_request');
    expect(await code(maximum + 1)).toBe('invalid_request');
  });
});

describe('the page', () => {
  it('shows every route and loads nothing, for those without a token too', async () => {
    const answer = await llama.handler(new Request('http://localhost/api/v1/docs'));
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-/,
    );
    const html = await answer.text();
    for (const { id, summary } of operations) {
      expect(html).toContain(`id="${id}"`);
      expect(html).toContain(summary);
    }
    expect(html).not.toMatch(/<script (?!type="module">)|<link(?! rel="icon" href="data:,")|src=|url\(/);
    expect(html.replace(/<script.*<\/script>/s, '')).not.toMatch(/\[object|undefined/);
    const links = [...html.matchAll(/href="#(\w+)"/g)].map(([, name]) => name);
    for (const name of new Set(links)) expect(html).toContain(`id="${name}"`);
    expect([...html.matchAll(/href="(?!#)([^"]+)"/g)].map(([, address]) => address)).toEqual([
      'data:,',
      '/graphql',
      '/status',
      'openapi.json',
    ]);
  });

  it('is not there when introspection is off', async () => {
    await using hidden = new LlamaServer({ home: join(home, 'b'), model: 'demo', introspection: false });
    for (const path of ['docs', 'openapi.json']) {
      expect((await hidden.handler(new Request(`http://localhost/api/v1/${path}`))).status).toBe(404);
    }
  });

  it('knows where the server is mounted', async () => {
    await using mounted = new LlamaServer({ home: join(home, 'c'), model: 'demo', prefix: '/llm' });
    const answer = await mounted.handler(new Request('http://localhost/llm/api/v1/openapi.json'));
    expect(await answer.json()).toMatchObject({ servers: [{ url: '/llm/api/v1' }] });
  });
});
