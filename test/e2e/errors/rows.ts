import { expect } from 'vitest';
import type { ErrorCode } from '../../../src/errors/index.js';
import {
  overHandshake,
  overHttp,
  overRest,
  overSocket,
  type Question,
  type RestQuestion,
  type Told,
} from './askers.js';
import type { ErrorWorld } from './ErrorWorld.js';

type Ask = (world: ErrorWorld) => Promise<Told>;

/** How one error of the catalogue is brought about, and what the contract says of it. */
export interface Row {
  /** Of the contract, and of every answer of REST. */
  status: number;
  /** Of GraphQL over HTTP, in its own media type: 200 when a field failed, the catalogue's when the whole operation did. */
  graphql: number;
  details: Record<string, unknown>;
  /** Where REST spells fields otherwise. */
  restDetails?: Record<string, unknown>;
  /** Of every answer over HTTP. */
  headers?: Record<string, RegExp>;
  /** A socket that is closed, instead of an error of the operation. */
  closed?: { code: number; reason: string };
  http: (world: ErrorWorld, accept: string) => Promise<Told>;
  ws: Ask | { never: string };
  rest: Ask;
}

const run = 'mutation ($input: PromptInput!) { process(input: $input) { prompt { id } } }';
const batch = 'mutation ($input: BatchInput!) { batch(input: $input) { prompts { id } } }';
const long = { prompt: 'Waits', maxTokens: 3500 };
const longRest = { prompt: 'Waits', max_tokens: 3500 };

type Questions = { graphql: Question; rest: RestQuestion };
type Asked = Pick<Row, 'http' | 'ws' | 'rest'>;

/** The same question on every transport. */
function asking(questions: (world: ErrorWorld) => Questions): Asked {
  return {
    http: (world, accept) => overHttp(world.server, accept, questions(world).graphql),
    ws: (world) => overSocket(world.server, questions(world).graphql),
    rest: (world) => overRest(world.server, questions(world).rest),
  };
}

/** The same prompt on every transport. */
function processing(input: Record<string, unknown>, json: Record<string, unknown>): Asked {
  return asking(() => ({ graphql: { query: run, variables: { input } }, rest: { json } }));
}

/** Asks while something happens around it. */
function during(
  { http, ws, rest }: Asked,
  around: (world: ErrorWorld, ask: () => Promise<Told>) => Promise<Told>,
): Asked {
  return {
    http: (world, accept) => around(world, () => http(world, accept)),
    ws: typeof ws === 'function' ? (world) => around(world, () => ws(world)) : ws,
    rest: (world) => around(world, () => rest(world)),
  };
}

/** With an idempotency key, which REST takes as a header. Each question has another one. */
function keyed(name: string): Asked {
  let count = 0;
  return asking(() => {
    const key = `${name} ${count++}`;
    return {
      graphql: { query: run, variables: { input: { prompt: 'x', maxTokens: 1, idempotencyKey: key } } },
      rest: { json: { prompt: 'x', max_tokens: 1 }, headers: { 'idempotency-key': key } },
    };
  });
}

function withKey(name: keyof ErrorWorld['keys']): Asked {
  return asking(({ keys }) => ({
    graphql: { query: run, variables: { input: { prompt: 'x', maxTokens: 1 } }, key: keys[name] },
    rest: { json: { prompt: 'x', max_tokens: 1 }, key: keys[name] },
  }));
}

const seconds = /^[1-9]\d*$/;
const retryAfter = { details: { retry_after: expect.any(Number) }, headers: { 'retry-after': seconds } };
const unauthenticated = { status: 401, graphql: 401, details: {}, headers: { 'www-authenticate': /^Bearer$/ } };

export const rows: Record<ErrorCode, Row> = {
  invalid_request: {
    status: 400,
    graphql: 200,
    details: { field: 'topP', minimum: 0, maximum: 1 },
    restDetails: { field: 'top_p', minimum: 0, maximum: 1 },
    ...processing({ prompt: 'x', topP: 2 }, { prompt: 'x', top_p: 2 }),
  },
  context_length_exceeded: {
    status: 400,
    graphql: 200,
    details: { prompt_tokens: expect.any(Number), max_tokens: 1_000_000, context_length: 4096 },
    ...processing({ prompt: 'x', maxTokens: 1_000_000 }, { prompt: 'x', max_tokens: 1_000_000 }),
  },
  unsupported_schema: {
    status: 400,
    graphql: 200,
    details: { path: '/items', keyword: '$ref' },
    ...processing(
      { prompt: 'x', responseFormat: { jsonSchema: { items: { $ref: '#/nowhere' } } } },
      { prompt: 'x', response_format: { json_schema: { items: { $ref: '#/nowhere' } } } },
    ),
  },
  query_too_complex: {
    status: 400,
    graphql: 400,
    details: { measure: expect.stringContaining('tokens'), cost: 70 * 16_384, limit: 1_000_000 },
    ...asking(() => {
      const prompts = Array.from({ length: 70 }, () => ({ prompt: 'x' }));
      return {
        graphql: { query: batch, variables: { input: { prompts, maxTokens: 20_000 } } },
        rest: { path: '/batch', json: { prompts, max_tokens: 20_000 } },
      };
    }),
  },
  authentication_required: {
    ...unauthenticated,
    closed: { code: 4401, reason: 'authentication_required' },
    ...asking(() => ({ graphql: { query: '{ viewer { id } }', key: null }, rest: { path: '/models', key: null } })),
  },
  invalid_token: {
    ...unauthenticated,
    closed: { code: 4401, reason: 'invalid_token' },
    ...asking(() => ({ graphql: { query: '{ viewer { id } }', key: 'x' }, rest: { path: '/models', key: 'x' } })),
  },
  token_expired: {
    ...unauthenticated,
    closed: { code: 4401, reason: 'token_expired' },
    ...withKey('expired'),
  },
  permission_denied: {
    status: 403,
    graphql: 403,
    details: { required_scope: 'prompts:run' },
    ...withKey('stranger'),
  },
  not_found: {
    status: 404,
    graphql: 200,
    details: {},
    ...asking(() => ({
      graphql: { query: 'mutation { revokeApiKey(id: "key_none") { key } }' },
      rest: { path: '/nothing' },
    })),
  },
  model_not_found: {
    status: 404,
    graphql: 200,
    details: { near: expect.arrayContaining(['demo']) },
    ...processing({ prompt: 'x', model: 'demmo' }, { prompt: 'x', model: 'demmo' }),
  },
  prompt_not_found: {
    status: 404,
    graphql: 200,
    details: { id: 'prm_none' },
    ...asking(() => ({
      graphql: { query: 'mutation { cancelPrompt(id: "prm_none") { prompt { id } } }' },
      rest: { path: '/prompts/prm_none/cancel', method: 'POST' },
    })),
  },
  method_not_allowed: {
    status: 405,
    graphql: 405,
    details: { allowed: expect.arrayContaining(['GET']) },
    headers: { allow: /GET/ },
    http: ({ server }, accept) => overHttp(server, accept, { method: 'PUT' }),
    ws: ({ server }) => overHandshake(server, 'POST'),
    rest: ({ server }) => overRest(server, { path: '/config', method: 'PATCH' }),
  },
  conflict: {
    status: 409,
    graphql: 200,
    details: { field: 'idempotencyKey' },
    restDetails: { field: 'Idempotency-Key' },
    ...keyed('rival'),
  },
  idempotency_mismatch: {
    status: 409,
    graphql: 200,
    details: {},
    ...during(
      asking(() => ({
        graphql: { query: run, variables: { input: { prompt: 'another', idempotencyKey: 'taken' } } },
        rest: { json: { prompt: 'another' }, headers: { 'idempotency-key': 'taken' } },
      })),
      async ({ server }, ask) => {
        await server.rest('/process', {
          json: { prompt: 'x', max_tokens: 1 },
          headers: { 'idempotency-key': 'taken' },
        });
        return ask();
      },
    ),
  },
  payload_too_large: {
    status: 413,
    graphql: 413,
    details: { limit: 1_000_000 },
    // The protocol's own word for a message that is too big.
    closed: { code: 1009, reason: '' },
    ...processing({ prompt: 'x'.repeat(1_000_000) }, { prompt: 'x'.repeat(1_000_000) }),
  },
  unsupported_media_type: {
    status: 415,
    graphql: 415,
    details: {},
    ...asking(() => {
      const headers = { 'content-type': 'text/plain' };
      return { graphql: { query: '{ viewer { id } }', headers }, rest: { json: { prompt: 'x' }, headers } };
    }),
    ws: { never: 'the messages of a socket have no media type' },
  },
  rate_limit_exceeded: { status: 429, graphql: 429, ...retryAfter, ...withKey('spent') },
  cancelled: {
    status: 499,
    graphql: 200,
    details: { prompt_id: expect.stringMatching(/^prm_/) },
    ...during(processing(long, longRest), (world, ask) => world.whileRuns(ask, (id) => world.cancel(id))),
  },
  internal_error: {
    status: 500,
    graphql: 200,
    details: { request_id: expect.any(String) },
    ...keyed('broken'),
  },
  engine_failed: {
    status: 502,
    graphql: 200,
    details: {},
    ...during(processing(long, longRest), (world, ask) => world.whileRuns(ask, () => world.killEngines())),
  },
  overloaded: {
    status: 503,
    graphql: 503,
    ...retryAfter,
    ...during(processing({ prompt: 'x', maxTokens: 1 }, { prompt: 'x', max_tokens: 1 }), (world, ask) =>
      world.whileFull(ask),
    ),
  },
  model_unavailable: {
    status: 503,
    graphql: 503,
    details: { model: 'gemma-2-2b-it', state: 'available', pull: 'npx llamahome pull gemma-2-2b-it' },
    ...processing({ prompt: 'x', model: 'gemma-2-2b-it' }, { prompt: 'x', model: 'gemma-2-2b-it' }),
  },
  deadline_exceeded: {
    status: 504,
    graphql: 200,
    details: {},
    ...processing({ ...long, deadlineMs: 1 }, { ...longRest, deadline_ms: 1 }),
  },
};
