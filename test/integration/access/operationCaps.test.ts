import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { operationCaps } from '../../../src/graphql/plugins/useOperationCaps.js';
import { type GuardedServer, only, startGuardedServer } from './guardedServer.js';

let server: GuardedServer;
beforeEach(async () => {
  server = await startGuardedServer();
  // The limiter's library reads the clock of the process.
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.stop();
});

const input = '{ userId: "ann", expiresIn: 60 }';
const aliases = (count: number) =>
  Array.from({ length: count }, (_, index) => `t${index}: createToken(input: ${input}) { token }`).join(' ');
const create = `mutation { createToken(input: ${input}) { token } }`;
const cap = operationCaps.createToken ?? 0;

async function use(send: ReturnType<GuardedServer['http']>, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 100) {
    expect((await only(send(`mutation { ${aliases(Math.min(left, 100))} }`))).errors).toEqual([]);
  }
}

test('a capped mutation is refused with 429 and an exact waiting time, for its user only', async () => {
  const [ann, ben] = await Promise.all([server.adminToken(), server.adminToken()]);
  const send = server.http(ann);
  await use(send, cap);
  vi.advanceTimersByTime(21_766);
  for (const other of [send, server.ws(ann), server.inProcess(ann)]) {
    const refused = await only(other(create));
    expect(refused.errors).toMatchObject([
      { extensions: { code: 'RATE_LIMIT_EXCEEDED', details: { retry_after: 38.234 } } },
    ]);
  }
  const refused = await only(send(create));
  expect(refused.status).toBe(429);
  expect(refused.headers?.get('retry-after')).toBe('39');
  expect((await only(server.http(ben)(create))).errors).toEqual([]);
  vi.advanceTimersByTime(38_233);
  expect((await only(send(create))).status).toBe(429);
  vi.advanceTimersByTime(1);
  expect((await only(send(create))).errors).toEqual([]);
});

test('aliases count apart; what is skipped, not chosen or not permitted does not count', async () => {
  const token = await server.adminToken();
  const send = server.http(token);
  await use(send, cap - 2);
  for (let count = 0; count < 5; count++) {
    await send(
      `mutation ($no: Boolean = false) { createToken(input: ${input}) @include(if: $no) { token } __typename }`,
    );
    await send(`mutation A { __typename } mutation B { createToken(input: ${input}) { token } }`);
  }
  expect((await only(send(`mutation { ${aliases(2)} }`))).errors).toEqual([]);
  expect((await only(send(create))).status).toBe(429);
  const user = server.http(await server.token({ scopes: ['prompts:run'] }));
  for (let count = 0; count < 4; count++) {
    expect((await only(user(`mutation { ${aliases(100)} }`))).errors[0]?.extensions.code).toBe('PERMISSION_DENIED');
  }
});

test('variables that are missing are an error of the request', async () => {
  const send = server.http(await server.adminToken());
  const answer = await only(send('mutation ($input: TokenInput!) { createToken(input: $input) { token } }'));
  expect(answer).toMatchObject({
    status: 400,
    errors: [{ extensions: { code: 'INVALID_REQUEST', details: { field: 'input' } } }],
  });
});
