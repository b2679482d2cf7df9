import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestServer } from '../../support/startTestServer.js';
import { all, over, Refused } from '../../support/streams.js';

/** How a refusal was told, on any transport. */
export interface Told {
  /** Of HTTP. */
  status?: number | undefined;
  headers?: Headers;
  /** The code with which a socket was closed, and why. */
  closed?: { code: number; reason: string };
  error?: { code: string; message: string; details: unknown };
}

export interface Question {
  query?: string;
  variables?: Record<string, unknown>;
  /** Default: the administrator's. */
  key?: string | null;
  method?: string;
  headers?: Record<string, string>;
}

interface ErrorOfGraphQL {
  message: string;
  extensions: Record<string, unknown>;
}

/** An error of GraphQL; what its extensions hold beside code and details is no business of a client. */
function toldBy({ message, extensions: { code, details, ...more } }: ErrorOfGraphQL): NonNullable<Told['error']> {
  if (Object.keys(more).length > 0) throw new Error(`more than was promised: ${JSON.stringify(more)}`);
  return { code: String(code), message, details };
}

function only<Item>(items: readonly Item[] | undefined): Item {
  const [item, ...more] = items ?? [];
  if (item === undefined || more.length > 0) throw new Error(`${items?.length ?? 'no'} errors instead of one`);
  return item;
}

/** Asks in GraphQL over HTTP. */
export async function overHttp(server: TestServer, accept: string, question: Question): Promise<Told> {
  const { query, variables, key = server.adminKey, method = 'POST', headers } = question;
  const response = await fetch(`${server.url}/graphql`, {
    method,
    headers: {
      accept,
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors?: ErrorOfGraphQL[] };
  return { status: response.status, headers: response.headers, error: toldBy(only(errors)) };
}

/** Asks in GraphQL over a socket of its own. */
export async function overSocket(server: TestServer, question: Question): Promise<Told> {
  const { query = '', variables = {}, key = server.adminKey } = question;
  const client = server.ws(key);
  try {
    await all(over(client, query, variables));
  } catch (error) {
    if (error instanceof Refused) return { error: toldBy(only(error.errors)) };
    const { code, reason } = Object(error);
    if (typeof code === 'number') return { closed: { code, reason: String(reason) } };
    throw error;
  } finally {
    await client.dispose();
  }
  throw new Error('it was not refused');
}

/** Asks for a socket by another method than GET, as no client does. */
export async function overHandshake(server: TestServer, method: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const upgrade = request(`${server.url}/graphql`, {
      method,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-transport-ws',
      },
    });
    upgrade.on('response', (response) => {
      const headers = new Headers(Object.entries(response.headersDistinct).map(([name, value]) => [name, `${value}`]));
      json(response).then(
        (body) => resolve({ status: response.statusCode, headers, error: toldBy(only(Object(body).errors)) }),
        reject,
      );
    });
    upgrade.on('upgrade', () => reject(new Error('it was not refused')));
    upgrade.on('error', reject);
    upgrade.end();
  });
}

export interface RestQuestion {
  path?: string;
  json?: unknown;
  key?: string | null;
  method?: string;
  headers?: Record<string, string>;
}

/** Asks a REST route. */
export async function overRest(server: TestServer, { path = '/process', ...question }: RestQuestion): Promise<Told> {
  const response = await server.rest(path, question);
  const { error, ...more } = (await response.json()) as { error: NonNullable<Told['error']> };
  if (Object.keys(more).length > 0) throw new Error(`more than was promised: ${JSON.stringify(more)}`);
  return { status: response.status, headers: response.headers, error };
}
