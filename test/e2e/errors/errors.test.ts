import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorCatalogue } from '../../../src/errors/index.js';
import type { Told } from './askers.js';
import { ErrorWorld } from './ErrorWorld.js';
import { type Row, rows } from './rows.js';

/** Every error of the catalogue, brought about on every transport of a real server; all must say the same. */
let world: ErrorWorld;
beforeAll(async () => {
  world = await ErrorWorld.open();
});
afterAll(() => world.close());

const specified = 'application/graphql-response+json';
/** Errors of fields and documents leave the older media type its 200; what HTTP itself refuses, and these, do not. */
const alwaysSet = [401, 403, 405, 413, 415, 429, 503];

/** What every error has, on whatever transport. */
function expectHelpful({ error }: Told): void {
  expect(error?.message).toMatch(/^[A-Za-z].*[.?]$/s);
  expect(error?.message).not.toMatch(/\bat .*\.js|node_modules|SQLITE|insert into|secret words/);
}

function expectHeaders(headers: Headers | undefined, expected: Row['headers'] = {}): void {
  expect(headers?.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
  expect(headers?.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  for (const [name, value] of Object.entries(expected))
    expect([name, headers?.get(name)]).toEqual([name, expect.stringMatching(value)]);
  for (const name of ['retry-after', 'allow', 'www-authenticate']) {
    if (!(name in expected)) expect([name, headers?.get(name)]).toEqual([name, null]);
  }
}

/** `Retry-After` is what the details say, rounded up; the request id is that of the answer. */
function expectAgreement({ headers, error }: Told): void {
  const { retry_after, request_id } = Object(error?.details);
  if (retry_after !== undefined) expect(headers?.get('retry-after')).toBe(String(Math.ceil(retry_after)));
  if (request_id !== undefined) expect(headers?.get('x-request-id')).toBe(request_id);
}

test('every code of the catalogue has its row, with the status of the contract', () => {
  const statuses = Object.fromEntries(Object.entries(rows).map(([code, { status }]) => [code, status]));
  expect(statuses).toEqual(errorCatalogue);
});

describe.each(Object.entries(rows))('%s', (code, row) => {
  const { status, graphql, details, restDetails = details, headers, closed, http, ws, rest } = row;

  test('in GraphQL over HTTP', async () => {
    const told = await http(world, specified);
    expect(told.error).toEqual({ code: code.toUpperCase(), message: expect.any(String), details });
    expectHelpful(told);
    const hasStatus = graphql !== 200;
    expect(told.status).toBe(graphql);
    expectHeaders(told.headers, hasStatus ? headers : {});
    if (hasStatus) expectAgreement(told);
  });

  test('in GraphQL over HTTP, as application/json', async () => {
    const told = await http(world, 'application/json');
    expect(told.error).toEqual({ code: code.toUpperCase(), message: expect.any(String), details });
    expect(told.status).toBe(alwaysSet.includes(graphql) ? graphql : 200);
  });

  test('in GraphQL over a socket', async () => {
    // Why it can't come about there stands in the row.
    if (typeof ws !== 'function') return expect(ws.never).not.toBe('');
    const told = await ws(world);
    if (closed !== undefined) return expect(told).toEqual({ closed });
    expect(told.error).toEqual({ code: code.toUpperCase(), message: expect.any(String), details });
    expectHelpful(told);
    if (told.status !== undefined) {
      expect(told.status).toBe(status);
      expectHeaders(told.headers, headers);
    }
  });

  test('over REST', async () => {
    const told = await rest(world);
    expect(told.error).toEqual({ code, message: expect.any(String), details: restDetails });
    expectHelpful(told);
    expect(told.error?.message).not.toMatch(/maxTokens|topP|deadlineMs|idempotencyKey/);
    expect(told.status).toBe(status);
    expectHeaders(told.headers, headers);
    expectAgreement(told);
    const isKnown = status !== 401;
    expect(told.headers?.has('ratelimit-remaining')).toBe(isKnown);
  });
});
